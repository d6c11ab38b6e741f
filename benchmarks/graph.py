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
from profilegraph.domain.activity import Event
from profilegraph.domain.customers import Customer
from profilegraph.domain.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
)
from profilegraph.domain.taxonomy import (
    Attribute,
    AttributeType,
    Cardinality,
    Dimension,
    EventType,
    Tag,
    Taxonomy,
)
from profilegraph.domain.values import Labels, Record
from profilegraph.services.platform import Platform
from profilegraph.services.records import save
from profilegraph.services.taxonomies import load_taxonomies
from profilegraph.storage.database import Transaction

REVENUE = "bench_revenue"
TOUCHED = "bench_touched/yes"
"""A tag that no question asks about: what is written while writing is measured."""
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


def _flag(key: str) -> Dimension:
    dimension, tag = key.split("/")
    return Dimension(
        key=dimension,
        labels=_labels("Touched"),
        cardinality=Cardinality.SINGLE,
        tags=(Tag(key=tag, labels=_labels("Yes")),),
    )


def _labels(text: str) -> Labels:
    return Labels(zh_cn=text, en=text)


async def load(platform: Platform, customers: Customers, start: int) -> None:
    """Write the customers from `start` on, with all that they carry, did and know."""
    await load_taxonomies(platform.database, [taxonomy()])
    await _side_by_side(platform, _save, _customers(customers, start), _BATCH)
    await _side_by_side(platform, _tag, _rows(customers, start), _CUSTOMERS)
    for records in (
        _events(customers, start),
        _departments(customers, start),
        _people(customers, start),
    ):
        await _side_by_side(platform, _save, records, _BATCH)


async def _side_by_side(
    platform: Platform,
    write: Callable[[Platform, list[T]], Awaitable[None]],
    things: Iterator[T],
    size: int,
) -> None:
    batches = iter(partial(_batch, things, size), [])

    async def writer() -> None:
        for batch in batches:
            await write(platform, batch)

    async with asyncio.TaskGroup() as writers:
        for _ in range(_WRITERS):
            writers.create_task(writer())


def _batch(things: Iterator[T], size: int) -> list[T]:
    return list(islice(things, size))


async def _save(platform: Platform, records: list[Record]) -> None:
    await save(platform, records, NOW, asked="benchmark")


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
