"""The questions about a filter's customers apart from membership, and the shapes of the answers.

All engines answer in these shapes, and every number is the number of customers that some filter of
the language matches; `buckets` defines the filters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import TypeAlias, assert_never

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.language.nodes import AllOf, AnyOf, Node, Not, Tags

Scalar: TypeAlias = bool | float | str | date | datetime
"""A sort value."""


class Order(Enum):
    """A built-in order of customers; the key decides between equals."""

    KEY = auto()
    NAME = auto()
    CREATED_AT = auto()


@dataclass(frozen=True)
class ByAttribute:
    """Sorts customers by an attribute; a value that is not of its declared type is no value."""

    key: str


@dataclass(frozen=True)
class ByMetric:
    """Sorts customers by a metric."""

    key: str


Sort: TypeAlias = Order | ByAttribute | ByMetric
"""An order of customers, ascending or descending; those without a value come last in both."""


@dataclass(frozen=True)
class Position:
    """The last customer of a page: its sort value and its key."""

    value: Scalar | None
    key: str


@dataclass(frozen=True)
class WaterfallCounts:
    """The effect of one condition of a waterfall, in numbers of customers."""

    kept: int
    """Left after this condition and all before it."""
    removed: int
    """Passed all conditions before it, but not this one."""
    unique: int
    """Excluded by this condition alone: they pass all others."""


@dataclass(frozen=True)
class ByTag:
    """Groups customers by a dimension: a bucket for each tag in order, and one for no tag.

    A customer is in the bucket of each tag that it carries now, and of the ancestors of these tags.
    """

    dimension: str


@dataclass(frozen=True)
class ByFilter:
    """Groups customers by filters: a bucket for each, and one for those that match none."""

    filters: tuple[Node, ...]


GroupBy: TypeAlias = ByTag | ByFilter
Path: TypeAlias = tuple[int, ...]
"""The index of a bucket of each level, starting with the first level."""


@dataclass(frozen=True)
class Breakdown:
    """The number of a filter's customers, in total and in each bucket."""

    total: int
    counts: tuple[tuple[int, ...], ...]
    """By level, one number per bucket."""


Split: TypeAlias = Mapping[Path, int]
"""The number of customers in all buckets of a path, for paths of any length; empty ones are left out.

The empty path stands for all customers of the filter.
"""


def buckets(level: GroupBy, catalogue: Catalogue) -> tuple[Node, ...]:
    """Return the filters of a level's buckets; the last is that of the customers in no other."""
    match level:
        case ByTag(dimension):
            found = catalogue.dimension(dimension)
            carried = (Tags(found.key, any_of=(tag.key,)) for tag in found.tags)
            return (*carried, Tags(found.key, has_any=False))
        case ByFilter(filters):
            return (*filters, Not(AnyOf(filters)))
        case _:
            assert_never(level)


def filters_of(levels: Iterable[GroupBy]) -> list[Node]:
    """Return the filters of the levels that are given as filters."""
    return [one for level in levels if isinstance(level, ByFilter) for one in level.filters]


def tag_places(dimension: str, catalogue: Catalogue) -> dict[str, list[int]]:
    """Return the indexes of the buckets in which the carrier of a tag is, by full key of the tag."""
    places: dict[str, list[int]] = defaultdict(list)
    found = catalogue.dimension(dimension)
    for number, tag in enumerate(found.tags):
        for below in catalogue.descendants[tag_key(found.key, tag.key)]:
            for carried in catalogue.carriers[below]:
                places[carried].append(number)
    return places


def narrowed(node: Node, *more: Node) -> Node:
    """Return the filter of the customers that match all of several filters."""
    conditions = [
        one
        for part in (node, *more)
        for one in (part.conditions if isinstance(part, AllOf) else (part,))
    ]
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))
