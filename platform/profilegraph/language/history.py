"""Which conditions can be evaluated as of a past moment: those whose history is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from profilegraph.domain.values import EPOCH
from profilegraph.errors import InvalidInput, NoHistory
from profilegraph.language.facts import Past, When
from profilegraph.language.nodes import Leaf, Node
from profilegraph.language.saved_filters import SavedFilters, child_steps


def as_of(at: datetime | None, now: datetime) -> When:
    """Return the moment of a question: now, or a past moment.

    Raises InvalidInput for a later one, one before 1970, and one without a time zone.
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
    """Raise InvalidInput unless a moment has a time zone and is not before 1970."""
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
    """Raise NoHistory unless all conditions of a filter can be evaluated as of the past.

    The error lists the conditions that cannot, each with its place and the reason.
    """
    faults = [f"{place}: {reason}." for place, reason in _unkept(node, library, "filter")]
    if faults:
        raise NoHistory(
            " ".join(faults), hint="Ask as of now, or take these conditions out of the filter."
        )


def states_asked(node: Node, library: SavedFilters) -> frozenset[type[Node]]:
    """Return the records with history that a filter reads: people, opportunities, or both."""
    if isinstance(node, Leaf) and node.FACTS.keeps_states:
        return frozenset({type(node)})
    below = (states_asked(one, library) for _, one in child_steps(node, library))
    return frozenset[type[Node]]().union(*below)


def _unkept(node: Node, library: SavedFilters, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Leaf) and node.no_history:
        yield f"{place}.{node.NAME}", node.no_history
        return
    for step, one in child_steps(node, library):
        yield from _unkept(one, library, f"{place}.{step}")
