"""The customers in Neo4j, written by the platform; but for their taggings, which are too many.

The platform looks at every tagging, whether it replaces another one; here none does, so they are
created outright, with the same properties.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from benchmarks.data import (
    EVENT_TYPES,
    FUNCTIONS,
    MULTI,
    NOW,
    ROLES,
    TAG_KEYS,
    TAGS_OF,
    Customers,
    customer_key,
    dimension_key,
)
from benchmarks.measuring import Say
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
)
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
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Transaction

REVENUE = "bench_revenue"
TOUCHED = "bench_touched/yes"
"""A tag that no question asks about: what is written while writing is measured."""
INSIDE, OUTSIDE = "bench_live/inside", "bench_live/outside"
"""One takes the other's place: what moves a customer into the live segment, and out of it."""
_SAY_EVERY = 100_000
_WRITERS = 2
_BATCH = 5_000
_CUSTOMERS = 1_000
_TAGGING = {
    "since": NOW - timedelta(days=100),
    "source": "IMPORT",
    "confidence": 1.0,
    "weight": 1.0,
    "weekdays": [],
}
_UNFLAG = """
MATCH (g:Tag) WHERE g.key IN $flags
MATCH ()-[t:TAGGED|WAS_TAGGED|WAS_SAID]->(g)
DELETE t
"""
_TAG = """
UNWIND $rows AS row
MATCH (c:Customer {key: row[0]})
UNWIND row[1] AS key
MATCH (g:Tag {key: key})
CREATE (c)-[t:TAGGED]->(g)
SET t = $tagging
"""
Row: TypeAlias = list[Any]
"""A customer's key, and the keys of its tags."""
T = TypeVar("T")


def taxonomy() -> Taxonomy:
    """Return the taxonomy of everything that the customers carry and did."""
    return Taxonomy(
        key="bench",
        version="1.0.0",
        labels=_labels("Benchmark"),
        dimensions=(
            *(_dimension(dimension) for dimension in range(len(TAGS_OF))),
            _flag(TOUCHED),
            _flag(INSIDE, OUTSIDE),
        ),
        attributes=(Attribute(key=REVENUE, labels=_labels("Revenue"), type=AttributeType.NUMBER),),
        events=tuple(EventType(key=key, labels=_labels(key)) for key in EVENT_TYPES),
    )


def _dimension(dimension: int) -> Dimension:
    return Dimension(
        key=dimension_key(dimension),
        labels=_labels(f"Dimension {dimension + 1}"),
        cardinality=Cardinality.MULTI if dimension in MULTI else Cardinality.SINGLE,
        tags=tuple(
            Tag(key=str(place + 1), labels=_labels(f"Tag {place + 1}"))
            for place in range(TAGS_OF[dimension])
        ),
    )


def _flag(*keys: str) -> Dimension:
    dimensions, tags = zip(*(key.split("/") for key in keys), strict=True)
    return Dimension(
        key=dimensions[0],
        labels=_labels(dimensions[0]),
        cardinality=Cardinality.SINGLE,
        tags=tuple(Tag(key=tag, labels=_labels(tag)) for tag in tags),
    )


def _labels(text: str) -> Labels:
    return Labels(zh_cn=text, en=text)


async def load(platform: Platform, customers: Customers, start: int, say: Say) -> None:
    """Write the customers from `start` on, with all that they carry, did and know.

    What writing was measured with is taken off those before: the graph then holds the customers and
    nothing else. No index hears of that, so none may be older.
    """
    await load_taxonomies(platform.database, [taxonomy()])
    await platform.database.write(_unflag)
    loading = _Loading(platform, say)
    await loading.write("customers", _save, _customers(customers, start), _BATCH)
    await loading.write("customers' tags", _tag, _rows(customers, start), _CUSTOMERS)
    await loading.write("events", _save, _events(customers, start), _BATCH)
    await loading.write("departments", _save, _departments(customers, start), _BATCH)
    await loading.write("people", _save, _people(customers, start), _BATCH)


class _Loading:
    """Writes many things by several writers at once, and says from time to time how many."""

    def __init__(self, platform: Platform, say: Say) -> None:
        self._platform = platform
        self._say = say

    async def write(
        self,
        name: str,
        write: Callable[[Platform, list[T]], Awaitable[None]],
        things: Iterator[T],
        size: int,
    ) -> None:
        batches = iter(partial(_batch, things, size), [])
        written = 0

        async def writer() -> None:
            nonlocal written
            for batch in batches:
                await write(self._platform, batch)
                before, written = written, written + len(batch)
                if written // _SAY_EVERY > before // _SAY_EVERY:
                    self._say(f"{written:,} {name} are written")

        # No group of tasks: what goes wrong has to come out as it is, for whoever tells of it.
        await asyncio.gather(*(writer() for _ in range(_WRITERS)))


async def _unflag(transaction: Transaction) -> None:
    await transaction.run(_UNFLAG, {"flags": [TOUCHED, INSIDE, OUTSIDE]})


def _batch(things: Iterator[T], size: int) -> list[T]:
    return list(islice(things, size))


async def _save(platform: Platform, records: list[Record]) -> None:
    await save(platform, records, NOW)


async def _tag(platform: Platform, rows: list[Row]) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(_TAG, {"rows": rows, "tagging": _TAGGING})

    await platform.database.write(work)


def _rows(customers: Customers, start: int) -> Iterator[Row]:
    for number, tags in enumerate(customers.tags[start:].tolist(), start):
        yield [customer_key(number), [TAG_KEYS[tag] for tag in tags]]


def _customers(customers: Customers, start: int) -> Iterator[Record]:
    for number, revenue in enumerate(customers.revenue[start:].tolist(), start):
        yield Customer(
            key=customer_key(number), name=f"Customer {number}", attributes={REVENUE: revenue}
        )


def _events(customers: Customers, start: int) -> Iterator[Record]:
    for place, (who, kind, age) in enumerate(customers.events.rows()):
        if who >= start:
            yield Event(
                key=f"E{place}",
                customer=customer_key(who),
                type=EVENT_TYPES[kind],
                at=NOW - timedelta(seconds=age),
            )


def _departments(customers: Customers, start: int) -> Iterator[Record]:
    for who, function in dict.fromkeys((row[0], row[3]) for row in customers.people.rows()):
        if who >= start:
            yield Department(
                key=_department_key(who, function),
                customer=customer_key(who),
                function=DepartmentFunction(FUNCTIONS[function]),
            )


def _people(customers: Customers, start: int) -> Iterator[Record]:
    for place, (who, role, influence, function) in enumerate(customers.people.rows()):
        if who >= start:
            yield DecisionMaker(
                key=f"P{place}",
                customer=customer_key(who),
                role=DecisionRole(ROLES[role]),
                influence=influence / 100,
                department=_department_key(who, function),
            )


def _department_key(customer: int, function: int) -> str:
    return f"{customer_key(customer)}-{FUNCTIONS[function]}"
