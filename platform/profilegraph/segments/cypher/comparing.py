"""Comparisons of one value, spans of time, and numbers of things as Cypher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from profilegraph.segments.cypher.frame import Frame
from profilegraph.segments.meaning import span
from profilegraph.segments.nodes import DateTest, NumberTest, TextTest, Window, bounds
from profilegraph.segments.nodes.parts import Counted

_OPERATORS = {"eq": "=", "ne": "<>", "in_": "IN", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def number(place: str, test: NumberTest, frame: Frame) -> Iterator[str]:
    """Yield what must hold of a number at a place; null where there is none."""
    return _compared(place, test, frame)


def text(place: str, test: TextTest, frame: Frame) -> Iterator[str]:
    """Yield what must hold of a string at a place; null where there is none."""
    yield from _compared(place, test, frame)
    if test.contains is not None:
        yield f"{place} CONTAINS {frame.add(test.contains)}"
    if test.starts_with is not None:
        yield f"{place} STARTS WITH {frame.add(test.starts_with)}"


def date(place: str, test: DateTest, frame: Frame) -> Iterator[str]:
    """Yield what must hold of a date at a place; null where there is none."""
    yield from _compared(place, test, frame)
    today = frame.context.today
    if test.in_last_days is not None:
        yield f"{place} > {frame.add(today - timedelta(days=test.in_last_days))}"
        yield f"{place} <= {frame.add(today)}"
    if test.in_next_days is not None:
        yield f"{place} > {frame.add(today)}"
        yield f"{place} <= {frame.add(today + timedelta(days=test.in_next_days))}"


def within(
    place: str, window: Window | None, frame: Frame, now: datetime | None = None
) -> Iterator[str]:
    """Yield what must hold of a moment at a place, so that it lies in a window that ends `now`."""
    when = span(window, now or frame.context.now)
    yield f"{place} <= {frame.add(when.now)}"
    if when.after is not None:
        yield f"{place} > {frame.add(when.after)}"
    if when.since is not None:
        yield f"{place} >= {frame.add(when.since)}"
    if when.until is not None:
        yield f"{place} < {frame.add(when.until)}"


def times(pattern: str, tests: Iterator[str], counted: Counted, frame: Frame) -> str:
    """Return the predicate that as many matches of a pattern pass all tests as are asked for."""
    least, most = bounds(counted)
    where = joined(" AND ", list(tests), "true")
    if (least, most) == (1, None):
        return f"EXISTS {{ {pattern} WHERE {where} }}"
    if (least, most) == (0, 0):
        return f"NOT EXISTS {{ {pattern} WHERE {where} }}"
    return in_bounds(f"COUNT {{ {pattern} WHERE {where} }}", counted, frame)


def in_bounds(count: str, counted: Counted, frame: Frame) -> str:
    """Return the predicate that a count is as large as asked for."""
    least, most = bounds(counted)
    if most is None:
        return f"{count} >= {frame.add(least)}"
    if least == most:
        return f"{count} = {frame.add(least)}"
    if least == 0:
        return f"{count} <= {frame.add(most)}"
    # A chain of comparisons would be planned as two, and what is counted within doubled each time.
    many = frame.name("many")
    return f"any({many} IN [{count}] WHERE {frame.add(least)} <= {many} <= {frame.add(most)})"


def known(tests: Iterator[str] | Sequence[str]) -> str:
    """Return the conjunction of tests as false where a value is missing."""
    return f"coalesce({' AND '.join(tests)}, false)"


def joined(operator: str, parts: Sequence[str], nothing: str) -> str:
    """Return the parts with an operator between, in parentheses; `nothing` where there are none."""
    return f"({operator.join(parts)})" if parts else nothing


def _compared(place: str, test: NumberTest | TextTest | DateTest, frame: Frame) -> Iterator[str]:
    for name, operator in _OPERATORS.items():
        wanted = getattr(test, name, None)
        if wanted is not None:
            value = list(wanted) if name == "in_" else wanted
            yield f"{place} {operator} {frame.add(value)}"
    ends = getattr(test, "between", None)
    if ends is not None:
        yield f"{frame.add(ends[0])} <= {place} <= {frame.add(ends[1])}"
