"""Pages of the decision-makers of a segment's members."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry

from profilegraph.api.customers.customer import Customer
from profilegraph.api.customers.organisation import DecisionMaker
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.runtime.paging import PageInfo, key_of
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.language import nodes
from profilegraph.language.facts import When
from profilegraph.services.customers import people

_CURSOR = "PersonCursor"
PeoplePageSize = Annotated[
    int, strawberry.argument(description=f"How many people a page has, 1 to {MAX_PAGE:,}.")
]


@object_type
class PersonEdge:
    """One person of a list."""

    cursor: str = strawberry.field(
        description="Cursor of the person; it stays valid while people are added and removed."
    )
    node: DecisionMaker = strawberry.field(description="The person.")

    @field
    async def customer(self, info: Info) -> Customer | None:
        """The customer that the person is at."""
        return await Customer.load(info, self.node.customer_key)


@object_type
class PeopleConnection:
    """A page of the decision-makers of a filter's customers, by key."""

    condition: strawberry.Private[nodes.Node]
    where: strawberry.Private[nodes.PersonTest]
    when: strawberry.Private[When]
    edges: list[PersonEdge] = strawberry.field(description="The people of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")

    @field
    async def total_count(self, info: Info) -> int:
        """The number of people in the whole list; counted only if requested."""
        return await people.count(info.context.platform, self.condition, self.where, self.when)


async def people_page(
    info: Info,
    condition: nodes.Node,
    where: nodes.PersonTest,
    when: When,
    first: int,
    after: str | None,
) -> PeopleConnection:
    """Return a page of the decision-makers of those who match a filter."""
    context = info.context
    page = await people.page(
        context.platform, condition, where, when, first=first, after=key_of(after, _CURSOR)
    )
    seats = context.budget.take(list(page.seats))
    found = await asyncio.gather(
        *(DecisionMaker.load(info, seat.customer, seat.person) for seat in seats)
    )
    edges = [
        PersonEdge(cursor=encode_id(_CURSOR, one.key), node=one) for one in found if one is not None
    ]
    return PeopleConnection(
        condition=condition,
        where=where,
        when=when,
        edges=edges,
        page_info=PageInfo.of([edge.cursor for edge in edges], after, page.has_next),
    )
