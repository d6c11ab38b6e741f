"""Lists of customers: looked up by key, by a filter, and taken as snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from profilegraph.language.saved_segments import SavedSegment
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.segments.saved import saved_segment
from profilegraph.storage.statements import statement


async def read_ordinals(transaction: Transaction, customers: Sequence[str]) -> Mapping[str, int]:
    """Return the ordinals of those of the customers that exist, by key."""
    rows = await transaction.run(
        "UNWIND $keys AS key MATCH (c:Customer {key: key})"
        " RETURN c.key AS key, c.ordinal AS ordinal",
        {"keys": customers},
    )
    return {row["key"]: row["ordinal"] for row in rows}


async def tie_snapshot(transaction: Transaction, source: str, version: int, taken: str) -> None:
    """Tie a snapshot to the segment, and its version, whose members it keeps."""
    await transaction.run(
        statement("tie_snapshot"), {"source": source, "version": version, "taken": taken}
    )


async def read_snapshots(
    database: Database, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    """Return the snapshots taken of each segment, the newest first, by the segment's key."""
    return await _read_tied(database, "read_snapshots", keys)


async def read_sources(
    database: Database, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    """Return the segment that each snapshot was taken of, in the version of then, by its key."""
    return await _read_tied(database, "read_sources", keys)


async def _read_tied(
    database: Database, name: str, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    found: dict[str, list[SavedSegment]] = {}
    for row in await database.read(statement(name), {"keys": keys}):
        found.setdefault(row["of"], []).append(saved_segment(row))
    return dict(found)
