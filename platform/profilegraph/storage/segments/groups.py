"""Groups of segments in an order of priority."""

from __future__ import annotations

from collections.abc import Sequence

from profilegraph.domain.segment_groups import SegmentGroup
from profilegraph.domain.values import Labels
from profilegraph.storage.labels import read_labels, stored_labels
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement


async def claim_group(transaction: Transaction, key: str, owner: str) -> str:
    """Return the owner of a group after creating it if necessary and locking it until the commit."""
    rows = await transaction.run(
        "MERGE (g:SegmentGroup {key: $key}) ON CREATE SET g.owner = $owner"
        " SET g.key = g.key RETURN g.owner AS owner",
        {"key": key, "owner": owner},
    )
    found: str = rows[0]["owner"]
    return found


async def save_group(
    transaction: Transaction,
    key: str,
    labels: Labels,
    segments: Sequence[str],
    weights: Sequence[float] | None,
) -> None:
    """Set the segments of a locked group in this order; say by what weights."""
    await transaction.run(
        statement("save_segment_group"),
        {
            "key": key,
            **stored_labels(labels),
            "segments": list(segments),
            "weights": None if weights is None else list(weights),
        },
    )


async def delete_group(transaction: Transaction, key: str) -> None:
    """Delete a group; its segments stay."""
    await transaction.run("MATCH (g:SegmentGroup {key: $key}) DETACH DELETE g", {"key": key})


async def read_groups(
    database: Database, keys: Sequence[str] | None = None
) -> Sequence[SegmentGroup]:
    """Return the groups of some keys, or all, by key."""
    rows = await database.read(statement("read_segment_groups"), {"keys": keys, "segment": None})
    return [_group(row) for row in rows]


async def groups_with(transaction: Transaction, segment: str) -> Sequence[SegmentGroup]:
    """Return the groups that rank a segment, by key."""
    rows = await transaction.run(
        statement("read_segment_groups"), {"keys": None, "segment": segment}
    )
    return [_group(row) for row in rows]


def _group(row: Row) -> SegmentGroup:
    own = row["group"]
    labels = read_labels(own)
    weights = tuple(weight for _, weight in row["ranked"] if weight is not None)
    keys = tuple(key for key, _ in row["ranked"])
    return SegmentGroup(own["key"], labels, own["owner"], keys, weights or None)
