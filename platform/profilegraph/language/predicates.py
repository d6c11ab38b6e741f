"""The predicates of the language on single values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from profilegraph.language.facts import Facts
from profilegraph.language.nodes import DateTest, NumberTest, TextTest, bounds
from profilegraph.language.nodes.parts import Counted


def enough(counted: Counted, number: int) -> bool:
    """Return whether a number is within the bounds of a leaf."""
    least, most = bounds(counted)
    return least <= number and (most is None or number <= most)


def visible(facts: Facts) -> bool:
    """Return whether a customer is visible: not merged into another, and not out of scope."""
    return facts.merged_into is None and not facts.hidden


def number_holds(test: NumberTest, value: float | None) -> bool:
    """Return whether a number passes every comparison of a test; False for None."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.among, lambda numbers: value in numbers),
        (test.lt, lambda limit: value < limit),
        (test.lte, lambda limit: value <= limit),
        (test.gt, lambda limit: value > limit),
        (test.gte, lambda limit: value >= limit),
        (test.between, lambda ends: ends[0] <= value <= ends[1]),
    )


def text_holds(test: TextTest, value: str | None) -> bool:
    """Return whether a string passes every comparison of a test; False for None."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.among, lambda texts: value in texts),
        (test.contains, lambda part: part in value),
        (test.starts_with, lambda start: value.startswith(start)),
    )


def date_holds(test: DateTest, value: date | None, today: date) -> bool:
    """Return whether a date passes every comparison of a test; False for None."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.lt, lambda limit: value < limit),
        (test.lte, lambda limit: value <= limit),
        (test.gt, lambda limit: value > limit),
        (test.gte, lambda limit: value >= limit),
        (test.between, lambda ends: ends[0] <= value <= ends[1]),
        (test.in_last_days, lambda days: today - timedelta(days=days) < value <= today),
        (test.in_next_days, lambda days: today < value <= today + timedelta(days=days)),
    )


def _all_hold(*comparisons: tuple[Any, Callable[[Any], bool]]) -> bool:
    return all(holds(wanted) for wanted, holds in comparisons if wanted is not None)
