"""GraphQL types of destinations and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import describe
from profilegraph.api.runtime.fields import list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.api.taxonomies.types import Labelled
from profilegraph.domain.access import Permission
from profilegraph.domain.destinations import DeliveryRecord as Stored
from profilegraph.domain.outbox import OutboxState
from profilegraph.hooks.destinations import Destination as Hosted
from profilegraph.language.nodes import EVERYONE

describe(
    OutboxState,
    {
        "WAITING": "It is to be sent, being sent, or to be sent again.",
        "SENT": "The destination has taken all members.",
        "FAILED": "It was given up: refused, or not taken in all attempts; requested again, it waits again.",
    },
    name="DeliveryState",
)


@object_type
class DestinationOption:
    """Something that whoever sends may choose."""

    name: str = strawberry.field(description="What it is called in `options`.")
    description: str | None = strawberry.field(description="What it means.")
    required: bool = strawberry.field(description="Whether it must be given.")


@type_requires(Permission.CUSTOMERS_EXPORT)
@object_type
class Destination(Node, Labelled):
    """Where the members of a segment can be sent: a plugin brings it."""

    hosted: strawberry.Private[Hosted[Any]]
    key: str = strawberry.field(description="The business key.")

    @classmethod
    def of(cls, found: Hosted[Any]) -> Destination:
        """Return the API's view of a destination."""
        return cls(labels=found.labels, hosted=found, key=found.key)

    @list_field
    def columns(self) -> list[str]:
        """The columns that are sent unless others are asked for; none means those of an export."""
        return list(self.hosted.columns)

    @list_field
    def options(self) -> list[DestinationOption]:
        """What can be chosen."""
        return [
            DestinationOption(
                name=name, description=option.description, required=option.is_required()
            )
            for name, option in self.hosted.options.model_fields.items()
        ]


@type_requires(Permission.CUSTOMERS_EXPORT)
@object_type
class Delivery(Node):
    """Members of a segment on their way to a destination."""

    sent_columns: strawberry.Private[tuple[str, ...]]
    key: str = strawberry.field(description="What it is called, the same in every attempt.")
    segment: str = strawberry.field(description="Business key of the segment.")
    destination: str = strawberry.field(description="Key of the destination.")
    state: OutboxState = strawberry.field(description="What has become of it.")
    at: datetime = strawberry.field(description="When its members were taken, UTC.")
    author: str = strawberry.field(description="Whose API key asked for it.")
    version: int = strawberry.field(description="Version of the segment whose members they are.")
    members: int | None = strawberry.field(
        description="How many members it has; null if it is another's and you do not see all customers."
    )
    attempts: int = strawberry.field(description="Number of attempts since it was last requested.")
    due_at: datetime | None = strawberry.field(
        description="When the next attempt is made, UTC; null unless it waits."
    )
    note: str | None = strawberry.field(description="Where it went, as the destination says it.")
    problem: str | None = strawberry.field(description="Why the last attempt failed.")

    @classmethod
    def of(cls, found: Stored, info: Info) -> Delivery:
        """Return the viewer's view of a delivery."""
        platform = info.context.platform
        whole = platform.access.rows(Permission.CUSTOMERS_READ) == EVERYONE
        told = whole or found.author == info.context.viewer.name
        return cls(
            sent_columns=found.request.columns,
            key=found.key,
            segment=found.request.segment,
            destination=found.request.destination,
            state=OutboxState(found.state),
            at=found.at,
            author=found.author,
            version=found.version,
            members=found.size if told else None,
            attempts=found.attempts,
            due_at=found.due_at if found.state is OutboxState.WAITING else None,
            note=found.note,
            problem=found.problem,
        )

    @list_field
    def columns(self) -> list[str]:
        """The columns that are sent."""
        return list(self.sent_columns)
