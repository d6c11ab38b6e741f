"""A row of a table, and its additional columns in a reject file."""

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
    """One row: its position, its values by column, and its original text."""

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
    """Return the raw bytes that a reject file has in hexadecimal; empty if there are none."""
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""


def read_anew(raw: bytes, encoding: str | None) -> str | None:
    """Return a row's bytes as text in the encoding of the mapping; None if they are invalid."""
    if encoding is None or not raw:
        return None
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
