"""The root subscriptions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from profilegraph.api.live.types import MembershipMove, moves_of, place
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import subscription_field
from profilegraph.services.live import service


@object_type
class Subscription:
    """The subscriptions, over a WebSocket or as server-sent events."""

    @subscription_field
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
