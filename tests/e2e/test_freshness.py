"""No answer is stale: two servers answer while another process writes, and all are watched.

One of them reads the commit watermark of the embedded database, the other polls the feeds.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.embedded.server import RunningServer
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key
from profilegraph.services.platform import Platform
from tests.support.budgets import budget
from tests.support.committing import KINDS, TAGGED, UNTAGGED, Counts

ANSWERS = budget(3_000, 20_000)
CHANGED = budget(600, 3_000)
"""Customers to tag, and as many to untag and to create."""
READERS = 4
"""Connections to each server."""
PROFILEGRAPH = str(Path(sys.executable).with_name("profilegraph"))
UNTAGGED_DIMENSION, UNTAGGED_NAME = UNTAGGED.split("/")
TAGGED_DIMENSION, TAGGED_NAME = TAGGED.split("/")
QUERY = f"""{{
  created: segmentPreview(filter: {{all: []}}) {{ count }}
  tagged: segmentPreview(filter: {{
    tags: {{dimension: "{TAGGED_DIMENSION}", anyOf: ["{TAGGED_NAME}"]}}
  }}) {{ count }}
  untagged: segmentPreview(filter: {{
    tags: {{dimension: "{UNTAGGED_DIMENSION}", anyOf: ["{UNTAGGED_NAME}"]}}
  }}) {{ count }}
}}"""


@dataclass
class Watch:
    """What was answered, and each answer that could not be."""

    counts: Counts
    first: Mapping[str, int]
    """What was answered before anything was written."""
    answers: int = 0
    fresh: int = 0
    """Answers that other ones before them had not given."""
    wrong: list[str] = field(default_factory=list)
    last: dict[tuple[str, str], int] = field(default_factory=dict)

    def check(self, server: str, found: Mapping[str, int], before: list[int]) -> None:
        """Take note of answers to a request before which so much had been acknowledged."""
        begun = self.counts.begun()
        for kind, least, most in zip(KINDS, before, begun, strict=True):
            seen = abs(found[kind] - self.first[kind])
            self.answers += 1
            self.fresh += self.last.get((server, kind)) != seen
            self.last[server, kind] = seen
            if not least <= seen <= most:
                self.wrong.append(f"{server}: {seen} {kind}; at least {least}, at most {most}")


@pytest.fixture
def environment(server: RunningServer, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
        "PROFILEGRAPH_HOME": str(tmp_path),
        "PROFILEGRAPH_PORT": "0",
    }


@pytest.fixture
def at_home(server: RunningServer, environment: dict[str, str]) -> dict[str, str]:
    """Where the server finds its database embedded, and reads its commit watermark, if it is so."""
    if not server.pid:
        return environment
    found = {name: value for name, value in environment.items() if not name.startswith("NEO4J_")}
    return {**found, "PROFILEGRAPH_HOME": str(server.home)}


async def test_no_answer_of_two_servers_is_older_than_its_request(
    platform: Platform,
    server: RunningServer,
    environment: dict[str, str],
    at_home: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = datetime.now(UTC)
    await save(platform, list(customers(now)), now)
    key = await create_key(platform.database, "watch", now)
    shared = tmp_path / "counts"
    shared.write_bytes(bytes(Counts.size()))
    async with AsyncExitStack() as stack:
        places = (environment, at_home)
        servers = [await stack.enter_async_context(served(place, key)) for place in places]
        watch = Watch(Counts(shared), await ask(servers[0]))
        await stack.enter_async_context(writing(environment, shared))
        await written(servers[0], watch.counts)
        began = [await figures(one) for one in servers]
        readers = [read(one, watch) for one in servers for _ in range(READERS)]
        await asyncio.wait_for(asyncio.gather(*readers), 540)
        ended = [await figures(one) for one in servers]
    by_index, looks, spared, changes = (
        sum(after[name] - before[name] for before, after in zip(began, ended, strict=True))
        for name in (
            'profilegraph_answers_total{engine="index"}',
            "profilegraph_feed_look_seconds_count",
            "profilegraph_feed_looks_spared_total",
            "profilegraph_feed_changes_total",
        )
    )
    commits = sum(watch.counts.acknowledged())
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{watch.answers:,} answers, {by_index:,.0f} of them by the index, {watch.fresh:,}"
            f" other than the one before; {looks:,.0f} looks, {spared:,.0f} of them spared by the"
            f" commit watermark, found {changes:,.0f} changes of"
            f" {commits:,} commits; {len(watch.wrong)} wrong"
        )
    assert watch.wrong == []
    assert watch.answers >= ANSWERS
    assert spared > 0 or not server.pid
    assert by_index > 0.9 * watch.answers
    assert watch.fresh > 0.02 * watch.answers


def customers(now: datetime) -> Iterator[Customer | Tagging]:
    """Yield customers to be tagged, and others to be untagged."""
    for number in range(CHANGED):
        yield Customer(key=f"tag{number}")
        yield Customer(key=f"untag{number}")
    for number in range(CHANGED):
        yesterday = now - timedelta(days=1)
        yield Tagging(customer=f"untag{number}", tag=UNTAGGED, since=yesterday)


@asynccontextmanager
async def served(environment: dict[str, str], key: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a server that has a process and an index of its own."""
    process = await asyncio.create_subprocess_exec(
        PROFILEGRAPH, "serve", env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 120)).decode()
        address = line.split()[1].removesuffix("/graphql")
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            base_url=address, headers=headers, timeout=60, trust_env=False
        ) as client:
            await indexed(client)
            yield client
    finally:
        process.terminate()
        await process.wait()


async def indexed(client: httpx.AsyncClient) -> None:
    """Return when the server answers from its index."""
    async with asyncio.timeout(120):
        while (await figures(client))['profilegraph_answers_total{engine="index"}'] == 0:
            await ask(client)


@asynccontextmanager
async def writing(environment: dict[str, str], shared: Path) -> AsyncIterator[None]:
    """Have a process write meanwhile, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.committing", str(shared), str(CHANGED),
        env=environment, cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    yield
    _, told = await asyncio.wait_for(process.communicate(b""), 60)
    assert process.returncode == 0, told.decode()


async def written(client: httpx.AsyncClient, counts: Counts) -> None:
    """Return when something has been written: its process takes longer to start than many answers."""
    async with asyncio.timeout(120):
        while not sum(counts.acknowledged()):
            await ask(client)


async def read(client: httpx.AsyncClient, watch: Watch) -> None:
    while watch.answers < ANSWERS:
        before = watch.counts.acknowledged()
        watch.check(str(client.base_url), await ask(client), before)


async def ask(client: httpx.AsyncClient) -> dict[str, int]:
    answer: dict[str, Any] = (await client.post("/graphql", json={"query": QUERY})).json()
    return {kind: answer["data"][kind]["count"] for kind in KINDS}


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    """Return the server's figures by name and labels, 0 for those that it does not tell."""
    text = (await client.get("/metrics")).text
    found = {'profilegraph_answers_total{engine="index"}': 0.0}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in one.labels.items())
            found[f"{one.name}{{{labels}}}" if labels else one.name] = one.value
    return found
