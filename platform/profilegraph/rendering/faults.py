"""What is wrong in a filter, and what to do about it, in words."""

from __future__ import annotations

from profilegraph.language.faults import Fault, FaultKind
from profilegraph.rendering.languages import wording

_OF_TAXONOMIES = frozenset(
    {
        FaultKind.DIMENSION_MISSING,
        FaultKind.TAG_MISSING,
        FaultKind.ATTRIBUTE_MISSING,
        FaultKind.METRIC_MISSING,
        FaultKind.EVENT_TYPE_MISSING,
    }
)
"""What is missing in all taxonomies, and can come back with one of them."""


def fault_line(fault: Fault, locale: str) -> str:
    """Return what is wrong."""
    return wording(locale).names.of(fault.kind).format(fault.key)


def advice_line(fault: Fault, locale: str) -> str:
    """Return what to do about it."""
    advice = wording(locale).names.advice
    if fault.kind in _OF_TAXONOMIES:
        return advice.bring_back
    return advice.save_again if fault.kind is FaultKind.SEGMENT_MISSING else advice.save_anew
