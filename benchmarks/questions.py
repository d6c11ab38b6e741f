"""What every side is asked, in terms of none of them, and the right answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import (
    EVENT_TYPES,
    FIRST_TAGS,
    FUNCTIONS,
    ROLES,
    TAG_KEYS,
    TAGS,
    Customers,
    customer_key,
    tags_of,
)

PAGE = 50
DAY = 86_400


@dataclass(frozen=True)
class AnyTag:
    """Carries at least one of these tags of one dimension."""

    dimension: int
    tags: tuple[int, ...]
    """Numbers among all tags."""


@dataclass(frozen=True)
class NoTag:
    """Carries none of these tags of one dimension."""

    dimension: int
    tags: tuple[int, ...]


@dataclass(frozen=True)
class RevenueAbove:
    """Has a greater revenue than this."""

    revenue: int


@dataclass(frozen=True)
class Did:
    """Did something at least so many times in the last days before NOW."""

    event: int
    times: int
    days: int


@dataclass(frozen=True)
class Knows:
    """Has a decision-maker in this role and department with at least so much influence."""

    role: int
    function: int
    influence: int
    """In hundredths."""


Condition: TypeAlias = AnyTag | NoTag | RevenueAbove | Did | Knows


class Kind(StrEnum):
    """What is wanted of the customers who match."""

    COUNT = "count"
    PAGE = "page"
    """The first 50 by key, with their tags."""
    WATERFALL = "waterfall"
    """How many are left after each condition."""
    BREAKDOWN = "breakdown"
    """How many carry each tag of all dimensions."""
    CROSS_TABLE = "cross table"
    """How many carry each pair of tags of two dimensions."""


@dataclass(frozen=True)
class Question:
    """One thing that is asked of the customers who meet every condition."""

    kind: Kind
    name: str
    """How selective the conditions are, or what they are about."""
    conditions: tuple[Condition, ...]


Counts: TypeAlias = dict[str, int]
Answer: TypeAlias = int | tuple[int, ...] | Counts | dict[str, frozenset[str]]
"""A count; what each condition leaves; customers by tag, or by `tag × tag`; tags by customer."""
Ask: TypeAlias = Callable[[], Answer]

ROWS, COLUMNS = 5, 9
"""The two dimensions of the cross table."""


def _any(dimension: int, *places: int) -> AnyTag:
    return AnyTag(dimension, tuple(FIRST_TAGS[dimension] + place for place in places))


def _none(dimension: int, place: int) -> NoTag:
    return NoTag(dimension, (FIRST_TAGS[dimension] + place,))


FIVE_CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "low": (_any(0, 0, 1), _any(2, 0), _any(4, 0, 1, 2, 3, 4), _none(6, 0), RevenueAbove(1_000)),
    "middle": (_any(3, 2, 3), _any(1, 1), _any(4, 5, 6, 7, 8, 9), _none(6, 0), RevenueAbove(1_000)),
    "high": (
        _any(16, 1, 2),
        _any(18, 1),
        _any(19, 5, 6, 7, 8, 9),
        _none(6, 0),
        RevenueAbove(1_000),
    ),
}
"""Conditions of the same form that let through about 2.5 %, 0.5 % and 0.05 % of all customers."""

QUESTIONS = (
    *(
        Question(kind, name, conditions)
        for kind in Kind
        for name, conditions in FIVE_CONDITIONS.items()
    ),
    Question(Kind.COUNT, "events", (Did(EVENT_TYPES.index("bench_view"), 2, 90),)),
    Question(Kind.COUNT, "people", (Knows(ROLES.index("DECIDER"), FUNCTIONS.index("IT"), 70),)),
)


class Truth:
    """The right answers, computed from the customers' columns alone."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers
        self._carries = np.zeros((TAGS, customers.size), dtype=bool)
        self._carries[customers.tags.ravel(), np.repeat(np.arange(customers.size), 12)] = True

    def answer(self, question: Question) -> Answer:
        """Return the right answer to a question."""
        met = [self._met(condition) for condition in question.conditions]
        members = reduce(np.logical_and, met)
        match question.kind:
            case Kind.COUNT:
                return int(members.sum())
            case Kind.PAGE:
                return {
                    customer_key(one): frozenset(
                        TAG_KEYS[tag] for tag in self._customers.tags[one].tolist()
                    )
                    for one in np.flatnonzero(members)[:PAGE].tolist()
                }
            case Kind.WATERFALL:
                return tuple(int(left.sum()) for left in np.logical_and.accumulate(met))
            case Kind.BREAKDOWN:
                counts = (self._carries & members).sum(axis=1).tolist()
                return {TAG_KEYS[tag]: count for tag, count in enumerate(counts) if count}
            case Kind.CROSS_TABLE:
                return self._cross_table(members)
            case _:
                assert_never(question.kind)

    def _cross_table(self, members: NDArray[np.bool_]) -> Counts:
        rows, columns = (tags_of(dimension) for dimension in (ROWS, COLUMNS))
        table = {
            f"{TAG_KEYS[row]} × {TAG_KEYS[column]}": int(
                (self._carries[row] & self._carries[column] & members).sum()
            )
            for row in rows
            for column in columns
        }
        return {key: count for key, count in table.items() if count}

    def _met(self, condition: Condition) -> NDArray[np.bool_]:
        customers = self._customers
        met: NDArray[np.bool_]
        match condition:
            case AnyTag(tags=tags):
                met = np.logical_or.reduce(self._carries[list(tags)])
            case NoTag(tags=tags):
                met = ~np.logical_or.reduce(self._carries[list(tags)])
            case RevenueAbove(revenue):
                met = customers.revenue > revenue
            case Did(event, times, days):
                who, types, ages = customers.events.columns
                which = who[(types == event) & (ages <= days * DAY)]
                met = np.bincount(which, minlength=customers.size) >= times
            case Knows(role, function, influence):
                who, roles, influences, functions = customers.people.columns
                met = np.zeros(customers.size, dtype=bool)
                some = (roles == role) & (functions == function) & (influences >= influence)
                met[who[some]] = True
            case _:
                assert_never(condition)
        return met
