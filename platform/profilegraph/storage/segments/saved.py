"""Saved segments and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pyroaring import FrozenBitMap

from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidFilter, NotFound, UnreadableRecord
from profilegraph.language.codec import decode_text, encode_text
from profilegraph.language.dependencies import dependencies_of
from profilegraph.language.nodes import Listed, Node
from profilegraph.language.saved_filters import SavedFilter, SavedFilters, references
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.nearest import did_you_mean
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.labels import read_labels, stored_labels
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement

_LABEL = """
MATCH (s:Segment {key: $key})
SET s.labelZh = coalesce($labelZh, s.labelZh), s.labelEn = coalesce($labelEn, s.labelEn),
    s.labelOthers = CASE WHEN $labelOthers IS NULL THEN s.labelOthers ELSE $labelOthers +
      [old IN coalesce(s.labelOthers, []) WHERE none(new IN $labelOthers
        WHERE split(new, '=')[0] = split(old, '=')[0])] END
"""


async def save_version(
    transaction: Transaction,
    key: str,
    labels: Labels | None,
    node: Node,
    *,
    author: str,
    note: str,
    at: datetime,
    restores: int | None = None,
) -> int:
    """Save a filter and return its version: the newest if it has that filter already, else a new one.

    Labels belong to the segment: they change with or without a new version; None keeps them.
    `restores` is the number of the version that the filter is taken from.
    """
    if isinstance(node, Listed):
        newest = await newest_version(transaction, key)
        if newest is not None and newest.filter == node:  # whose bytes may be others
            await transaction.run(_LABEL, {"key": key, **stored_labels(labels)})
            return newest.version
    used = dependencies_of(node)
    rows = await transaction.run(
        statement("save_segment"),
        {
            "key": key,
            **stored_labels(labels),
            "filter": None if isinstance(node, Listed) else encode_text(node),
            "members": node.ordinals.serialize() if isinstance(node, Listed) else None,
            "author": author,
            "note": note,
            "at": at,
            "restores": restores,
            "dimensions": sorted(used.dimensions),
            "tags": sorted(used.tags),
            "segments": sorted(used.segments),
        },
    )
    transaction.touch(parts=[ChangedPart.SEGMENTS])
    number: int = rows[0]["n"]
    return number


async def newest_version(transaction: Transaction, key: str) -> SavedSegment | None:
    """Return a segment in its newest version, as the transaction sees it, or None."""
    rows = await transaction.run(
        statement("read_segments"), {"keys": [key], "version": None, "at": None}
    )
    return saved_segment(rows[0]) if rows else None


async def read_segment(
    database: Database, key: str, version: int | None = None, at: datetime | None = None
) -> SavedSegment:
    """Return a segment in its newest version, in a given one, or in the one of a moment.

    Raises NotFound.
    """
    parameters = {"keys": [key], "version": version, "at": at}
    rows = await database.read(statement("read_segments"), parameters)
    if rows:
        return saved_segment(rows[0])
    if at is not None:
        raise NotFound(
            f"no segment had the key {key!r} on {at:%Y-%m-%d}.",
            hint="Ask as of a later moment, or check the key.",
        )
    if version is not None:
        newest = await read_segment(database, key)
        raise NotFound(
            f"the segment {key!r} has no version {version}.",
            hint=f"Its versions are 1 to {newest.version}.",
            where="version",
        )
    hint = did_you_mean(key, await _keys(database), "`segments` lists them.")
    raise NotFound(f"no segment has the key {key!r}.", hint=hint)


async def read_versions(
    database: Database, keys: Sequence[str]
) -> dict[str, Sequence[SavedSegment]]:
    """Return all versions of each segment, the newest first, by the segment's key."""
    found: dict[str, list[SavedSegment]] = {}
    for row in await database.read(statement("read_versions"), {"keys": keys}):
        found.setdefault(row["segment"]["key"], []).append(saved_segment(row))
    return dict(found)


async def list_segments(database: Database) -> Sequence[SavedSegment]:
    """Return all segments in their newest versions, by key."""
    rows = await database.read(
        statement("read_segments"), {"keys": None, "version": None, "at": None}
    )
    return [saved_segment(row) for row in rows]


async def read_filters(
    database: Database, keys: Sequence[str], at: datetime | None = None
) -> dict[str, Node]:
    """Return the filters of the existing segments, by key.

    Each is that of the newest version, or of the version that was the newest at a moment.
    """
    parameters = {"keys": keys, "version": None, "at": at}
    rows = await database.read(statement("read_segments"), parameters)
    return {one.key: one.filter for one in map(saved_segment, rows)}


async def read_library(database: Database, node: Node, at: datetime | None = None) -> SavedFilters:
    """Return the segments that a filter refers to, directly or indirectly.

    Each is in its newest version, or in the one that was the newest at a moment. If one is missing,
    the keys of all segments are included, so that the nearest can be suggested.
    """
    found: dict[str, SavedFilter] = {}
    missing: set[str] = set()
    wanted = references(node)
    while wanted:
        rows = await database.read(
            statement("read_segments"), {"keys": sorted(wanted), "version": None, "at": at}
        )
        read = {one.key: SavedFilter(one.labels, one.filter) for one in map(saved_segment, rows)}
        found |= read
        missing |= wanted - read.keys()
        named = (references(one.filter) for one in read.values())
        wanted = frozenset[str]().union(*named) - found.keys() - missing
    if not missing:
        return SavedFilters(found)
    return SavedFilters(found, await _keys(database))


async def _keys(database: Database) -> tuple[str, ...]:
    """Return the keys of all saved segments, for suggestions."""
    known = await database.read("MATCH (s:Segment) RETURN s.key AS key ORDER BY key")
    return tuple(row["key"] for row in known)


def saved_segment(row: Row) -> SavedSegment:
    """Return the saved segment of a row with the properties of a `segment` and of its `version`.

    Raises UnreadableRecord.
    """
    whole, version = row["segment"], row["version"]
    return SavedSegment(
        key=whole["key"],
        labels=read_labels(whole),
        kind=SegmentKind(whole["kind"]),
        state=SegmentState(whole["state"]),
        owner=whole["owner"],
        editors=tuple(whole["editors"]),
        version=version["n"],
        filter=_filter(whole["key"], version),
        author=version["author"],
        note=version["note"],
        at=version["at"],
        restores=version.get("restores"),
        is_newest=version["n"] == row.get("newest", version["n"]),
    )


def _filter(segment: str, version: dict[str, Any]) -> Node:
    if "members" in version:
        return Listed(FrozenBitMap.deserialize(version["members"]))
    try:
        return decode_text(version["filter"])
    except InvalidFilter as error:  # nobody who asks has said it
        raise UnreadableRecord(
            f"the stored filter of its version {version['n']} cannot be read: {error}",
            where=f"segment {segment!r}",
            hint="A newer profilegraph may have written it: use that one, or save it anew.",
        ) from error
