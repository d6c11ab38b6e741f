"""The record that nearly counts for a condition that counts too few, and the parts it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from profilegraph.engines.reference.evaluator import LEAVES, Verdict
from profilegraph.engines.reference.findings import CountedRecords, Evidence, Neighbour
from profilegraph.language import nodes
from profilegraph.language.facts import Context, is_money, moment_of
from profilegraph.language.nodes import DateTest, NumberTest, TextTest, Window, bounds
from profilegraph.language.nodes.parts import Counted
from profilegraph.language.resolve import in_units, span

_NUMBERS = frozenset({"at_least", "at_most", "total"})


@dataclass(frozen=True)
class NearMiss:
    """A record that would count if it also matched some parts of the condition, given by name."""

    record: Evidence
    lacks: tuple[str, ...]


def nearest_record(verdict: Verdict, context: Context) -> NearMiss | None:
    """Return the record that lacks the fewest parts of a condition; of equally few, the nearest.

    None if the condition is true or counts enough already, or if there is no other record.
    """
    leaf = verdict.node
    if verdict.holds or not verdict.beside:
        return None
    if isinstance(leaf, Counted) and len(verdict.evidence) >= bounds(leaf)[0]:
        return None  # there are too many: none is lacking
    found = [_near(leaf, one, context) for one in verdict.beside]
    return min(found, key=lambda one: (len(one[0].lacks), one[1]))[0]


def _near(leaf: Any, record: Evidence, context: Context) -> tuple[NearMiss, float]:
    if isinstance(record, Neighbour):
        return NearMiss(record, ("where",)), record.distance
    rule = LEAVES[type(leaf)]
    if not isinstance(rule, CountedRecords):
        raise TypeError("only a leaf that counts has records beside those that count")
    test = rule.test(leaf)
    lacks = [
        name for name, alone in _parts(test, record) if not rule.matching(alone, [record], context)
    ]
    away = sum(_away(name, getattr(test, name), record, context) for name in lacks)
    return NearMiss(record, tuple(lacks)), away


def _parts(test: Any, record: Evidence) -> Iterator[tuple[str, Any]]:
    """Yield the given parts, each with a test of that part alone."""
    optional = [
        one.name for one in fields(test) if one.default is None and one.name not in _NUMBERS
    ]
    for name in optional:
        if getattr(test, name) is not None:
            rest: dict[str, Any] = {other: None for other in optional if other != name}
            if isinstance(test, nodes.Consents):
                rest["granted"] = record.granted  # type: ignore[union-attr]  # they are its records
            yield name, replace(test, **rest)
    if isinstance(test, nodes.Consents):
        nothing: dict[str, Any] = dict.fromkeys(optional)
        yield "granted", replace(test, **nothing)


def _away(name: str, part: Any, record: Any, context: Context) -> float:
    """Return the distance of a record from a part, 0 to 1; 1 if no number tells."""
    has = moment_of(record) if isinstance(part, Window) else getattr(record, name, None)
    match part, has:
        case Window(), datetime():
            when = span(part, context.now)
            ends = [one for one in (when.after, when.since, when.until, context.now) if one]
            return _share(min(abs((has - end).total_seconds()) for end in ends) / 86_400)
        case NumberTest(), int() | float():
            asked = in_units(part) if is_money(record, name) else part
            return _share(
                min((abs(has - one) / (1 + abs(one)) for one in _points(asked)), default=1)
            )
        case DateTest(), date():
            days = [abs((has - one).days) for one in _points(part)]
            return _share(min(days, default=1))
        case TextTest(), str():
            texts = [part.eq, part.contains, part.starts_with, *(part.in_ or ())]
            return 1 - max(
                (SequenceMatcher(None, one, has).ratio() for one in texts if one), default=0.0
            )
        case _:
            return 1.0


def _points(test: NumberTest | DateTest) -> Iterator[Any]:
    ends = (test.eq, test.ne, test.lt, test.lte, test.gt, test.gte, *(test.between or ()))
    yield from (one for one in ends if one is not None)


def _share(distance: float) -> float:
    return distance / (1 + distance)
