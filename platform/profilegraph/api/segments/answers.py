"""GraphQL types of breakdowns: buckets, cross tables and nested splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.segments.levels import LevelInput, partings
from profilegraph.api.taxonomies.types import Dimension, Tag
from profilegraph.language.facts import When
from profilegraph.language.nodes import Node
from profilegraph.services.segments import answers

Dimensions = Annotated[
    list[str] | None,
    strawberry.argument(description="Keys of dimensions; by default all."),
]
Levels = Annotated[
    list[Mapping[str, Any]],
    strawberry.argument(
        description=f"By what they are parted, the widest first; 1 to {answers.MOST_LEVELS}.",
        graphql_type=list[LevelInput],
    ),
]


@object_type
class Bucket:
    """Some of the customers of a filter, with their number."""

    found: strawberry.Private[answers.Bucket]
    count: int = strawberry.field(description="The number of customers.")
    share: float | None = strawberry.field(
        description="The share of the whole, 0 to 1; null if the whole is empty."
    )
    tag_key: str | None = strawberry.field(
        description="Full key of the tag that defines the bucket; null if something else does."
    )

    @field
    async def label(self, info: Info, locale: Locale = "en") -> str:
        """The label."""
        if self.found.labels is not None:
            return self.found.labels.text(locale)
        return await info.context.sentence(self.found.own, locale)

    @field
    async def tag(self, info: Info) -> Tag | None:
        """The tag that defines the bucket, including its descendants.

        Null if something else defines the bucket, or no taxonomy has the tag any more.
        """
        catalogue = await info.context.catalogue()
        return None if self.found.tag is None else Tag.known(self.found.tag, catalogue)

    @field
    def filter(self) -> JSON:
        """Their filter, as canonical JSON, for further queries."""
        return JSON(self.found.filter_json)


def bucket_values(found: answers.Bucket) -> dict[str, Any]:
    """Return what a bucket is made of; values that are always at hand need no resolvers."""
    return {"found": found, "count": found.count, "share": found.share, "tag_key": found.tag}


@object_type
class DimensionBreakdown:
    """The customers of a filter by the tags of one dimension.

    A tag includes its descendants, and a customer may carry several: the buckets may add up to more
    than the total.
    """

    found: strawberry.Private[answers.DimensionBreakdown]

    @field
    async def dimension(self, info: Info) -> Dimension:
        """The dimension."""
        return Dimension.of(self.found.dimension, await info.context.catalogue())

    @field
    def total(self) -> int:
        """The number of customers of the filter."""
        return self.found.total

    @list_field
    def buckets(self) -> list[Bucket]:
        """One for each tag in the order of the dimension; the last one for customers without any."""
        return [Bucket(**bucket_values(one)) for one in self.found.buckets]


@object_type
class CrossTableRow(Bucket):
    """One row of a cross table: its customers by column."""

    parts: strawberry.Private[tuple[answers.Bucket, ...]]

    @list_field
    def cells(self) -> list[Bucket]:
        """One for each column; the share is that of the row."""
        return [Bucket(**bucket_values(one)) for one in self.parts]


@object_type
class CrossTable:
    """The customers of a filter by two dimensions at once.

    Rows and columns are those of a breakdown, so a customer may be in several of them. The last row
    and the last column are for customers without a tag of the dimension.
    """

    found: strawberry.Private[answers.CrossTable]

    @field
    def total(self) -> int:
        """The number of customers of the filter."""
        return self.found.total

    @list_field
    def rows(self) -> list[CrossTableRow]:
        """The rows with their cells; the count of a row is its total."""
        pairs = zip(self.found.rows, self.found.cells, strict=True)
        return [CrossTableRow(**bucket_values(row), parts=cells) for row, cells in pairs]

    @list_field
    def columns(self) -> list[Bucket]:
        """The columns; the count of a column is its total."""
        return [Bucket(**bucket_values(one)) for one in self.found.columns]


@object_type
class SplitBranch(Bucket):
    """One branch of a split: its customers by the next level."""

    inner: strawberry.Private[tuple[answers.Branch, ...]]

    @list_field
    def branches(self) -> list[SplitBranch]:
        """Its customers by the next level; empty at the last level."""
        return _branches(self.inner)


@object_type
class Split:
    """The customers of a filter split by one level, each part by the next, and so on."""

    found: strawberry.Private[answers.Tree]

    @field
    def total(self) -> int:
        """The number of customers of the filter."""
        return self.found.total

    @list_field
    def branches(self) -> list[SplitBranch]:
        """Its customers by the first level, without empty branches."""
        return _branches(self.found.branches)


async def breakdown(
    info: Info, node: Node, when: When, dimensions: list[str] | None
) -> list[DimensionBreakdown]:
    """Return the customers of a filter by the tags of dimensions."""
    found = await answers.breakdown(info.context.platform, node, when, dimensions)
    return [DimensionBreakdown(found=one) for one in found]


async def cross_table(info: Info, rows: str, columns: str, node: Node, when: When) -> CrossTable:
    """Return the customers of a filter by two dimensions at once."""
    found = await answers.cross_table(info.context.platform, rows, columns, node, when)
    return CrossTable(found=found)


async def split(info: Info, node: Node, when: When, levels: list[Mapping[str, Any]]) -> Split:
    """Return the customers of a filter, level within level."""
    context = info.context
    parted = partings(levels, await context.catalogue(), context.conditions)
    return Split(found=await answers.split(context.platform, node, parted, when))


def _branches(found: tuple[answers.Branch, ...]) -> list[SplitBranch]:
    return [SplitBranch(**bucket_values(one.bucket), inner=one.branches) for one in found]
