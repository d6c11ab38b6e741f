"""The root subscriptions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from profilegraph.api.customers.customer import Customer
from profilegraph.api.customers.inputs import key
from profilegraph.api.live.changes import CustomerChange, position
from profilegraph.api.live.types import MembershipMove, moves_of, place
from profilegraph.api.runtime.context import ApiContext, Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import subscription_field
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.filters import FilterInput
from profilegraph.domain.access import Permission
from profilegraph.domain.limits import MAX_WATCHED
from profilegraph.language.nodes import Node as Condition
from profilegraph.services.live import service
from profilegraph.services.live.customer_changes import customer_changes


@object_type
class Subscription:
    """The subscriptions, over a WebSocket or as server-sent events."""

    @subscription_field
    @requires(Permission.SEGMENTS_READ)
    async def segment_membership(
        self,
        info: Info,
        segment: Annotated[str, strawberry.argument(description="Business key of the segment.")],
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The cursor of a move: all later moves are sent. By default from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[MembershipMove, None]:
        """Who enters and who leaves a live segment, in the order of its history.

        Nothing is missed: a client that starts after its last cursor gets everything since. It ends
        with the error SEGMENT_BROKEN while the segment cannot be evaluated.
        """
        context = info.context
        async with aclosing(
            service.transitions(context.platform, segment, place(after))
        ) as crossings:
            async for one in crossings:
                context.renew()
                for move in await moves_of(info, [one]):
                    yield move

    @subscription_field
    @requires(Permission.CUSTOMERS_READ)
    async def customer_changed(
        self,
        info: Info,
        keys: Annotated[
            list[str],
            strawberry.argument(description=f"Business keys of the customers, 1 to {MAX_WATCHED}."),
        ],
        filter: Annotated[
            Condition | None,
            strawberry.argument(
                description="Only changes of customers that match it afterwards; by default all.",
                graphql_type=FilterInput | None,
            ),
        ] = None,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The cursor of a change: all later changes are sent. By default from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[CustomerChange, None]:
        """That something of a watched customer was written: itself, its tags, people, events or others.

        Nothing is missed: a client that starts after its last cursor gets everything since, and may
        get a change twice. What time alone changes, such as a tag that expires, is no change. A
        customer that does not exist yet may be watched, too.
        """
        context = info.context
        named = [key(one, "keys") for one in keys]
        moment = partial(_moment, context)
        changes = customer_changes(context.platform, named, position(after), moment, filter)
        async with aclosing(changes) as found:
            async for one in found:
                context.renew()
                for customer in await Customer.load_many(info, [one.customer]):
                    yield CustomerChange.of(one, customer)


def _moment(context: ApiContext) -> datetime:
    context.renew()
    return context.now
