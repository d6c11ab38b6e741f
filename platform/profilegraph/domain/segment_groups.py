"""Groups of segments in which each customer belongs to at most one."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.domain.values import Labels


@dataclass(frozen=True)
class SegmentGroup:
    """Segments of which each customer belongs to one at most: the first that it is a member of."""

    key: str
    labels: Labels
    owner: str
    """Name of the API key that it belongs to."""
    segments: tuple[str, ...]
    """Keys, the first in rank first."""
    weights: tuple[float, ...] | None = None
    """What ranks them, in the same order; None where they were ranked as such."""
