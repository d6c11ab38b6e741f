"""Live segments: why customers come and go."""

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
    """How a segment is watched, and how far its evaluation has come."""

    key: str
    segment: str
    on_change: bool
    schedule: str | None
    """When all customers are evaluated, as cron text."""
    n: int
    """Number of the last move."""
    size: int
    """How many members there are."""
    at: datetime
    """As of when it was evaluated last with something to record."""
    ran_at: datetime
    """As of when all customers were evaluated last."""
    definition: str
    """Digest of what was asked then."""
    offsets: Offsets = field(repr=False)
    """How far the feeds had come then."""
    problem: str | None = None
    """Why the last evaluation failed; None where it did not."""
