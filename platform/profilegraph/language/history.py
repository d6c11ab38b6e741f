"""Which conditions can be asked of the past: those of which the graph keeps what was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from profilegraph.domain.values import EPOCH
from profilegraph.errors import InvalidInput, NoHistory
from profilegraph.language.facts import Past, When
from profilegraph.language.nodes import (
    AllOf,
    AnyOf,
    Arrivals,
    AttributeLeaf,
    InSegment,
    MetricLeaf,
    Node,
    Not,
    Opportunities,
    Owners,
    People,
    Related,
    Teams,
)
from profilegraph.language.saved_filters import SavedFilters

_UNKEPT: tuple[tuple[type[Node], str], ...] = (
    (AttributeLeaf, "a field of a customer keeps only its present value"),
    (MetricLeaf, "a metric keeps only the value that was computed last"),
    (Owners, "of owners only those of today are kept"),
    (Teams, "of owners and their teams only those of today are kept"),
    (Related, "relations between customers carry no dates"),
)
_CHANNEL_TREE = "which channel is part of which is kept only as it is today (`exact` can be asked)"


def as_of(at: datetime | None, now: datetime) -> When:
    """Return as of when is asked: now, or a moment of the past.

    Raises InvalidInput for a later one, one before 1970, and one without its time zone.
    """
    if at is None or at == now:
        return now
    require_moment(at, "asOf")
    if at > now:
        raise InvalidInput(
            "nothing is known of a moment that is still to come.",
            hint="Ask as of now or earlier.",
            where="asOf",
        )
    return Past(at, now)


def require_moment(at: datetime, where: str) -> None:
    """Return nothing where a moment has a time zone and is not before 1970; raises InvalidInput."""
    if at.tzinfo is None:
        raise InvalidInput(
            "a moment needs a time zone, such as 2026-01-31T09:00:00+08:00.", where=where
        )
    if at < EPOCH:
        raise InvalidInput(
            "nothing is known of a moment before 1970.",
            hint="Ask as of 1970-01-01T00:00:00Z or later.",
            where=where,
        )


def require_history(node: Node, library: SavedFilters) -> None:
    """Return nothing where all that a filter asks can be answered as it was then.

    Raises NoHistory that lists the conditions which cannot, each with its place and the reason.
    """
    faults = [f"{place}: {reason}." for place, reason in _unkept(node, library, "filter")]
    if faults:
        raise NoHistory(
            " ".join(faults), hint="Ask as of now, or take these conditions out of the filter."
        )


def states_asked(node: Node, library: SavedFilters) -> frozenset[type[Node]]:
    """Return which records with earlier states a filter asks for: people, opportunities, or both."""
    match node:
        case People() | Opportunities():
            return frozenset({type(node)})
        case InSegment(key):
            return states_asked(library.segment(key).filter, library)
        case AllOf(conditions) | AnyOf(conditions):
            return frozenset[type[Node]]().union(
                *(states_asked(one, library) for one in conditions)
            )
        case Not(condition):
            return states_asked(condition, library)
        case _:
            return frozenset()


def _unkept(node: Node, library: SavedFilters, place: str) -> Iterator[tuple[str, str]]:
    place = f"{place}.{node.NAME}"
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            for index, condition in enumerate(conditions):
                yield from _unkept(condition, library, f"{place}[{index}]")
        case Not(condition):
            yield from _unkept(condition, library, place)
        case InSegment(key):
            yield from _unkept(library.segment(key).filter, library, f"{place}.{key}")
        case Arrivals(channels=channels, exact=False) if channels is not None:
            yield place, _CHANNEL_TREE
        case _:
            for kind, reason in _UNKEPT:
                if isinstance(node, kind):
                    yield place, reason
