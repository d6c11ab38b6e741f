"""The served API as the reference clients of its protocols see it: graphql-http, graphql-ws, graphql-sse."""

import json
from asyncio import StreamReader, timeout
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from profilegraph.api.runtime.ids import encode_text
from tests.support import npm
from tests.support.following import FOLLOW, enter

START = encode_text("move:0.0")
BOTH = pytest.mark.parametrize("transport", ["ws", "sse"])


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    npm.REFERENCE.install()


@asynccontextmanager
async def client(transport: str, address: str, **given: Any) -> AsyncIterator[Process]:
    async with npm.REFERENCE.started("follow.ts", transport, address) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
        yield process


async def told(process: Process) -> dict[str, Any]:
    """Return the next result of a client."""
    assert isinstance(process.stdout, StreamReader)
    async with timeout(60):
        line = await process.stdout.readline()
    result: dict[str, Any] = json.loads(line)
    return result


async def test_all_audits_of_graphql_over_http_are_ok(address, key):
    found = await npm.REFERENCE.answer("audit.ts", address, PROFILEGRAPH_KEY=key)
    assert found == "61 of 61 audits are ok\n"


@BOTH
async def test_a_client_follows_a_segment_while_customers_are_tagged(
    api, worker, address, key, transport
):
    payload = {"query": FOLLOW, "variables": {"after": START}}
    async with client(transport, address, key=key, payload=payload, results=3) as process:
        for one in ("a", "b", "c"):
            await enter(api, worker, one)
            move = (await told(process))["data"]["segmentMembership"]
            assert (move["customer"]["key"], move["entered"]) == (one, True)
        async with timeout(60):
            assert await process.wait() == 0


@BOTH
async def test_a_client_is_told_of_a_query_that_cannot_be_run(address, key, transport):
    payload = {"query": "subscription { nothing }"}
    async with client(transport, address, key=key, payload=payload, results=2) as process:
        [error] = (await told(process))["errors"]
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        async with timeout(60):
            assert await process.wait() == 0


@BOTH
async def test_a_client_with_a_wrong_key_is_refused(address, transport):
    payload = {"query": FOLLOW}
    async with client(transport, address, key="pg_other", payload=payload, results=1) as process:
        refused = await told(process)
    expected = {"ws": (4403, "Forbidden"), "sse": (None, None)}[transport]
    assert (refused.get("code"), refused.get("reason")) == expected
    assert transport == "ws" or "401" in refused["failure"]
