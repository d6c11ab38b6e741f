"""Static segments: lists of customers by key, and snapshots."""

from __future__ import annotations

from collections.abc import Sequence

from profilegraph.language.saved_segments import SavedSegment
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.segments.saved import saved_segment
from profilegraph.storage.statements import statement


async def relate_snapshot(transaction: Transaction, source: str, version: int, taken: str) -> None:
    """Relate a snapshot to the segment and version whose members it stores."""
    await transaction.run(
        statement("relate_snapshot"), {"source": source, "version": version, "taken": taken}
    )


async def read_snapshots(
    database: Database, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    """Return the snapshots taken of each segment, the newest first, by the segment's key."""
    return await _read_tied(database, "read_snapshots", keys)


async def read_sources(
    database: Database, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    """Return the segment from which each snapshot was taken, in its version of then, by snapshot key."""
    return await _read_tied(database, "read_sources", keys)


async def _read_tied(
    database: Database, name: str, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    found: dict[str, list[SavedSegment]] = {}
    for row in await database.read(statement(name), {"keys": keys}):
        found.setdefault(row["of"], []).append(saved_segment(row))
    return dict(found)
