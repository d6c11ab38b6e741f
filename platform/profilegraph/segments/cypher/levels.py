"""Which buckets of a level a customer is in, as Cypher: lists of their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from profilegraph.segments.cypher.frame import Frame
from profilegraph.segments.cypher.profile import carried


def of_tags(places: Mapping[str, Sequence[int]], frame: Frame) -> str:
    """Return the numbers that the customer's tags stand for, each once, upwards.

    `places` has them by full tag key: one look at the taggings, however many tags there are.
    """
    tag, place = frame.name("g"), frame.name("b")
    return (
        f"COLLECT {{ MATCH {carried(frozenset(places), frame)}"
        f" UNWIND {frame.add({key: list(some) for key, some in places.items()})}[{tag}.key]"
        f" AS {place} RETURN DISTINCT {place} ORDER BY {place} }}"
    )


def of_filters(predicates: Sequence[str]) -> str:
    """Return the numbers, from 0 on, of those predicates that hold of the customer."""
    numbered = (f"CASE WHEN {test} THEN {number} END" for number, test in enumerate(predicates))
    return f"[place IN [{', '.join(numbered)}] WHERE place IS NOT NULL]"
