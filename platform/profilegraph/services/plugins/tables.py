"""Reads the tables that plugins need, for some customers, or for all in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from profilegraph.domain.records.kinds import BY_RECORD
from profilegraph.domain.values import Record
from profilegraph.hooks.tables import (
    TABLES,
    AttributeTable,
    EventTable,
    MetricTable,
    PersonTable,
    Table,
    Tables,
    TaggingTable,
)
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.plugins.tables import read_records, read_rows

BATCH = 5_000
"""Customers per batch."""
KINDS: Mapping[type[Table], str | type[Record]] = {
    EventTable: "events",
    PersonTable: "people",
    TaggingTable: "taggings",
    AttributeTable: "attributes",
    MetricTable: "metrics",
} | {one: one.RECORD for one in TABLES if one.RECORD is not None}
"""The graph's name for the rows of each table, or their kind of record."""


async def read_tables(
    database: Database,
    customers: Sequence[str],
    needs: Collection[type[Table]],
    now: datetime,
    event_types: Collection[str] = (),
) -> Tables:
    """Return the tables of customers as of `now`, by their keys, which must be distinct.

    Events are limited to the given types, if any.
    """
    found = []
    for kind in needs:
        match KINDS[kind]:
            case str(name):
                rows = await read_rows(database, name, customers, now, event_types)
            case record:
                rows = await read_records(database, BY_RECORD[record], kind.names(), customers, now)
        found.append(kind.of(rows, customers))
    return Tables(customers, found)


def in_batches(customers: Sequence[str], size: int = BATCH) -> Iterator[Sequence[str]]:
    """Yield customers in batches; one empty batch if there are none."""
    for start in range(0, max(len(customers), 1), size):
        yield customers[start : start + size]
