"""Live segments: their state, and the causes of transitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from profilegraph.domain.feed import Offsets


class MoveCause(StrEnum):
    """What made customers enter or leave a live segment."""

    DATA_CHANGED = "DATA_CHANGED"
    """Something was recorded about them."""
    TIME_PASSED = "TIME_PASSED"
    """Nothing was: a window moved on, or a tag expired."""
    DEFINITION_CHANGED = "DEFINITION_CHANGED"
    """The filter, a segment that it refers to, or the order of the tags that it names."""
    MERGED = "MERGED"
    """They turned out to be other customers."""


@dataclass(frozen=True)
class WatchedSegment:
    """The live state of a segment: when it is evaluated, and how far that has come."""

    key: str
    segment: str
    on_change: bool
    schedule: str | None
    """When all customers are evaluated, as cron text."""
    n: int
    """Number of the last move."""
    size: int
    """The number of members."""
    at: datetime
    """The moment of the last evaluation that was recorded."""
    ran_at: datetime
    """The moment of the last evaluation of all customers."""
    definition: str
    """Digest of the evaluated filter."""
    offsets: Offsets = field(repr=False)
    """The offsets of the feeds at that evaluation."""
    owner: str = ""
    """The name of whose segment it is."""
    problem: str | None = None
    """Why the last evaluation failed; None if it did not."""
