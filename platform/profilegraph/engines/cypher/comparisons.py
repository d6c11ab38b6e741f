"""Comparisons of a value in Cypher: a constant text, and the parameters that it reads.

Each comparison is a pair of functions. One returns the predicate on the value of an expression,
which reads the operands from a map; the other makes that map. An operand that is not given gets a
value that everything passes, so that there is one text, and one plan, for all comparisons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Any, TypeVar

from profilegraph.language.nodes import DateTest, NumberTest, TextTest, Window
from profilegraph.language.resolve import span

Values = Mapping[str, Any]
T = TypeVar("T")
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def number(place: str, asked: str) -> str:
    """Return the predicate on a number; never true if the value is missing."""
    return (
        f"{place} > {asked}.gt AND {place} >= {asked}.gte"
        f" AND {place} < {asked}.lt AND {place} <= {asked}.lte"
        f" AND ({asked}.among IS NULL OR {place} IN {asked}.among)"
        f" AND NOT {place} IN {asked}.without"
    )


def number_values(test: NumberTest) -> Values:
    """Return the parameters of `number`."""
    least, most = test.between or (None, None)
    return {
        "gt": -inf if test.gt is None else test.gt,
        "gte": max(_given(test.gte, test.eq, least), default=-inf),
        "lt": inf if test.lt is None else test.lt,
        "lte": min(_given(test.lte, test.eq, most), default=inf),
        "among": None if test.in_ is None else list(test.in_),
        "without": _given(test.ne),
    }


def text(place: str, asked: str) -> str:
    """Return the predicate on a string; never true if the value is missing."""
    return (
        f"{place} CONTAINS {asked}.contains AND {place} STARTS WITH {asked}.begin"
        f" AND ({asked}.among IS NULL OR {place} IN {asked}.among)"
        f" AND NOT {place} IN {asked}.without"
    )


def text_values(test: TextTest) -> Values:
    """Return the parameters of `text`."""
    among: list[str] | None = None if test.in_ is None else list(test.in_)
    if test.eq is not None:
        among = [test.eq] if among is None or test.eq in among else []
    return {
        "contains": test.contains or "",
        "begin": test.starts_with or "",
        "among": among,
        "without": _given(test.ne),
    }


def day(place: str, asked: str) -> str:
    """Return the predicate on a date; never true if the value is missing."""
    return (
        f"{place} >= {asked}.first AND {place} <= {asked}.last AND NOT {place} IN {asked}.without"
    )


def day_values(test: DateTest, today: date) -> Values:
    """Return the parameters of `day`."""
    least, most = test.between or (None, None)
    first, last = _given(test.gte, test.eq, least), _given(test.lte, test.eq, most)
    if test.in_last_days is not None:
        first.append(_moved(today, 1 - test.in_last_days))
        last.append(today)
    if test.in_next_days is not None:
        first.append(_moved(today, 1))
        last.append(_moved(today, test.in_next_days))
    if test.gt is not None:
        # Of the last day there is, nothing is later: a span that ends before it begins.
        first.append(_moved(test.gt, 1))
        last.append(date.min if test.gt == date.max else date.max)
    if test.lt is not None:
        last.append(_moved(test.lt, -1))
        first.append(date.max if test.lt == date.min else date.min)
    return {
        "first": max(first, default=date.min),
        "last": min(last, default=date.max),
        "without": _given(test.ne),
    }


def moment(place: str, asked: str) -> str:
    """Return the predicate on a moment; never true if the value is missing."""
    return f"{place} >= {asked}.first AND {place} < {asked}.until AND {place} <= {asked}.last"


def moment_values(window: Window | None, now: datetime) -> dict[str, Any]:
    """Return the parameters of `moment` for a window that ends at `now` at the latest."""
    when = span(window, now)
    first = _given(when.since)
    if when.after is not None:
        first.append(when.after + _INSTANT)
    return {
        "first": max(first, default=FIRST),
        "until": LAST if when.until is None else when.until,
        "last": when.now,
    }


def optional(asked: str, predicate: str) -> str:
    """Return a predicate that is true if its map of operands is missing."""
    # Of a disjunction the planner would make a conjunction of many, and weigh each of them.
    return f"CASE WHEN {asked} IS NULL THEN true ELSE {predicate} END"


def one_of(place: str, asked: str) -> str:
    """Return the predicate that a value is in a list, or that there is no list."""
    return f"({asked} IS NULL OR {place} IN {asked})"


def listed(values: Iterable[T] | None) -> list[T] | None:
    """Return values as a list for `one_of`; None for None."""
    return None if values is None else list(values)


def _given(*values: T | None) -> list[T]:
    return [one for one in values if one is not None]


def _moved(start: date, days: int) -> date:
    """Return a day moved by a number of days, or the last representable day on that side."""
    try:
        return start + _DAY * days
    except OverflowError:
        return date.max if days > 0 else date.min
