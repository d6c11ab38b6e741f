"""Rows of the tables of plugins: a customer's key, then one value per column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX
from profilegraph.domain.records.stored import StoredKind
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.rows import native
from profilegraph.storage.records.generated import table_statement
from profilegraph.storage.statements import statement

KINDS: Mapping[str, str] = {
    "events": "table_events",
    "people": "table_people",
    "taggings": "table_taggings",
    "attributes": "table_attributes",
    "metrics": "table_metrics",
}
"""The tables that are not records of one kind, with their statements."""
_PREFIXES = {"attributes": ATTRIBUTE_PREFIX, "metrics": METRIC_PREFIX}


async def read_customer_keys(database: Database) -> list[str]:
    """Return the keys of all customers in ascending order."""
    query = "MATCH (c:Customer) RETURN c.key AS key ORDER BY key"
    return [row[0] async for rows in database.stream(query) for row in rows]


async def read_rows(
    database: Database,
    kind: str,
    customers: Sequence[str],
    now: datetime,
    event_types: Iterable[str] = (),
) -> list[tuple[Any, ...]]:
    """Return the rows of one table, such as `events`, as of `now`.

    Moments are microseconds and days are days since 1970 UTC, amounts ten-thousandths of the
    currency unit; events are limited to the given types, if any.
    """
    parameters = {"customers": customers, "now": now, "types": sorted(event_types), **_PREFIXES}
    query = statement(KINDS[kind])
    found = [row async for rows in database.stream(query, parameters) for row in rows]
    if kind == "attributes":
        return [tuple(map(native, row)) for row in found]
    return found


async def read_records(
    database: Database,
    kind: StoredKind[Any],
    columns: tuple[str, ...],
    customers: Sequence[str],
    now: datetime,
) -> list[tuple[Any, ...]]:
    """Return some fields of the records of one kind, as `read_rows` does."""
    query = table_statement(kind, columns)
    parameters = {"customers": customers, "now": now}
    return [row async for rows in database.stream(query, parameters) for row in rows]
