"""What becomes of the index."""

from __future__ import annotations

from enum import StrEnum


class IndexState(StrEnum):
    """What becomes of the index; questions go to it while it is ready, else to Neo4j."""

    OFF = "off"
    EMPTY = "empty"
    BUILDING = "building"
    BEHIND = "behind"
    """Many customers changed at once; they are being read."""
    READY = "ready"
    TOO_LARGE = "too large"
    FAILED = "failed"
    """Reading the graph failed; the next question tries again."""
