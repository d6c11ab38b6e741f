"""Saved segments: their kinds, their states, and which states may refer to which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class SegmentKind(StrEnum):
    """What decides who is a member of a segment."""

    DYNAMIC = "DYNAMIC"
    STATIC = "STATIC"
    SNAPSHOT = "SNAPSHOT"


class SegmentState(StrEnum):
    """How far along a segment is."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


NEXT_STATES: Mapping[SegmentState, frozenset[SegmentState]] = MappingProxyType(
    {
        SegmentState.DRAFT: frozenset({SegmentState.ACTIVE, SegmentState.ARCHIVED}),
        SegmentState.ACTIVE: frozenset({SegmentState.ARCHIVED}),
        SegmentState.ARCHIVED: frozenset({SegmentState.ACTIVE}),
    }
)
"""What each state may be followed by."""

REFERABLE: Mapping[SegmentState, frozenset[SegmentState]] = MappingProxyType(
    {
        SegmentState.DRAFT: frozenset({SegmentState.DRAFT, SegmentState.ACTIVE}),
        SegmentState.ACTIVE: frozenset({SegmentState.ACTIVE}),
        SegmentState.ARCHIVED: frozenset(SegmentState),
    }
)
"""Of a segment in each state, the states of the segments that its filter may refer to."""
