"""GraphQL types of overlaps and comparisons of segments."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import Representation
from profilegraph.api.runtime.fields import field, filter_field, list_field
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.segments.filters import FilterInputs
from profilegraph.api.taxonomies.types import Tag
from profilegraph.errors import InvalidInput
from profilegraph.language.codec import encode
from profilegraph.language.facts import When
from profilegraph.language.nodes import AllOf, InSegment, Node
from profilegraph.services.segments import comparison, service
from profilegraph.services.segments.broken import reporting_any_broken

DEFAULT_TAGS = 50
MOST_TAGS = 1_000
Keys = Annotated[
    list[str] | None,
    strawberry.argument(description="Keys of saved segments, 2 to 8 with filters."),
]
Filters = Annotated[
    list[Node] | None,
    strawberry.argument(
        description="Filters that are not saved; they come after the segments.",
        graphql_type=FilterInputs | None,
    ),
]


@object_type
class OverlapSegment:
    """One of the compared segments."""

    node: strawberry.Private[Node]
    count: int = strawberry.field(description="How many customers it has.")

    @field
    def segment_key(self) -> str | None:
        """Its key; null for a filter that is not saved."""
        return self.node.key if isinstance(self.node, InSegment) else None

    @filter_field
    async def label(self, info: Info, locale: Locale = "en") -> str:
        """The label of the segment, or the sentence of the filter."""
        return await label_of(info, self.node, locale)

    @field
    def filter(self) -> JSON:
        """Their filter, as canonical JSON, for further queries."""
        return JSON(encode(self.node))


@object_type
class OverlapPair:
    """The overlap of two segments."""

    a: OverlapSegment = strawberry.field(description="The first segment.")
    b: OverlapSegment = strawberry.field(description="The second segment.")
    intersection: int = strawberry.field(description="The number of customers in both.")
    union: int = strawberry.field(description="The number of customers in at least one.")
    jaccard: float | None = strawberry.field(
        description="Intersection ÷ union, 0 to 1; null if both are empty."
    )


@object_type
class OverlapRegion:
    """The customers that are in exactly these segments, and in no other."""

    found: strawberry.Private[comparison.Region]
    members: strawberry.Private[list[OverlapSegment]]

    @list_field
    def inside(self) -> list[OverlapSegment]:
        """The segments that they are in."""
        return self.members

    @field
    def count(self) -> int:
        """The number of customers."""
        return self.found.count

    @filter_field
    async def label(self, info: Info, locale: Locale = "en") -> str:
        """The labels of the segments that they are in."""
        labels = [await label_of(info, one.node, locale) for one in self.members]
        return " ∩ ".join(labels)

    @field
    def filter(self) -> JSON:
        """Their filter, as canonical JSON, for further queries."""
        return JSON(encode(self.found.filter))


@object_type
class SegmentOverlap:
    """The overlaps of segments, in numbers of customers."""

    found: strawberry.Private[comparison.Overlap]

    @field
    def union(self) -> int:
        """How many are in at least one of them."""
        return self.found.union

    @field
    def intersection(self) -> int:
        """How many are in all of them."""
        return self.found.intersection

    @list_field
    def segments(self) -> list[OverlapSegment]:
        """The segments in the order in which they were named, filters after them."""
        return self._segments()

    @list_field
    def pairs(self) -> list[OverlapPair]:
        """All pairs."""
        whole = self._segments()
        return [
            OverlapPair(
                a=whole[one.a],
                b=whole[one.b],
                intersection=one.intersection,
                union=one.union,
                jaccard=one.jaccard,
            )
            for one in self.found.pairs
        ]

    @list_field
    def regions(self) -> list[OverlapRegion]:
        """The customers of each combination of segments, the largest first, without empty ones."""
        whole = self._segments()
        return [
            OverlapRegion(found=one, members=[whole[place] for place in one.inside])
            for one in self.found.regions
        ]

    def _segments(self) -> list[OverlapSegment]:
        pairs = zip(self.found.filters, self.found.sizes, strict=True)
        return [OverlapSegment(node=node, count=size) for node, size in pairs]


@object_type
class Interval:
    """A 95 % confidence interval."""

    low: float = strawberry.field(description="At least.")
    high: float = strawberry.field(description="At most.")


@object_type
class TagDifference:
    """The frequency of a tag in two segments."""

    found: strawberry.Private[comparison.TagFrequency]

    @field
    async def tag(self, info: Info) -> Tag | None:
        """The tag, including its descendants.

        Null if no taxonomy has it any more.
        """
        return Tag.known(self.found.tag, await info.context.catalogue())

    @field
    def tag_key(self) -> str:
        """Its full key as of the moment of the question."""
        return self.found.tag

    @field
    def label(self, locale: Locale = "en") -> str:
        """Its label as of the moment of the question."""
        return self.found.labels.text(locale)

    @field
    def representation(self) -> Representation:
        """Whether it is more or less frequent in a, according to the interval."""
        return self.found.representation

    @field
    def a_count(self) -> int:
        """The number of customers of a with the tag."""
        return self.found.a_count

    @field
    def b_count(self) -> int:
        """The number of customers of b with the tag."""
        return self.found.b_count

    @field
    def a_share(self) -> float | None:
        """The share of a with the tag, 0 to 1; null if a is empty."""
        return self.found.a_share

    @field
    def b_share(self) -> float | None:
        """The share of b with the tag, 0 to 1; null if b is empty."""
        return self.found.b_share

    @field
    def lift(self) -> float | None:
        """The share of a ÷ the share of b; null if a is empty or nobody in b has the tag."""
        return self.found.lift

    @field
    def interval(self) -> Interval | None:
        """The confidence interval of the lift, by Katz's method; null if nobody in a or b has the tag."""
        found = self.found.interval
        return None if found is None else Interval(low=found[0], high=found[1])


@object_type
class SegmentComparison:
    """The tags that are more or less frequent in one segment than in another."""

    found: strawberry.Private[comparison.SegmentComparison]

    @field
    def a_count(self) -> int:
        """How many customers a has."""
        return self.found.a_size

    @field
    def b_count(self) -> int:
        """How many customers b has."""
        return self.found.b_size

    @field
    def intersection(self) -> int:
        """The number of customers in both.

        The more there are, the less meaningful are the intervals.
        """
        return self.found.intersection

    @list_field
    def tags(
        self,
        first: Annotated[
            int, strawberry.argument(description=f"How many, 1 to {MOST_TAGS:,}.")
        ] = DEFAULT_TAGS,
    ) -> list[TagDifference]:
        """The tags, those with the most certain difference first.

        They are sorted by the distance of the lift's interval from 1.
        """
        if not 1 <= first <= MOST_TAGS:
            raise InvalidInput(f"ask for 1 to {MOST_TAGS:,} tags, not {first}.", where="first")
        return [TagDifference(found=one) for one in self.found.differences[:first]]


async def overlap(
    info: Info, keys: list[str] | None, filters: list[Node] | None, when: When
) -> SegmentOverlap:
    """Return how saved segments and filters lie over one another."""
    nodes = [InSegment(key) for key in keys or ()] + (filters or [])
    context = info.context
    await _require(info, nodes, when)
    async with reporting_any_broken(context.platform, keys or (), when):
        found = await comparison.overlap(context.platform, nodes, when)
    return SegmentOverlap(found=found)


async def compare(
    info: Info, a: Node, b: Node | None, dimensions: list[str] | None, when: When
) -> SegmentComparison:
    """Return which tags are more or less frequent in one segment than in another."""
    context = info.context
    sides = [a] if b is None else [a, b]
    await _require(info, sides, when)
    named = [one.key for one in sides if isinstance(one, InSegment)]
    async with reporting_any_broken(context.platform, named, when):
        found = await comparison.compare(context.platform, a, b, when, dimensions)
    return SegmentComparison(found=found)


def side(name: str, key: str | None, filter: Node | None) -> Node | None:
    """Return the segment or filter of one side; None where neither is given."""
    if key is not None and filter is not None:
        raise InvalidInput(f"give {name} or {name}Filter, not both.", where=name)
    return filter if key is None else InSegment(key)


async def label_of(info: Info, node: Node, locale: str) -> str:
    """Return what people call a segment or a filter."""
    if not isinstance(node, InSegment):
        return await info.context.sentence(node, locale)
    library = await service.library(info.context.platform, node)
    return library.segment(node.key).labels.text(locale)


async def _require(info: Info, nodes: list[Node], when: When) -> None:
    """Return nothing where all segments exist, or existed, that are named; raises NotFound."""
    library = await service.library(info.context.platform, AllOf(tuple(nodes)), when)
    for node in nodes:
        if isinstance(node, InSegment):
            library.segment(node.key)
