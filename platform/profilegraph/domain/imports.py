"""The checkpoint of an import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Checkpoint:
    """What an import has committed: rows by outcome, and the size of its reject file in bytes."""

    key: str
    line: int
    read: int
    written: int
    known: int
    """Written rows that existed before; only rows without a key of their own are counted."""
    rejected: int
    reject_file: str
    reject_size: int
    finished: bool
