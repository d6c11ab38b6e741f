"""Comparisons of segments: their overlaps, and the tags by which they differ."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import combinations
from math import inf, log

from profilegraph.domain.taxonomy.catalogue import tag_key
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.language.answers import ByFilter, ByTag, narrowed
from profilegraph.language.facts import When
from profilegraph.language.nodes import EVERYONE, Node, Not
from profilegraph.services.evaluation.choosing import catalogue_of, engine
from profilegraph.services.platform import Platform
from profilegraph.services.segments.answers import dimension_keys

FEWEST, MOST = 2, 8
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Pair:
    """The overlap of two segments, given by their indexes in the list."""

    a: int
    b: int
    intersection: int
    union: int

    @property
    def jaccard(self) -> float | None:
        """Return intersection ÷ union, 0 to 1; None if both are empty."""
        return self.intersection / self.union if self.union else None


@dataclass(frozen=True)
class Region:
    """The customers in exactly these segments, given by index, and in no other."""

    inside: tuple[int, ...]
    filter: Node
    count: int


@dataclass(frozen=True)
class Overlap:
    """The overlaps of some segments; all numbers are numbers of customers."""

    filters: tuple[Node, ...]
    sizes: tuple[int, ...]
    union: int
    intersection: int
    pairs: tuple[Pair, ...]
    regions: tuple[Region, ...]
    """Non-empty regions of at least one segment, the largest first."""


class Representation(Enum):
    """Whether a tag is more frequent in one segment than in another, beyond chance."""

    OVER = "OVER"
    UNDER = "UNDER"
    ALIKE = "ALIKE"


@dataclass(frozen=True)
class TagFrequency:
    """The frequency of a tag in two segments."""

    tag: str
    labels: Labels
    """The label of the tag at the moment of the question."""
    a_count: int
    a_size: int
    b_count: int
    b_size: int

    @property
    def a_share(self) -> float | None:
        """Return the share of a with the tag, 0 to 1; None if a is empty."""
        return self.a_count / self.a_size if self.a_size else None

    @property
    def b_share(self) -> float | None:
        """Return the share of b with the tag, 0 to 1; None if b is empty."""
        return self.b_count / self.b_size if self.b_size else None

    @property
    def lift(self) -> float | None:
        """Return the share in a ÷ the share in b; None if nobody in b has the tag."""
        ours, theirs = self.a_share, self.b_share
        return ours / theirs if ours is not None and theirs else None

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % confidence interval of the lift.

        None if there is no lift, or it is 0: the method is undefined for a count of 0.
        """
        if not self.a_count or not self.b_count:
            return None
        return _interval(self.a_count, self.a_size, self.b_count, self.b_size)

    @property
    def strength(self) -> float:
        """Return how far the interval of the lift is from 1, as a logarithm; 0 if it includes 1.

        So ten of ten customers are a weaker sign than nine thousand of ten thousand. If nobody in
        one segment has the tag, one customer is assumed to.
        """
        low, high = self._cautious
        return max(log(low), -log(high), 0.0)

    @property
    def representation(self) -> Representation:
        """Return whether the tag is more or less frequent in a, according to the interval."""
        low, high = self._cautious
        if low > 1:
            return Representation.OVER
        return Representation.UNDER if high < 1 else Representation.ALIKE

    @cached_property
    def _cautious(self) -> tuple[float, float]:
        if not self.a_size or not self.b_size or not (self.a_count or self.b_count):
            return 1.0, 1.0
        if self.interval is not None:
            return self.interval
        return _interval(max(self.a_count, 1), self.a_size, max(self.b_count, 1), self.b_size)


@dataclass(frozen=True)
class SegmentComparison:
    """The tags that are more or less frequent in one segment than in another."""

    a_size: int
    b_size: int
    intersection: int
    differences: tuple[TagFrequency, ...]
    """One per tag, the strongest first."""


async def overlap(platform: Platform, nodes: Sequence[Node], when: When) -> Overlap:
    """Return the overlaps of 2 to 8 filters; raises InvalidInput, InvalidFilter, NoHistory."""
    if not FEWEST <= len(nodes) <= MOST:
        raise InvalidInput(
            f"{FEWEST} to {MOST} segments can be laid over one another, not {len(nodes)}.",
            where="segments",
        )
    answering = await engine(platform, nodes, when)
    found = await answering.split(EVERYONE, [ByFilter((node,)) for node in nodes])
    # Of each level, bucket 0 are those in the segment: a whole path says who is in which of them.
    exact = {
        tuple(place for place, bucket in enumerate(path) if bucket == 0): count
        for path, count in found.items()
        if len(path) == len(nodes)
    }
    sizes = tuple(_within(exact, place) for place in range(len(nodes)))
    pairs = []
    for a, b in combinations(range(len(nodes)), 2):
        both = _within(exact, a, b)
        pairs.append(Pair(a, b, both, sizes[a] + sizes[b] - both))
    regions = [Region(inside, _exactly(nodes, inside), many) for inside, many in exact.items()]
    regions.sort(key=lambda one: (-one.count, one.inside))
    return Overlap(
        filters=tuple(nodes),
        sizes=sizes,
        union=sum(count for inside, count in exact.items() if inside),
        intersection=_within(exact, *range(len(nodes))),
        pairs=tuple(pairs),
        regions=tuple(one for one in regions if one.inside),
    )


async def compare(
    platform: Platform,
    a: Node,
    b: Node | None,
    when: When,
    dimensions: Sequence[str] | None = None,
) -> SegmentComparison:
    """Return the tags of some dimensions, or all, by which the customers of `a` and `b` differ.

    Without `b`, `a` is compared with all other customers. Raises NotFound, InvalidFilter,
    NoHistory.
    """
    catalogue = await catalogue_of(platform, when)
    names = await dimension_keys(platform, catalogue, dimensions)
    levels = [ByTag(name) for name in names]
    other = Not(a) if b is None else b
    answering = await engine(platform, [a] if b is None else [a, b], when)
    ours = await answering.breakdown(a, levels)
    theirs = await answering.breakdown(other, levels)
    differences = [
        TagFrequency(tag_key(name, tag.key), tag.labels, one, ours.total, two, theirs.total)
        for name, first, second in zip(names, ours.counts, theirs.counts, strict=True)
        for tag, one, two in zip(catalogue.dimension(name).tags, first, second, strict=False)
    ]
    # What it is computed by takes a second to load, which is not to hold up others.
    differences = await asyncio.to_thread(sorted, differences, key=_order)
    both = 0 if b is None else await answering.count(narrowed(a, b))
    return SegmentComparison(ours.total, theirs.total, both, tuple(differences))


def _within(exact: Mapping[tuple[int, ...], int], *places: int) -> int:
    return sum(count for inside, count in exact.items() if set(places) <= set(inside))


def _exactly(nodes: Sequence[Node], inside: Sequence[int]) -> Node:
    tests = (node if place in inside else Not(node) for place, node in enumerate(nodes))
    return narrowed(*tests)


def _order(one: TagFrequency) -> tuple[float, float]:
    return -one.strength, -_distance(one.lift)


def _distance(lift: float | None) -> float:
    """Return the absolute logarithm of a lift; infinite for None or 0."""
    return abs(log(lift)) if lift else inf


def _interval(a_count: int, a_size: int, b_count: int, b_size: int) -> tuple[float, float]:
    """Return the confidence interval of a relative risk, by Katz's logarithmic method.

    The customers of a and b are taken as independent samples: D. Katz et al., Obtaining confidence
    intervals for the risk ratio in cohort studies, Biometrics 34 (1978), 469-474; as in
    scipy.stats.contingency.
    """
    # Of all commands and requests only comparisons need it.
    from scipy.stats.contingency import relative_risk

    found = relative_risk(a_count, a_size, b_count, b_size).confidence_interval(CONFIDENCE)
    return float(found.low), float(found.high)
