"""A saved segment: a named, versioned filter, as all layers pass it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.values import Labels
from profilegraph.language.nodes import Node


@dataclass(frozen=True)
class SavedSegment:
    """One version of a named filter, or of a named list of customers.

    The labels, the kind, the state, the owner and the editors (names of API keys) belong to the
    segment and are the same for all versions.
    """

    key: str
    labels: Labels
    kind: SegmentKind
    state: SegmentState
    owner: str
    editors: tuple[str, ...]
    version: int
    filter: Node
    author: str
    note: str
    at: datetime
    restores: int | None = None
    """The number of the older version that a rollback restored."""
    is_newest: bool = True
    """Whether it is the newest version; only set if a version was requested by number."""
