"""A stored change of tags, from its plan to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from profilegraph.domain.taxonomy_changes.states import ChangeState


@dataclass(frozen=True)
class KeptChange:
    """A change of tags as the graph keeps it."""

    key: str
    state: ChangeState
    plan: str
    """JSON of the plan."""
    by: str
    """Name of the API key that planned it."""
    at: datetime
    expires: datetime
    record: str | None = None
    """JSON of what applying it did; None before."""
    members: BitMap | None = None
    """Of a split: ordinals of those who go to the first tag."""
    applied_by: str | None = None
    applied_at: datetime | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None
