"""Breakdowns of a filter's customers: buckets, cross tables and nested splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.language.answers import ByFilter, ByTag, GroupBy, Path, Split, buckets, narrowed
from profilegraph.language.codec import encode
from profilegraph.language.facts import When
from profilegraph.language.nodes import Node
from profilegraph.rendering.bucketing import Bucketing, by_dimension
from profilegraph.services.evaluation.choosing import catalogue_of, engine
from profilegraph.services.platform import Platform

MOST_LEVELS = 4
MOST_BRANCHES = 10_000


@dataclass(frozen=True)
class BucketDetails:
    """The filters and names of the buckets of a level, computed on request."""

    level: GroupBy
    catalogue: Catalogue

    @cached_property
    def filters(self) -> tuple[Node, ...]:
        """Return the filter of each bucket."""
        return buckets(self.level, self.catalogue)


@dataclass(frozen=True)
class Bucket:
    """Some of a filter's customers, with their number."""

    labels: Labels | None
    """The label; if missing, the sentence of the filter describes the bucket."""
    tag: str | None
    """Full key of the tag that defines the bucket, if one does."""
    count: int
    total: int
    """The number of customers in the whole."""
    whole: Node
    """The filter of the whole."""
    apart: BucketDetails
    number: int

    @property
    def own(self) -> Node:
        """Return the condition that distinguishes the bucket within its level."""
        return self.apart.filters[self.number]

    @property
    def filter(self) -> Node:
        """Return the filter of the bucket: that of the whole and the bucket's condition."""
        return narrowed(self.whole, self.own)

    @cached_property
    def filter_json(self) -> dict[str, Any]:
        """Return the filter as canonical JSON, computed once."""
        return encode(self.filter)

    @property
    def share(self) -> float | None:
        """Return the share of the whole, 0 to 1; None if the whole is empty."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True)
class DimensionBreakdown:
    """A filter's customers by the tags of a dimension; the last bucket has none of its tags."""

    dimension: str
    total: int
    buckets: tuple[Bucket, ...]

    @property
    def known(self) -> int:
        """Return the number of customers with a tag of the dimension."""
        return self.total - sum(one.count for one in self.buckets if one.tag is None)

    @property
    def non_empty(self) -> tuple[Bucket, ...]:
        """Return the non-empty buckets, in the order of the tags."""
        return tuple(one for one in self.buckets if one.count)


@dataclass(frozen=True)
class CrossTable:
    """A filter's customers by two dimensions at once; each cell is a part of its row."""

    total: int
    rows: tuple[Bucket, ...]
    columns: tuple[Bucket, ...]
    cells: tuple[tuple[Bucket, ...], ...]
    """By row, one cell per column."""


@dataclass(frozen=True)
class Branch:
    """A bucket, with the non-empty buckets of the next level within it."""

    bucket: Bucket
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Tree:
    """A filter's customers, level within level."""

    total: int
    branches: tuple[Branch, ...]


async def breakdown(
    platform: Platform, node: Node, when: When, dimensions: Sequence[str] | None = None
) -> tuple[DimensionBreakdown, ...]:
    """Return the number of a filter's customers with each tag, for some dimensions or all.

    A tag includes its descendants, and in a dimension with several tags a customer counts for each:
    the buckets may add up to more than the total. Raises NotFound, InvalidFilter.
    """
    catalogue = await catalogue_of(platform, when)
    names = await dimension_keys(platform, catalogue, dimensions)
    partings = [by_dimension(name, catalogue) for name in names]
    answering = await engine(platform, [node], when)
    found = await answering.breakdown(node, [one.level for one in partings])
    return tuple(
        DimensionBreakdown(
            name, found.total, _filled(node, one, catalogue, counts, total=found.total)
        )
        for name, one, counts in zip(names, partings, found.counts, strict=True)
    )


async def dimension_keys(
    platform: Platform, catalogue: Catalogue, asked: Sequence[str] | None
) -> list[str]:
    """Return the current keys of dimensions in a catalogue; None means all current ones.

    Raises NotFound.
    """
    names = (await platform.catalogue()).dimensions if asked is None else asked
    return list(dict.fromkeys(catalogue.dimension(name).key for name in names))


async def cross_table(
    platform: Platform, rows: str, columns: str, node: Node, when: When
) -> CrossTable:
    """Return the number of a filter's customers with each pair of tags of two dimensions.

    Raises NotFound, InvalidFilter, and InvalidInput if both are the same dimension or the table has
    too many cells.
    """
    if rows == columns:
        raise InvalidInput("rows and columns are two dimensions.", where="columns")
    catalogue = await catalogue_of(platform, when)
    down, across = by_dimension(rows, catalogue), by_dimension(columns, catalogue)
    _refuse_too_many([down, across])
    answering = await engine(platform, [node], when)
    found = await answering.split(node, [down.level, across.level])
    total = found.get((), 0)
    # A customer may be in several rows, so columns do not add up from the cells.
    sides = (await answering.breakdown(node, [across.level])).counts[0]
    lines = _filled(node, down, catalogue, _counts(found, (), len(down.labels)), total=total)
    return CrossTable(
        total=total,
        rows=lines,
        columns=_filled(node, across, catalogue, sides, total=total),
        cells=tuple(
            _filled(
                line.filter,
                across,
                catalogue,
                _counts(found, (number,), len(across.labels)),
                total=line.count,
            )
            for number, line in enumerate(lines)
        ),
    )


async def split(platform: Platform, node: Node, levels: Sequence[Bucketing], when: When) -> Tree:
    """Return a filter's customers split by the first level, each part by the second, and so on.

    Raises InvalidFilter, and InvalidInput if there are no levels, too many, or too large ones.
    """
    if not 1 <= len(levels) <= MOST_LEVELS:
        raise InvalidInput(f"give 1 to {MOST_LEVELS} levels.", where="levels")
    _refuse_too_many(levels)
    catalogue = await catalogue_of(platform, when)
    levels = [_as_of(one, catalogue) for one in levels]
    own = [one for each in levels for one in filters_of(each.level)]
    answering = await engine(platform, [node, *own], when)
    found = await answering.split(node, [one.level for one in levels])
    return Tree(found.get((), 0), _branches(node, levels, catalogue, found, ()))


def _as_of(parting: Bucketing, catalogue: Catalogue) -> Bucketing:
    """Return a bucketing with the tags that its dimension had at the moment of the question."""
    if isinstance(parting.level, ByTag):
        return by_dimension(parting.level.dimension, catalogue)
    return parting


def filters_of(level: GroupBy) -> tuple[Node, ...]:
    """Return the filters of a level's buckets; a dimension has none."""
    return level.filters if isinstance(level, ByFilter) else ()


def _branches(
    node: Node, levels: Sequence[Bucketing], catalogue: Catalogue, found: Split, path: Path
) -> tuple[Branch, ...]:
    if len(path) == len(levels):
        return ()
    level = levels[len(path)]
    total = found.get(path, 0)
    counts = _counts(found, path, len(level.labels))
    parts = _filled(node, level, catalogue, counts, total=total)
    return tuple(
        Branch(part, _branches(part.filter, levels, catalogue, found, (*path, number)))
        for number, part in enumerate(parts)
        if part.count
    )


def _counts(found: Split, path: Path, number: int) -> list[int]:
    return [found.get((*path, place), 0) for place in range(number)]


def _filled(
    whole: Node, level: Bucketing, catalogue: Catalogue, counts: Sequence[int], *, total: int
) -> tuple[Bucket, ...]:
    apart = BucketDetails(level.level, catalogue)
    filter_json = zip(level.labels, _tags(level.level, catalogue), counts, strict=True)
    return tuple(
        Bucket(labels, tag, count, total, whole, apart, number)
        for number, (labels, tag, count) in enumerate(filter_json)
    )


def _tags(level: GroupBy, catalogue: Catalogue) -> list[str | None]:
    match level:
        case ByTag(key):
            return [*(tag_key(key, tag.key) for tag in catalogue.dimension(key).tags), None]
        case ByFilter(filters):
            return [None] * (len(filters) + 1)


def _refuse_too_many(levels: Sequence[Bucketing]) -> None:
    branches = prod(len(one.labels) for one in levels)
    if branches > MOST_BRANCHES:
        raise InvalidInput(
            f"there are {branches:,} combinations of the levels; at most {MOST_BRANCHES:,} can be"
            " counted at once.",
            hint="Take fewer levels, or some with fewer buckets.",
            where="levels",
        )
