"""What is asked of the customers of a filter beside who they are, and the shapes of the answers.

Every engine answers in these shapes, and every number among them is the number of customers whom
some filter of the language matches: `buckets` says which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import TypeAlias, assert_never

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.language.nodes import AllOf, AnyOf, Node, Not, Tags

Scalar: TypeAlias = bool | float | str | date | datetime
"""A value that customers are sorted by."""


class Order(Enum):
    """By what of their own customers are sorted; the key decides between equals."""

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
"""By what customers are sorted, upwards or downwards; those without a value come last in both."""


@dataclass(frozen=True)
class Position:
    """Where a page ended: the value that it is sorted by, and the key, of its last customer."""

    value: Scalar | None
    key: str


@dataclass(frozen=True)
class WaterfallCounts:
    """What one condition of a waterfall did; all are numbers of customers."""

    kept: int
    """Those left after this condition and all before it."""
    removed: int
    """Those that passed all before it, but not this one."""
    unique: int
    """Those that this condition alone keeps out: they pass all others."""


@dataclass(frozen=True)
class ByTag:
    """Parts customers by a dimension: a bucket for each tag in its order, and one for nothing.

    A customer is in the bucket of each tag that it carries now, and of the tags above these.
    """

    dimension: str


@dataclass(frozen=True)
class ByFilter:
    """Parts customers by filters: a bucket for each, and one for those whom none matches."""

    filters: tuple[Node, ...]


GroupBy: TypeAlias = ByTag | ByFilter
Path: TypeAlias = tuple[int, ...]
"""Of each level from the first on, the number of a bucket in it, from 0."""


@dataclass(frozen=True)
class Breakdown:
    """How many customers of a filter there are, and how many of them are in each bucket."""

    total: int
    counts: tuple[tuple[int, ...], ...]
    """Of each level, one number for each of its buckets."""


Split: TypeAlias = Mapping[Path, int]
"""How many customers are in all buckets of a path, of every length; paths of none are left out.

The empty path is that of all customers of the filter.
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


def tag_places(dimension: str, catalogue: Catalogue) -> dict[str, list[int]]:
    """Return in which buckets of a dimension the carrier of a tag is, by the tag's full key."""
    places: dict[str, list[int]] = defaultdict(list)
    found = catalogue.dimension(dimension)
    for number, tag in enumerate(found.tags):
        for below in catalogue.descendants[tag_key(found.key, tag.key)]:
            for carried in catalogue.carriers[below]:
                places[carried].append(number)
    return places


def narrowed(node: Node, *more: Node) -> Node:
    """Return the filter of those of a filter's customers whom all others match too."""
    conditions = [
        one
        for part in (node, *more)
        for one in (part.conditions if isinstance(part, AllOf) else (part,))
    ]
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))
