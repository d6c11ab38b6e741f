"""What keeps a filter from being asked: what is missing or does not fit, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """Why a segment cannot be evaluated any more."""

    DIMENSION_MISSING = "DIMENSION_MISSING"
    TAG_MISSING = "TAG_MISSING"
    ATTRIBUTE_MISSING = "ATTRIBUTE_MISSING"
    METRIC_MISSING = "METRIC_MISSING"
    EVENT_TYPE_MISSING = "EVENT_TYPE_MISSING"
    SEGMENT_MISSING = "SEGMENT_MISSING"
    NOT_ORDERED = "NOT_ORDERED"
    OTHER_TYPE = "OTHER_TYPE"
    AMOUNT = "AMOUNT"
    CIRCLE = "CIRCLE"
    TOO_LARGE = "TOO_LARGE"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a filter."""

    kind: FaultKind
    place: str
    """Where in the filter, such as `filter.all[1].tags`; through the segments that it refers to."""
    message: str
    key: str | None = None
    """Key of what is missing, or of what is not as the filter needs it."""
    hint: str = ""

    def __str__(self) -> str:
        """Return the whole sentence: where, what is wrong, what was probably meant."""
        return f"{self.place}: {self.message}" + (f" {self.hint}" if self.hint else "")
