"""What small requests that ask for much take, and how soon others are answered meanwhile.

`python -m benchmarks.greedy_requests` serves a graph whose hub has 3,000 subsidiaries, sends each
request a few times, and writes docs/greedy-requests.md: processor time of the serving process, bytes
of the answer, and the longest that /health took while the request was under way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from benchmarks.http import operation
from benchmarks.index import wait_for_index
from benchmarks.peers.profilegraph import serving
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Relation, RelationKind
from profilegraph.domain.taxonomy.definition import (
    Attribute,
    AttributeType,
    Cardinality,
    Dimension,
    EventType,
    Tag,
    Taxonomy,
)
from profilegraph.domain.values import Labels, Record
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key
from profilegraph.services.platform import Address, Platform, open_platform
from profilegraph.services.taxonomies.loading import load_taxonomies

DOCS = Path(__file__).parents[1] / "docs" / "greedy-requests.md"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = 12
"""Of each kind, of each customer."""
TAGS = 40
_BATCH = 5_000
_TIMEOUT = 120.0
_PAUSE = 0.002
_PATIENT = {"read_timeout": 60.0, "write_timeout": 600.0}
"""The machine may be busy with other things, and it is not the database that is measured."""
_PAGE = """# Greedy requests

Small requests that ask for much, sent to a served graph of a customer with {:,} subsidiaries, each of
which has {} events: `python -m benchmarks.greedy_requests`. Medians of {} runs on a shared machine, after one
that is left out; the longest /health is the worst of all runs.

| request | processor, ms | answer, bytes | /health at most, ms | refused |
|---|---:|---:|---:|---|
{}

Processor time is that of the whole serving process, what /health takes included. Conditions that are
equal are looked up once a request, hubs of relations are crossed in proportion to their relations, and what
is more than an instant's work is computed beside the event loop; [api.md](api.md) says what is refused.
"""
_PREVIEW = "query ($f: FilterInput!) { segmentPreview(filter: $f) { %s } }"
_OVERLAP = "segmentOverlap(filters: $f) { union }"


@dataclass(frozen=True)
class Greedy:
    """A small request that asks for much."""

    name: str
    body: bytes


@dataclass(frozen=True)
class Measured:
    """What one request took."""

    processor: float
    """Seconds."""
    size: int
    health: float
    """The longest that /health took meanwhile, in seconds; 0 where all was over before it was asked."""
    code: str
    """Of the error that answered it; empty where it was answered."""


def requests() -> Iterator[Greedy]:
    """Yield the requests, the cheapest sort of question first as a measure of the machine."""
    everyone: dict[str, Any] = {"all": []}
    yield Greedy("count of everyone", operation(_PREVIEW % "count", {"f": everyone}))
    for distance, more in ((2, {}), (5, {}), (2, {"atLeast": 100}), (2, {"atLeast": 2_999})):
        leaf = {"related": {"distance": distance, "where": everyone, **more}}
        name = f"related, distance {distance}" + (f", at least {more['atLeast']}" if more else "")
        yield Greedy(name, operation(_PREVIEW % "count", {"f": leaf}))
    nested: dict[str, Any] = everyone
    for _ in range(6):
        nested = {"related": {"distance": 5, "where": nested}}
    yield Greedy("related in related, 6 levels", operation(_PREVIEW % "count", {"f": nested}))
    hundred = {"any": [_sequence(days) for days in range(1, 101)]}
    yield Greedy("100 sequences", operation(_PREVIEW % "count", {"f": hundred}))
    every = "count waterfall { total } breakdown { total } members(first: 1) { totalCount }"
    yield Greedy("100 sequences, every field", operation(_PREVIEW % every, {"f": hundred}))
    three = [{"any": [_sequence(100 * n + day) for day in range(1, 101)]} for n in range(3)]
    twice = f"query ($f: [FilterInput!]) {{ a: {_OVERLAP} b: {_OVERLAP} }}"
    yield Greedy("2 overlaps of 3 × 100 sequences", operation(twice, {"f": three}))
    long = {
        "all": [
            {"not": {"tags": {"dimension": "one", "anyOf": [f"t{n % TAGS}"]}}} for n in range(99)
        ]
    }
    aliases = " ".join(f"a{number}: filter" for number in range(30))
    told = f"breakdown {{ buckets {{ {aliases} }} }}"
    yield Greedy("a long filter, told 30 times a bucket", operation(_PREVIEW % told, {"f": long}))
    few = {"all": long["all"][:3]}
    yield Greedy("a short filter, told 30 times a bucket", operation(_PREVIEW % told, {"f": few}))
    yield from _of_texts()


def _of_texts() -> Iterator[Greedy]:
    """Yield the requests that are long, or answered at length."""
    many = {"all": [{"tags": {"dimension": "one", "anyOf": ["t1"]}}] * 9_000}
    yield Greedy("9,000 conditions", operation(_PREVIEW % "count", {"f": many}))
    pairs = "{ viewer { " + "employee { key } " * 480 + "} }"
    yield Greedy("one field 480 times", operation(pairs))
    spreads = "".join(f"...F{n} " for n in range(200))
    fragments = "".join(f"fragment F{n} on Viewer {{ name }}" for n in range(200))
    yield Greedy("200 fragments", operation("{ viewer { " + spreads + "} }" + fragments))
    named = "".join(f"query Q{n} {{ ...F }} " for n in range(200))
    yield Greedy("200 operations", operation(named + "fragment F on Query { viewer { name } }"))
    texts = {"attribute": {"key": "slogan", "text": {"in": [f"text {n}" for n in range(1_000)]}}}
    yield Greedy("one of 1,000 texts", operation(_PREVIEW % "count", {"f": texts}))
    page = (
        "query { customers(first: 1000) { edges { node { key name createdAt tags { since } } } } }"
    )
    yield Greedy("the largest page", operation(page))


def _sequence(days: int) -> dict[str, Any]:
    return {"sequence": {"first": {"type": "seen"}, "then": {"type": "bought"}, "withinDays": days}}


def taxonomy() -> Taxonomy:
    """Return the taxonomy of what the customers carry and did."""
    tags = tuple(Tag(key=f"t{n}", labels=_labels(f"Tag {n}")) for n in range(TAGS))
    one = Dimension(key="one", labels=_labels("One"), cardinality=Cardinality.MULTI, tags=tags)
    return Taxonomy(
        key="greedy",
        version="1.0.0",
        labels=_labels("Greedy"),
        dimensions=(one,),
        attributes=(Attribute(key="slogan", labels=_labels("Slogan"), type=AttributeType.STRING),),
        events=tuple(EventType(key=key, labels=_labels(key)) for key in ("seen", "bought")),
    )


def _labels(text: str) -> Labels:
    return Labels(zh_cn=text, en=text)


def records(subsidiaries: int) -> Iterator[Record]:
    """Yield a parent and its subsidiaries, each with things that it did."""
    keys = [f"c{number}" for number in range(subsidiaries + 1)]
    for number, key in enumerate(keys):
        yield Customer(key=key, name=key, attributes={"slogan": f"text {number}"})
    for key in keys[1:]:
        yield Relation(customer=key, other=keys[0], kind=RelationKind.PARENT)
    for number, key in enumerate(keys):
        for place in range(EVENTS):
            for kind in ("seen", "bought"):
                ago = timedelta(hours=(number * 7 + place * 131 + len(kind) * 17) % 8_000)
                yield Event(key=f"{key}-{place}-{kind}", customer=key, type=kind, at=NOW - ago)


async def load(settings: Settings, address: Address, subsidiaries: int) -> str:
    """Write the graph; return an API key."""
    async with open_platform(settings, address, datetime.now(UTC)) as ours:
        await load_taxonomies(ours.database, [taxonomy()])
        everything = list(records(subsidiaries))
        for start in range(0, len(everything), _BATCH):
            await _save(ours, everything[start : start + _BATCH])
        return await create_key(ours.database, "greedy", datetime.now(UTC))


async def _save(ours: Platform, some: list[Record]) -> None:
    await save(ours, some, NOW)


def measure(port: int, pid: int, key: str, greedy: Greedy) -> Measured:
    """Return what a request takes."""
    process = psutil.Process(pid)
    with _health(port) as latencies:
        before = process.cpu_times()
        connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connection.request("POST", "/graphql", greedy.body, headers)
        body = connection.getresponse().read()
        connection.close()
        after = process.cpu_times()
    errors = json.loads(body).get("errors") or []
    code = errors[0]["extensions"]["code"] if errors else ""
    spent = after.user + after.system - before.user - before.system
    return Measured(spent, len(body), max(latencies, default=0.0), code)


@contextmanager
def _health(port: int) -> Iterator[list[float]]:
    """Yield how long /health takes, again and again, as long as the context is open."""
    found: list[float] = []
    over, begun = threading.Event(), threading.Event()

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        while not over.is_set():
            start = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            found.append(time.perf_counter() - start)
            begun.set()
            over.wait(_PAUSE)
        connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        begun.wait(_TIMEOUT)
        found.clear()
        yield found
    finally:
        over.set()
        asking.join()


def report(subsidiaries: int, found: dict[str, list[Measured]]) -> str:
    """Return the page of what was measured."""
    rows = [_row(name, runs) for name, runs in found.items()]
    runs = len(next(iter(found.values())))
    return _PAGE.format(subsidiaries, 2 * EVENTS, runs, "\n".join(rows))


def _row(name: str, runs: list[Measured]) -> str:
    spent = median(one.processor for one in runs) * 1000
    health = max(one.health for one in runs) * 1000
    code = f"`{runs[-1].code}`" if runs[-1].code else ""
    return f"| {name} | {spent:,.0f} | {runs[-1].size:,} | {health:,.0f} | {code} |"


def main() -> int:
    """Measure every request and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subsidiaries", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--page", type=Path, default=DOCS)
    options = parser.parse_args()
    found: dict[str, list[Measured]] = {}
    patient = {f"PROFILEGRAPH_{name.upper()}": str(value) for name, value in _PATIENT.items()}
    with (
        temporary_server(**_PATIENT) as (settings, server),
        tempfile.TemporaryDirectory() as folder,
    ):
        address = Address(server.uri, server.user, server.password)
        key = asyncio.run(load(settings, address, options.subsidiaries))
        with serving(settings.home, Path(folder), patient) as (port, pid):
            wait_for_index(port, key)
            for greedy in requests():
                runs = [measure(port, pid, key, greedy) for _ in range(options.runs + 1)]
                found[greedy.name] = runs[1:]
                print(greedy.name, runs[-1], file=sys.stderr, flush=True)
    options.page.write_text(report(options.subsidiaries, found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
