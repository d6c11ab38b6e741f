"""How far an import has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Checkpoint:
    """What an import has committed: rows by their fate, and its reject file's bytes."""

    key: str
    line: int
    read: int
    written: int
    known: int
    """Rows among those written that had been there before: only of rows without a key of their own."""
    rejected: int
    reject_file: str
    reject_size: int
    finished: bool
