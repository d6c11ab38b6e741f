"""Saved segments apart from their versions: locks, references and deletion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.language.nodes import Node
from profilegraph.language.saved_filters import SavedFilter, SavedFilters, references
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.segments.saved import newest_version, saved_segment
from profilegraph.storage.statements import statement


@dataclass(frozen=True)
class SegmentHead:
    """The properties of a segment in all its versions; `owner` and `editors` are names of API keys."""

    key: str
    kind: SegmentKind
    state: SegmentState
    owner: str
    editors: tuple[str, ...] = ()


@dataclass(frozen=True)
class SegmentReferences:
    """The segments that the newest version of a segment refers to, and those that refer to it."""

    references: tuple[str, ...]
    users: tuple[SegmentHead, ...]


async def claim(transaction: Transaction, head: SegmentHead) -> None:
    """Create a segment as given, unless it exists."""
    await transaction.run(
        "MERGE (s:Segment {key: $key})"
        " ON CREATE SET s.kind = $kind, s.state = $state, s.owner = $owner, s.editors = []",
        {
            "key": head.key,
            "kind": head.kind.value,
            "state": head.state.value,
            "owner": head.owner,
        },
    )


async def lock(transaction: Transaction, keys: Iterable[str]) -> Mapping[str, SegmentHead]:
    """Return the existing segments, by key, locked until the commit."""
    rows = await transaction.run(statement("lock_segments"), {"keys": sorted(set(keys))})
    return {row["key"]: _head(row) for row in rows}


async def lock_library(transaction: Transaction, node: Node) -> SavedFilters:
    """Return the segments that a filter refers to, directly or indirectly.

    They are locked until the commit. Missing ones are left out.
    """
    found: dict[str, SavedFilter] = {}
    ahead = references(node)
    while ahead:
        await lock(transaction, ahead)
        newest = [await newest_version(transaction, key) for key in sorted(ahead)]
        read = [one for one in newest if one is not None]
        found |= {one.key: SavedFilter(one.labels, one.filter) for one in read}
        named = (references(one.filter) for one in read)
        ahead = frozenset[str]().union(*named) - found.keys()
    return SavedFilters(found)


async def read_references(transaction: Transaction, key: str) -> SegmentReferences:
    """Return what a segment refers to and what refers to it, both by newest version."""
    row = (await transaction.run(statement("read_references"), {"key": key}))[0]
    return SegmentReferences(
        tuple(sorted(row["references"])), tuple(_head(one) for one in row["users"])
    )


async def read_users(database: Database, keys: Sequence[str]) -> dict[str, Sequence[SavedSegment]]:
    """Return the segments whose newest versions refer to each segment, by that segment's key."""
    found: dict[str, list[SavedSegment]] = {}
    for row in await database.read(statement("read_users"), {"keys": keys}):
        found.setdefault(row["used"], []).append(saved_segment(row))
    return dict(found)


async def update(transaction: Transaction, key: str, head: SegmentHead) -> None:
    """Write a segment's state, owner and editors."""
    await transaction.run(
        "MATCH (s:Segment {key: $key})"
        " SET s.state = $state, s.owner = $owner, s.editors = $editors",
        {
            "key": key,
            "state": head.state.value,
            "owner": head.owner,
            "editors": list(head.editors),
        },
    )


async def delete(transaction: Transaction, key: str) -> None:
    """Delete a segment with all its versions."""
    await transaction.run(statement("delete_segment"), {"key": key})
    transaction.touch(parts=[ChangedPart.SEGMENTS])


def _head(row: Row) -> SegmentHead:
    return SegmentHead(
        row["key"],
        SegmentKind(row["kind"]),
        SegmentState(row["state"]),
        row["owner"],
        tuple(row["editors"]),
    )
