"""Segments: how many, who, and why."""

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
from profilegraph.api.runtime.fields import field, list_field, selected_fields
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
        description="Answer as it was at this moment, now or earlier; docs/history.md says how."
    ),
]
Now = Annotated[
    datetime | None,
    strawberry.argument(
        description="The moment that is taken for the present, for what is asked of history: windows"
        " such as the last 30 days end with it. The present if left out."
    ),
]
OrderBy = Annotated[
    CustomerOrder | None,
    strawberry.argument(description="How they are sorted: by key if left out."),
]


@strawberry.type(description="One customer of a list.")
class CustomerEdge:
    """One customer of a list."""

    position: strawberry.Private[Position]
    sorting: strawberry.Private[Sorting]
    node: Customer = strawberry.field(description="The customer.")

    @field("Where the customer stands; it stays good while customers come and go.")
    def cursor(self) -> str:
        """Return where the customer stands."""
        return self.sorting.cursor(self.position)


@strawberry.type(description="A page of customers.")
class CustomerConnection:
    """A page of customers."""

    condition: strawberry.Private[nodes.Node]
    when: strawberry.Private[When]
    search: strawberry.Private[str | None]
    edges: list[CustomerEdge] = strawberry.field(description="The customers of this page.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the whole list.")

    @field("How many customers the whole list has; counted only if asked for.")
    async def total_count(self, info: Info) -> int:
        """Return how many customers the whole list has."""
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


@strawberry.type(description="What one condition of a filter kept and removed.")
class WaterfallStep:
    """What one condition of a filter kept and removed."""

    condition: strawberry.Private[nodes.Node]
    kept: int = strawberry.field(
        description="How many customers are left after this condition and all before it."
    )
    removed: int = strawberry.field(
        description="How many passed all conditions before it, but not this one."
    )
    unique: int = strawberry.field(
        description="How many this condition alone keeps out: they pass all others."
    )

    @field("The condition as a sentence.", tells_filter=True)
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """Return the condition as a sentence."""
        return await info.context.sentence(self.condition, locale)

    @field("The condition as canonical JSON.")
    def filter(self) -> JSON:
        """Return the condition as canonical JSON."""
        return JSON(encode(self.condition))


@strawberry.type(
    description="From all customers down to the members, one step for each condition of an `all`."
)
class Waterfall:
    """From all customers down to the members."""

    total: int = strawberry.field(description="How many customers there are.")
    steps: list[WaterfallStep] = strawberry.field(
        description="The conditions in the order written; a filter that is no `all` is one step."
    )


@strawberry.interface(description="The customers that match a filter.")
class Audience:
    """The customers that match a filter."""

    condition: strawberry.Private[nodes.Node]
    past: strawberry.Private[When | None] = None

    def when(self, info: Info) -> When:
        """Return as of when the customers are asked for."""
        return self.past or info.context.now

    def asking(self, info: Info) -> AbstractAsyncContextManager[None]:
        """Return what a question is asked within, so that its failure names what was asked."""
        del info
        return nullcontext()

    @field("How many customers match; null, with an error, where the filter cannot be asked.")
    async def count(self, info: Info) -> int | None:
        """Return how many customers match."""
        async with self.asking(info):
            return await service.count(info.context.platform, self.condition, self.when(info))

    @field("What each condition keeps and removes; null, with an error, like `count`.")
    async def waterfall(self, info: Info) -> Waterfall | None:
        """Return what each condition keeps and removes."""
        context = info.context
        async with self.asking(info):
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

    @list_field(
        "How many carry each tag, dimension by dimension; null, with an error, like `count`."
    )
    async def breakdown(
        self, info: Info, dimensions: Dimensions = None
    ) -> list[DimensionBreakdown] | None:
        """Return how many carry each tag."""
        async with self.asking(info):
            return await answers.breakdown(info, self.condition, self.when(info), dimensions)

    @field(
        "The customers that match, parted by one level after the other: a tree; null, with an error,"
        " like `count`."
    )
    async def split(self, info: Info, levels: Levels) -> Split | None:
        """Return the customers that match, level within level."""
        async with self.asking(info):
            return await answers.split(info, self.condition, self.when(info), levels)

    @field(
        "The customers that match, a page at a time; what is said of each is of today. Null, with an"
        " error, like `count`."
    )
    async def members(
        self,
        info: Info,
        first: PageSize = DEFAULT_PAGE,
        after: After = None,
        order_by: OrderBy = None,
    ) -> CustomerConnection | None:
        """Return a page of the customers that match."""
        when = self.when(info)
        async with self.asking(info):
            return await customer_page(info, self.condition, when, first, after, order_by)

    @field(
        "The decision-makers of the customers that match now, by key, a page at a time; null, with"
        " an error, like `count`."
    )
    async def people(
        self,
        info: Info,
        where: Annotated[
            nodes.PersonTest | None,
            strawberry.argument(
                description="What each must be: anyone if left out.",
                graphql_type=PersonInput | None,
            ),
        ] = None,
        first: PeoplePageSize = DEFAULT_PAGE,
        after: After = None,
    ) -> PeopleConnection | None:
        """Return a page of the decision-makers of the customers that match."""
        asked, when = where or ANYONE, self.when(info)
        async with self.asking(info):
            return await people_page(info, self.condition, asked, when, first, after)

    @list_field(
        "What the platform came to know of only later than `asOf`: answers as of then lack it."
    )
    async def notices(self, info: Info) -> list[Notice]:
        """Return what is to be known of the answers."""
        platform = info.context.platform
        library = await service.library(platform, self.condition, self.when(info))
        found = await history.notices(platform, [self.condition], library, self.when(info))
        return [Notice.of(one) for one in found]

    @field("The filter as a sentence.", tells_filter=True)
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """Return the filter as a sentence."""
        return await info.context.sentence(self.condition, locale)

    @field("The filter as canonical JSON.")
    def filter(self) -> JSON:
        """Return the filter as canonical JSON."""
        return JSON(encode(self.condition))


@strawberry.type(description="A filter that is asked without being saved.")
class SegmentPreview(Audience):
    """A filter that is asked without being saved."""
