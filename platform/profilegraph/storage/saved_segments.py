"""Saved segments and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from profilegraph.domain.values import Labels
from profilegraph.errors import NotFound
from profilegraph.segments.codec import decode_text, encode_text
from profilegraph.segments.nodes import Node
from profilegraph.segments.uses import uses
from profilegraph.storage.database import Database, Row, Transaction
from profilegraph.storage.statements import statement


@dataclass(frozen=True)
class SavedSegment:
    """One version of a named filter; its labels are the segment's, the same for all versions."""

    key: str
    labels: Labels
    version: int
    filter: Node
    author: str
    note: str
    at: datetime


async def save_version(
    transaction: Transaction,
    key: str,
    labels: Labels,
    node: Node,
    *,
    author: str,
    note: str,
    at: datetime,
) -> int:
    """Return the number of the version that holds the filter: the newest if it does, else a new one.

    The labels are the segment's: they change with or without a new version.
    """
    used = uses(node)
    rows = await transaction.run(
        statement("save_segment"),
        {
            "key": key,
            "labelZh": labels.zh_cn,
            "labelEn": labels.en,
            "filter": encode_text(node),
            "author": author,
            "note": note,
            "at": at,
            "dimensions": sorted(used.dimensions),
            "tags": sorted(used.tags),
        },
    )
    number: int = rows[0]["n"]
    return number


async def read_segment(database: Database, key: str, version: int | None = None) -> SavedSegment:
    """Return a segment in its newest version, or in one by its number; raises NotFound."""
    rows = await database.read(statement("read_segments"), {"key": key, "version": version})
    if not rows:
        raise NotFound(f"no segment has the key {key!r}.", hint="`segments` lists them.")
    return _segment(rows[0])


async def list_segments(database: Database) -> Sequence[SavedSegment]:
    """Return all segments in their newest versions, by key."""
    rows = await database.read(statement("read_segments"), {"key": None, "version": None})
    return [_segment(row) for row in rows]


def _segment(row: Row) -> SavedSegment:
    return SavedSegment(
        key=row["key"],
        labels=Labels(zh_cn=row["labelZh"], en=row["labelEn"]),
        version=row["n"],
        filter=decode_text(row["filter"]),
        author=row["author"],
        note=row["note"],
        at=row["at"],
    )
