"""Live segments: why customers come and go."""

from __future__ import annotations

from enum import StrEnum


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
