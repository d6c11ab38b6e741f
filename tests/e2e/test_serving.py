"""The API as its users meet it: a command, a socket, a key, a browser."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from typer.testing import CliRunner

from profilegraph.cli.main import app as commands
from profilegraph.config import Settings
from profilegraph.embedded.server import RunningServer
from profilegraph.hooks.hosting.host import load_host
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.identity.keys import create_key
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Database
from profilegraph.web.service import platform_app
from tests.api.test_streams import stream
from tests.support.serving import serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WRONG = "CodeMirror-lint-mark-error"
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture
def environment(server: RunningServer, database: Database, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
        "PROFILEGRAPH_HOME": str(tmp_path),
        "PROFILEGRAPH_PORT": "0",
    }


async def run(environment: dict[str, str], *arguments: str) -> tuple[int | None, str]:
    process = await start(environment, *arguments)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, (out + err).decode()


async def run_here(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Return how a command ends that needs no process of its own, and what it prints."""
    runner = CliRunner(env=environment)
    result = await asyncio.to_thread(runner.invoke, commands, arguments)
    return result.exit_code, result.output


async def start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("profilegraph"),
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def post(address: str, key: str, query: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {key}"}
        return await client.post(address, json={"query": query}, headers=headers, timeout=30)


async def test_a_key_is_made_used_listed_and_revoked_from_the_command_line(environment):
    status, made = await run(environment, "key", "create", "Front end", "--days", "30")
    assert status == 0
    key = made.split()[0]
    assert key.startswith("pg_")
    process = await start(environment, "serve")
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        address = line.split()[1]
        answer = await post(address, key, "{ __typename }")
        assert answer.json()["data"] == {"__typename": "Query"}
        assert (await post(address, "pg_other", "{ __typename }")).status_code == 401
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    entries = [json.loads(entry) for entry in log.decode().splitlines()]
    assert [e["status"] for e in entries if e["event"] == "request"] == [200, 401]
    assert key not in log.decode()
    _, listed = await run_here(environment, "key", "list")
    assert "Front end" in listed
    assert "good until" in listed
    assert key not in listed
    key_id = next(row.split()[1] for row in listed.splitlines() if "Front end" in row)
    assert (await run_here(environment, "key", "revoke", key_id))[0] == 0
    assert "revoked" in (await run_here(environment, "key", "list"))[1]
    assert (await run(environment, "key", "revoke", "nothing"))[0] == 1


async def test_a_process_that_ends_ends_its_streams_and_says_so_to_their_clients(
    environment, database
):
    key = await create_key(database, "Front end", datetime(2026, 1, 1, tzinfo=UTC))
    process = await start(environment, "serve")
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        query = 'subscription { customerChanged(keys: ["a"]) { customer { key } } }'
        async with stream(line.split()[1].removesuffix("/graphql"), key, query) as followed:
            assert followed.response.status_code == 200
            process.send_signal(signal.SIGTERM)
            assert await followed.ended()  # its last chunk is sent: it is not broken
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    entries = [json.loads(entry) for entry in log.decode().splitlines()]
    assert {entry["level"] for entry in entries} <= {"info"}


async def test_a_port_that_is_taken_is_an_error_that_says_what_to_do(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, told = await run({**environment, "PROFILEGRAPH_PORT": port}, "serve")
    assert status == 2
    assert "INVALID_CONFIGURATION" in told
    assert "PROFILEGRAPH_PORT" in told


async def test_the_schema_is_printed_without_a_database(tmp_path):
    status, printed = await run(
        {**os.environ, "NEO4J_URI": "bolt://127.0.0.1:1"}, "schema", "print"
    )
    assert status == 0
    assert "type Query {" in printed


def entered(app: Starlette, key: str) -> Starlette:
    """Return the application with one more page, which enters the key as its form would."""
    script = (
        f"sessionStorage.setItem('profilegraph:key', '{key}');"
        "const query = new URLSearchParams(location.search).get('query');"
        "if (query) sessionStorage.setItem('graphiql:query', query);"
        "location.replace('/graphiql');"
    )

    async def enter(_: Any) -> HTMLResponse:
        return HTMLResponse(f"<script>{script}</script>")

    return Starlette(routes=[Route("/enter", enter), Mount("/", app)])


async def browse(address: str, profile: Path) -> tuple[str, str]:
    """Return the page that a browser without a network ends up with, and what it complains of."""
    process = await asyncio.create_subprocess_exec(
        str(BROWSER),
        "--headless",
        "--disable-gpu",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        f"--user-data-dir={profile}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--enable-logging=stderr",
        "--virtual-time-budget=20000",
        "--dump-dom",
        address,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    page, complaints = await asyncio.wait_for(process.communicate(), 90)
    return page.decode(), complaints.decode()


@pytest.mark.skipif(BROWSER is None, reason="no chromium here: GraphiQL was not tried in a browser")
async def test_graphiql_knows_the_schema_in_a_browser_without_a_network(
    settings: Settings, database: Database, tmp_path: Path
):
    now = datetime.now(UTC)
    host = load_host()
    await load_taxonomies(database, host.taxonomies)
    platform = Platform(settings, database, GraphCache(database), host)
    key = await create_key(database, "browser", now)
    app = entered(platform_app(platform, lambda: now), key)
    async with serving(app) as address:
        form, _ = await browse(f"{address}/graphiql", tmp_path / "form")
        example, complaints = await browse(f"{address}/enter", tmp_path / "example")
        mistaken, _ = await browse(f"{address}/enter?query={{nothing}}", tmp_path / "mistaken")
    assert 'id="key"' in form
    assert "customers" in example
    assert "Content Security Policy" not in complaints
    # Only an editor that has got the schema knows which of two well-formed queries is wrong.
    assert WRONG not in example
    assert WRONG in mistaken
