"""GraphQL types of segments: counts, waterfalls and pages of members."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.customers.customer import Customer
from profilegraph.api.customers.people import PeopleConnection, PeoplePageSize, people_page
from profilegraph.api.deployment.notices import Notice
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import interface_type, object_type
from profilegraph.api.runtime.fields import field, filter_field, list_field, selected_fields
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.paging import DEFAULT_PAGE, CustomerOrder, PageInfo, Sorting
from profilegraph.api.segments import answers
from profilegraph.api.segments.answers import DimensionBreakdown, Dimensions, Levels, Split
from profilegraph.api.segments.filters import PersonInput
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.language import nodes
from profilegraph.language.answers import Position
from profilegraph.language.codec import encode
from profilegraph.language.facts import When
from profilegraph.services.customers import history
from profilegraph.services.customers.people import ANYONE
from profilegraph.services.segments import service

PageSize = Annotated[
    int, strawberry.argument(description=f"How many customers a page has, 1 to {MAX_PAGE:,}.")
]
After = Annotated[
    str | None, strawberry.argument(description="The cursor that the page begins after.")
]
AsOf = Annotated[
    datetime | None,
    strawberry.argument(
        description="Answer as of this moment, now or earlier; see docs/history.md."
    ),
]
Now = Annotated[
    datetime | None,
    strawberry.argument(
        description=(
            "The moment that replaces the present in questions on history: windows such as the "
            "last 30 days end with it. By default the present."
        )
    ),
]
OrderBy = Annotated[
    CustomerOrder | None,
    strawberry.argument(description="The order; by default by key."),
]


@object_type
class CustomerEdge:
    """One customer of a list."""

    position: strawberry.Private[Position]
    sorting: strawberry.Private[Sorting]
    node: Customer = strawberry.field(description="The customer.")

    @field
    def cursor(self) -> str:
        """Cursor of the customer; it stays valid while customers are added and removed."""
        return self.sorting.cursor(self.position)


@object_type
class CustomerConnection:
    """A page of customers."""

    condition: strawberry.Private[nodes.Node]
    when: strawberry.Private[When]
    search: strawberry.Private[str | None]
    edges: list[CustomerEdge] = strawberry.field(description="The customers of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")

    @field
    async def total_count(self, info: Info) -> int:
        """The number of customers in the whole list; counted only if requested."""
        platform = info.context.platform
        return await service.count(platform, self.condition, self.when, self.search)


async def customer_page(
    info: Info,
    condition: nodes.Node,
    when: When,
    first: int,
    after: str | None,
    order: CustomerOrder | None = None,
    search: str | None = None,
) -> CustomerConnection:
    """Return a page of the customers that match a filter and whose names hold `search`."""
    sorting = Sorting() if order is None else Sorting.of(order, await info.context.catalogue())
    page = await service.members(
        info.context.platform,
        condition,
        when,
        first=first,
        after=sorting.position(after),
        order=sorting.order,
        descending=sorting.descending,
        search=search,
    )
    positions = {one.key: one for one in info.context.budget.take(list(page.positions))}
    wanted = selected_fields(info, "edges", "node")
    customers = await Customer.found(info, list(positions), wanted)
    ends = page.positions[:1] + page.positions[-1:]
    return CustomerConnection(
        condition=condition,
        when=when,
        search=search,
        edges=[
            CustomerEdge(position=positions[one.key], sorting=sorting, node=one)
            for one in customers
        ],
        page_info=PageInfo.of([*map(sorting.cursor, ends)], after, page.has_next),
    )


@object_type
class WaterfallStep:
    """The effect of one condition of a filter."""

    condition: strawberry.Private[nodes.Node]
    kept: int = strawberry.field(
        description="The number of customers left after this condition and all before it."
    )
    removed: int = strawberry.field(
        description="The number of customers that passed all conditions before it, but not this one."
    )
    unique: int = strawberry.field(
        description="The number of customers that this condition alone excludes: they pass all others."
    )

    @filter_field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The condition as a sentence."""
        return await info.context.sentence(self.condition, locale)

    @field
    def filter(self) -> JSON:
        """The condition as canonical JSON."""
        return JSON(encode(self.condition))


@object_type
class Waterfall:
    """From all customers down to the members, one step per condition of an `all`."""

    total: int = strawberry.field(description="The number of all customers.")
    steps: list[WaterfallStep] = strawberry.field(
        description="The conditions in order; a filter that is not an `all` is one step."
    )


@interface_type
class Audience:
    """The customers that match a filter."""

    condition: strawberry.Private[nodes.Node]
    past: strawberry.Private[When | None] = None

    def when(self, info: Info) -> When:
        """Return as of when the customers are asked for."""
        return self.past or info.context.now

    def error_context(self, info: Info) -> AbstractAsyncContextManager[None]:
        """Return what a question is asked within, so that its failure names what was asked."""
        del info
        return nullcontext()

    @field
    async def count(self, info: Info) -> int | None:
        """The number of customers that match; null, with an error, if the filter cannot be evaluated."""
        async with self.error_context(info):
            return await service.count(info.context.platform, self.condition, self.when(info))

    @field
    async def waterfall(self, info: Info) -> Waterfall | None:
        """What each condition keeps and removes; null, with an error, like `count`."""
        context = info.context
        async with self.error_context(info):
            found = await service.waterfall(context.platform, self.condition, self.when(info))
        return Waterfall(
            total=found.total,
            steps=context.budget.take(
                [
                    WaterfallStep(
                        condition=condition,
                        kept=step.kept,
                        removed=step.removed,
                        unique=step.unique,
                    )
                    for condition, step in zip(found.conditions, found.steps, strict=True)
                ]
            ),
        )

    @list_field
    async def breakdown(
        self, info: Info, dimensions: Dimensions = None
    ) -> list[DimensionBreakdown] | None:
        """The numbers of customers with each tag, by dimension; null, with an error, like `count`."""
        async with self.error_context(info):
            return await answers.breakdown(info, self.condition, self.when(info), dimensions)

    @field
    async def split(self, info: Info, levels: Levels) -> Split | None:
        """The customers that match, split by one level after the other: a tree.

        Null, with an error, like `count`.
        """
        async with self.error_context(info):
            return await answers.split(info, self.condition, self.when(info), levels)

    @field
    async def members(
        self,
        info: Info,
        first: PageSize = DEFAULT_PAGE,
        after: After = None,
        order_by: OrderBy = None,
    ) -> CustomerConnection | None:
        """The customers that match, page by page, with their current data.

        Null, with an error, like `count`.
        """
        when = self.when(info)
        async with self.error_context(info):
            return await customer_page(info, self.condition, when, first, after, order_by)

    @field
    async def people(
        self,
        info: Info,
        where: Annotated[
            nodes.PersonTest | None,
            strawberry.argument(
                description="The condition on each person; by default anyone.",
                graphql_type=PersonInput | None,
            ),
        ] = None,
        first: PeoplePageSize = DEFAULT_PAGE,
        after: After = None,
    ) -> PeopleConnection | None:
        """The decision-makers of the customers that match now, by key, page by page.

        Null, with an error, like `count`.
        """
        asked, when = where or ANYONE, self.when(info)
        async with self.error_context(info):
            return await people_page(info, self.condition, asked, when, first, after)

    @list_field
    async def notices(self, info: Info) -> list[Notice]:
        """Notices on records that were saved only after `asOf` and are missing in the answers."""
        platform = info.context.platform
        library = await service.library(platform, self.condition, self.when(info))
        found = await history.notices(platform, [self.condition], library, self.when(info))
        return [Notice.of(one) for one in found]

    @filter_field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The filter as a sentence."""
        return await info.context.sentence(self.condition, locale)

    @field
    def filter(self) -> JSON:
        """The filter as canonical JSON."""
        return JSON(encode(self.condition))


@object_type
class SegmentPreview(Audience):
    """A filter that is evaluated without being saved."""
