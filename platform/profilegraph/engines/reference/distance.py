"""The distance between a customer's value and a condition, where it is a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import inf, nextafter
from typing import TypeVar

from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import AMOUNT_SCALE
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.engines.reference.findings import Value
from profilegraph.language import nodes, predicates
from profilegraph.language.facts import Context, EventFact
from profilegraph.language.nodes import DateTest, NumberTest, bounds
from profilegraph.language.nodes.parts import Counted
from profilegraph.language.resolve import span

T = TypeVar("T", float, int)
_DIGITS = 9


class DistanceUnit(StrEnum):
    """What a distance counts."""

    NUMBER = "NUMBER"
    """The unit of the value: an attribute, a metric, a sum of money."""
    TIMES = "TIMES"
    """Records: events, people, follow-ups."""
    DAYS = "DAYS"
    STEPS = "STEPS"
    """Tags of an ordered dimension."""


@dataclass(frozen=True)
class Distance:
    """By how much the nearest matching value is greater than the present one; negative if less."""

    distance: float
    unit: DistanceUnit

    @property
    def remoteness(self) -> float:
        """Return the distance scaled to 0 to 1, to compare conditions of all kinds."""
        return abs(self.distance) / (1 + abs(self.distance))


def number_of(verdict: Verdict) -> float | None:
    """Return the number that a leaf compares, a count or a sum of money; None for other leaves."""
    match verdict.node:
        case nodes.EventTotal():
            amounts = (one.amount or 0 for one in verdict.evidence if isinstance(one, EventFact))
            return sum(amounts) / AMOUNT_SCALE
        case Counted():
            return len(verdict.evidence)
        case _:
            return None


def gap(verdict: Verdict, catalogue: Catalogue, context: Context) -> Distance | None:
    """Return the distance at which a leaf's result changes; None if no number tells."""
    leaf, wanted = verdict.node, not verdict.holds
    match leaf:
        case nodes.AttributeLeaf() | nodes.MetricLeaf():
            return _value_gap(leaf, verdict, context)
        case nodes.EventTotal():
            return _number_gap(leaf.total, number_of(verdict) or 0.0, wanted)
        case nodes.Stopped():
            return _stopped_gap(leaf, verdict, context)
        case nodes.Tags():
            return _step_gap(leaf, verdict, catalogue)
        case Counted():
            return _count_gap(leaf, len(verdict.evidence), wanted)
        case _:
            return None


def _value_gap(
    leaf: nodes.AttributeLeaf | nodes.MetricLeaf, verdict: Verdict, context: Context
) -> Distance | None:
    [found] = (one.value for one in verdict.evidence if isinstance(one, Value))
    test = leaf.number if isinstance(leaf, nodes.MetricLeaf) else leaf.test
    match test, found:
        case NumberTest(), bool():
            return None
        case NumberTest(), float() | int():
            return _number_gap(test, found, not verdict.holds)
        case DateTest(), date():
            return _date_gap(test, found, not verdict.holds, context.today)
        case _:
            return None


def _number_gap(test: NumberTest, has: float, wanted: bool) -> Distance | None:
    ends = (test.eq, test.ne, test.lt, test.lte, test.gt, test.gte)
    points = [*ends, *(test.in_ or ()), *(test.between or ())]
    near = (
        beside
        for point in points
        if point is not None
        for beside in (nextafter(point, -inf), point, nextafter(point, inf))
    )
    found = _nearest(near, has, lambda value: predicates.number_holds(test, value) is wanted)
    return None if found is None else Distance(round(found - has, _DIGITS), DistanceUnit.NUMBER)


def _date_gap(test: DateTest, has: date, wanted: bool, today: date) -> Distance | None:
    near = (
        (point + timedelta(days=days) - has).days
        for point in _days(test, today)
        for days in (-1, 0, 1)
        if date.min < point < date.max
    )
    found = _nearest(
        near,
        0,
        lambda days: predicates.date_holds(test, has + timedelta(days=days), today) is wanted,
    )
    return None if found is None else Distance(found, DistanceUnit.DAYS)


def _days(test: DateTest, today: date) -> Iterator[date]:
    ends = (test.eq, test.ne, test.lt, test.lte, test.gt, test.gte, *(test.between or ()))
    yield from (one for one in ends if one is not None)
    if test.in_last_days is not None:
        yield from (today - timedelta(days=test.in_last_days), today)
    if test.in_next_days is not None:
        yield from (today, today + timedelta(days=test.in_next_days))


def _count_gap(leaf: Counted, has: int, wanted: bool) -> Distance | None:
    least, most = bounds(leaf)
    points = [least, *(() if most is None else (most,))]
    near = (point + beside for point in points for beside in (-1, 0, 1) if point + beside >= 0)
    found = _nearest(near, has, lambda number: predicates.enough(leaf, number) is wanted)
    return None if found is None else Distance(found - has, DistanceUnit.TIMES)


def _stopped_gap(leaf: nodes.Stopped, verdict: Verdict, context: Context) -> Distance | None:
    """Return how many earlier events are missing, or how many later ones are too many."""
    if verdict.holds:
        return Distance(1, DistanceUnit.TIMES)
    since = span(leaf.did_not, context.now)
    events = [one for one in verdict.evidence if isinstance(one, EventFact)]
    spare = sum(one.at in since for one in events)
    return Distance(-spare if spare else leaf.at_least - len(events), DistanceUnit.TIMES)


def _step_gap(leaf: nodes.Tags, verdict: Verdict, catalogue: Catalogue) -> Distance | None:
    """Return how many tags of an ordered dimension lie between the carried tag and a matching one."""
    if verdict.holds or (leaf.gte is None and leaf.lte is None):
        return None
    names = [tag.key for tag in catalogue.dimension(leaf.dimension).tags]
    first = 0 if leaf.gte is None else names.index(leaf.gte)
    last = len(names) - 1 if leaf.lte is None else names.index(leaf.lte)
    carried = [one.tag.partition("/")[2] for one in verdict.evidence if isinstance(one, Tagging)]
    steps = [
        place - names.index(name) for name in carried if name in names for place in (first, last)
    ]
    found = _nearest(steps, 0, bool) if first <= last else None
    return None if found is None else Distance(found, DistanceUnit.STEPS)


def _nearest(choices: Iterable[T], has: T, will_do: Callable[[T], bool]) -> T | None:
    # The nearest is asked about first: where thousands are near, most are never looked at.
    ordered = sorted(choices, key=lambda one: abs(one - has))
    return next(filter(will_do, ordered), None)
