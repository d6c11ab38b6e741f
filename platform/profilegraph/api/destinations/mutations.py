"""Mutations that send the members of segments to destinations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.destinations.types import Delivery
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import input_type, object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.permissions import requires
from profilegraph.domain.access import Permission
from profilegraph.services.destinations import sending
from profilegraph.services.destinations.sending import SendSegment


@input_type
class DestinationOptionInput:
    """One thing that is chosen for a destination."""

    name: str = strawberry.field(description="What the destination calls it.")
    value: str = strawberry.field(description="The choice, as a text.")


NO_OPTIONS: list[DestinationOptionInput] = []


@object_type
class DeliveryMutation:
    """What can be sent."""

    @field
    @requires(Permission.CUSTOMERS_EXPORT)
    async def send_segment(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the segment.")],
        to: Annotated[str, strawberry.argument(description="Key of the destination.")],
        options: Annotated[
            list[DestinationOptionInput],
            strawberry.argument(description="What is chosen; kept with the delivery: no secrets."),
        ] = NO_OPTIONS,
        columns: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Names of columns, as of exports; the destination's if left out."
            ),
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Delivery:
        """Sends the members that a segment has now to a destination, in the background.

        The delivery that is answered waits. One to the same destination with the same options and
        columns that was not sent yet is taken up again instead, under its id and to its members, so
        that what is asked twice is not sent as two deliveries.
        """
        context = info.context
        given = {one.name: one.value for one in options}
        command = SendSegment(key, to, given, None if columns is None else tuple(columns))
        requester = command_context(context, idempotency_key)
        found = await sending.request_delivery(context.platform, command, requester)
        return Delivery.of(found, info)
