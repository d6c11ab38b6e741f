"""The states of the index."""

from __future__ import annotations

from enum import StrEnum


class IndexState(StrEnum):
    """The state of the index; it answers queries while it is ready, otherwise Neo4j does."""

    OFF = "off"
    EMPTY = "empty"
    BUILDING = "building"
    BEHIND = "behind"
    """Many customers changed at once and are being read."""
    READY = "ready"
    TOO_LARGE = "too large"
    FAILED = "failed"
    """Reading the graph failed; the next question tries again."""
