"""Keys of records without their own: derived from the content, with a count among equal ones.

Whatever the name of a file and the order of its rows, equal rows have equal keys: overlapping or
repeated exports add only what is new. Two equal rows in one file are two records, counted from one
in each file.

Graphs store these keys: their derivation must never change.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from profilegraph.domain.records.kinds import KINDS
from profilegraph.domain.values import Record, to_units

KEYED_BY_CONTENT: frozenset[type[Record]] = frozenset(
    kind.record for kind in KINDS if kind.keyed_by_content
)
"""Kinds whose key may be omitted."""

_PREFIX = "content:"
_DIGEST_BYTES = 16
# Digests of a file of any size: what does not fit into this much memory goes to a temporary file.
_CACHE_KILOBYTES = 65_536
_TABLE = "CREATE TABLE seen (digest BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID"
_COUNT = (
    "INSERT INTO seen VALUES (?, 1) ON CONFLICT (digest) DO UPDATE SET times = times + 1"
    " RETURNING times"
)


class ContentKeys:
    """The keys of the rows of one file, requested in the order of the rows; has to be closed."""

    def __init__(self) -> None:
        # One thread after the other asks, never two at once.
        self._seen = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._seen.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        self._seen.execute("PRAGMA journal_mode = OFF")
        self._seen.execute(_TABLE)
        self._seen.execute("BEGIN")

    def key(self, record: Record) -> str:
        """Return the key of a record, ignoring its own key."""
        digest = _digest(record)
        [(times,)] = self._seen.execute(_COUNT, (digest,)).fetchall()
        return f"{_PREFIX}{digest.hex()}#{times}"

    def close(self) -> None:
        """Discard the counts."""
        self._seen.close()


def is_content_key(key: str) -> bool:
    """Return whether a key was derived from content."""
    return key.startswith(_PREFIX)


def _digest(record: Record) -> bytes:
    values = record.model_dump(exclude={"key"}, exclude_none=True)
    text = json.dumps([type(record).__name__, values], default=_plain, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return to_units(value)
    raise TypeError(f"{value!r} cannot be part of a key")
