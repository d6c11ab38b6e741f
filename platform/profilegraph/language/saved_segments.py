"""A saved segment: a named, versioned filter, as every layer hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.values import Labels
from profilegraph.language.nodes import Node


@dataclass(frozen=True)
class SavedSegment:
    """One version of a named filter, or of a named list of customers.

    The labels, the kind, the state, the owner and the editors (names of API keys) are the segment's, the
    same for all versions.
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
    """The number of the older version whose filter a rollback brought back."""
    is_newest: bool = True
    """Whether no newer version was there; only said of one that was asked for by its number."""
