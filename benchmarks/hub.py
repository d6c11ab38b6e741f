"""A served graph of one customer with thousands of subsidiaries, on which attacks are tried."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.index import wait_for_index
from benchmarks.peers.profilegraph import serving
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Relation, RelationKind, Tagging
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
from profilegraph.services.platform import Address, open_platform
from profilegraph.services.taxonomies.loading import load_taxonomies

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUBSIDIARIES = 3_000
EVENTS = 12
"""Of each kind, of each customer."""
MANY = 10_000
"""From so many subsidiaries on, each has one tag and no events, so that the graph is loaded in time."""
KEYS = 80
"""Two of each flood, and one of the neighbour."""
TAGS = 40
DIMENSIONS = ("one", "two", "three", "four")
KINDS = ("seen", "bought")
PATIENT = {"read_timeout": 60.0, "write_timeout": 600.0}
"""To load the graph: the machine may be busy with other things."""
_BATCH = 5_000


@dataclass(frozen=True)
class Served:
    """A running server, its database, and keys that have nothing to do with each other."""

    port: int
    pid: int
    database_pid: int
    attackers: Sequence[str]
    """Keys of which each flood takes its own, with all the points of its minute."""
    neighbour: str


@contextmanager
def served(subsidiaries: int = SUBSIDIARIES) -> Iterator[Served]:
    """Yield a server of the graph with the settings that a deployment has by default."""
    with (
        temporary_server(**PATIENT) as (settings, server),
        tempfile.TemporaryDirectory() as folder,
    ):
        address = Address(server.uri, server.user, server.password)
        neighbour, *attackers = asyncio.run(load(settings, address, subsidiaries))
        with serving(settings.home, Path(folder)) as (port, pid):
            wait_for_index(port, neighbour)
            yield Served(port, pid, server.pid, attackers, neighbour)


async def load(settings: Settings, address: Address, subsidiaries: int) -> list[str]:
    """Write the graph; return API keys."""
    async with open_platform(settings, address, datetime.now(UTC)) as ours:
        await load_taxonomies(ours.database, [taxonomy()])
        everything = list(records(subsidiaries))
        for start in range(0, len(everything), _BATCH):
            await save(ours, everything[start : start + _BATCH], NOW)
        now = datetime.now(UTC)
        return [await create_key(ours.database, f"key {n}", now) for n in range(KEYS)]


def taxonomy() -> Taxonomy:
    """Return the taxonomy of what the customers carry and did."""
    tags = tuple(Tag(key=f"t{n}", labels=_labels(f"Tag {n}")) for n in range(TAGS))
    dimensions = tuple(
        Dimension(key=key, labels=_labels(key), cardinality=Cardinality.MULTI, tags=tags)
        for key in DIMENSIONS
    )
    return Taxonomy(
        key="greedy",
        version="1.0.0",
        labels=_labels("Greedy"),
        dimensions=dimensions,
        attributes=(Attribute(key="slogan", labels=_labels("Slogan"), type=AttributeType.STRING),),
        events=tuple(EventType(key=key, labels=_labels(key)) for key in KINDS),
    )


def _labels(text: str) -> Labels:
    return Labels(zh_cn=text, en=text)


def records(subsidiaries: int) -> Iterator[Record]:
    """Yield a parent and its subsidiaries, each with tags and with things that it did."""
    keys = [f"c{number}" for number in range(subsidiaries + 1)]
    since = NOW - timedelta(days=400)
    for number, key in enumerate(keys):
        slogan = {"slogan": f"text {number}"}
        yield Customer(key=key, name=key, created_at=since, attributes=slogan)
    for key in keys[1:]:
        yield Relation(customer=key, other=keys[0], kind=RelationKind.PARENT)
    many = subsidiaries >= MANY
    for number, key in enumerate(keys):
        for place, dimension in enumerate(DIMENSIONS[:1] if many else DIMENSIONS):
            tag = f"{dimension}/t{(number * 7 + number // TAGS * place) % TAGS}"
            yield Tagging(customer=key, tag=tag, since=since)
    for number, key in enumerate(keys):
        for place in range(0 if many else EVENTS):
            for kind in KINDS:
                ago = timedelta(hours=(number * 7 + place * 131 + len(kind) * 17) % 8_000)
                yield Event(key=f"{key}-{place}-{kind}", customer=key, type=kind, at=NOW - ago)
