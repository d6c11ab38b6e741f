"""The tables that plugins need, read for some customers or, batch by batch, for all."""

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
"""Customers whose tables are read at once."""
KINDS: Mapping[type[Table], str | type[Record]] = {
    EventTable: "events",
    PersonTable: "people",
    TaggingTable: "taggings",
    AttributeTable: "attributes",
    MetricTable: "metrics",
} | {one: one.RECORD for one in TABLES if one.RECORD is not None}
"""What the graph calls the rows of each table, or the kind of record that they are."""


async def read_tables(
    database: Database,
    customers: Sequence[str],
    needs: Collection[type[Table]],
    now: datetime,
    event_types: Collection[str] = (),
) -> Tables:
    """Return what is known up to `now` of customers, by their keys, which must be different ones.

    Of events, those of some types; of all where none is given.
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
    """Yield customers, so many at a time; an empty batch where there is none."""
    for start in range(0, max(len(customers), 1), size):
        yield customers[start : start + size]
