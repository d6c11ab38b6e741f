"""A row of a table, and what a reject file says of it besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# What a reject file adds to the original columns; such a file can be imported like any other.
REJECT_COLUMNS = ("rejected_source", "rejected_line", "rejected_reason")
REJECTED_BYTES = "rejected_bytes"
"""Beside them, in hexadecimal: the row as it stood, where it is no text in the file's encoding."""
REJECTED_ROW = "rejected_row"
"""In a reject file of JSON Lines, the original row: an object, or a text where it was none."""

DAMAGED = "\ufffd"


class SourceRow(NamedTuple):
    """One row: where it stands, its values by column, and its text as it was written."""

    source: str
    line: int
    last_line: int
    values: Mapping[str, Any]
    original: Sequence[str]
    """The cells of a table, or the one line of a JSON document."""
    fault: str = ""
    raw: bytes = b""
    """The bytes of a row that is no text in the file's encoding."""


def kept_bytes(text: object) -> bytes:
    """Return the bytes that a reject file keeps in hexadecimal; none where it keeps nothing."""
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""


def read_anew(raw: bytes, encoding: str | None) -> str | None:
    """Return a row's bytes as text, now that its encoding is said; None where they are none."""
    if encoding is None or not raw:
        return None
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
