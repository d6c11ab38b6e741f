"""GraphQL types of events, follow-ups, arrivals, opportunities and consents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

from profilegraph.api.customers.organisation import DecisionMaker, Employee
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import FollowUpKind, OpportunityOutcome
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale, channel_name, event_type_label
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.domain.access import Permission
from profilegraph.domain.records import activity as domain
from profilegraph.rendering.enum_labels import enum_label


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class Event(Node):
    """Something that a customer did."""

    customer_key: str = strawberry.field(description="Key of the customer who did it.")
    person_key: strawberry.Private[str | None]
    type: str = strawberry.field(description="Key of the event type.")
    at: datetime = strawberry.field(description="When, UTC.")
    channel: str | None = strawberry.field(description="Key of the channel where it happened.")
    content: str | None = strawberry.field(description="What it was about: a page, a product.")
    amount: Decimal | None = strawberry.field(
        description="Money spent, in the currency of the deployment; exact, so a text in JSON."
    )

    @classmethod
    def of(cls, found: domain.Event) -> Event:
        """Return the API's view of an event."""
        return cls(
            key=found.key,
            customer_key=found.customer,
            person_key=found.person,
            type=found.type,
            at=found.at,
            channel=found.channel,
            content=found.content,
            amount=found.amount,
        )

    @field
    async def type_label(self, info: Info, locale: Locale = "en") -> str:
        """Label of the event type; its key if no taxonomy has it any more."""
        return await event_type_label(info, self.type, locale)

    @field
    async def channel_name(self, info: Info) -> str | None:
        """Name of the channel, if it has one."""
        return await channel_name(info, self.channel)

    @field
    async def person(self, info: Info) -> DecisionMaker | None:
        """The decision-maker who did it, if known."""
        return await DecisionMaker.load(info, self.customer_key, self.person_key)


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class FollowUp(Node):
    """A follow-up of ours with a customer."""

    kind: FollowUpKind = strawberry.field(description="How we met.")
    at: datetime = strawberry.field(description="When, UTC.")
    employee_key: str | None = strawberry.field(description="Key of the employee who did it.")
    note: str | None = strawberry.field(description="The note.")
    outcome: str | None = strawberry.field(description="The outcome.")

    @classmethod
    def of(cls, found: domain.FollowUp) -> FollowUp:
        """Return the API's view of a follow-up."""
        return cls(
            key=found.key,
            kind=found.kind,
            at=found.at,
            employee_key=found.employee,
            note=found.note,
            outcome=found.outcome,
        )

    @field
    def kind_label(self, locale: Locale = "en") -> str:
        """Label of the kind."""
        return enum_label(self.kind, locale)

    @field
    async def employee(self, info: Info) -> Employee | None:
        """The employee who did it."""
        return await Employee.load(info, self.employee_key)


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class Opportunity(Node):
    """A possible sale."""

    name: str | None = strawberry.field(description="What it is about.")
    stage: str | None = strawberry.field(description="The stage.")
    amount: Decimal | None = strawberry.field(
        description="Its value, in the currency of the deployment; exact, so a text in JSON."
    )
    close_date: date | None = strawberry.field(description="The expected close date.")
    outcome: OpportunityOutcome = strawberry.field(description="The outcome: open, won or lost.")
    reason: str | None = strawberry.field(description="The reason of the outcome.")

    @classmethod
    def of(cls, found: domain.Opportunity) -> Opportunity:
        """Return the API's view of an opportunity."""
        return cls(
            key=found.key,
            name=found.name,
            stage=found.stage,
            amount=found.amount,
            close_date=found.close_date,
            outcome=found.outcome,
            reason=found.reason,
        )

    @field
    def outcome_label(self, locale: Locale = "en") -> str:
        """Label of the outcome."""
        return enum_label(self.outcome, locale)


@object_type
class Arrival:
    """The arrival of a customer by a channel."""

    channel: str = strawberry.field(description="Key of the channel.")
    at: datetime = strawberry.field(description="When, UTC.")

    @field
    async def channel_name(self, info: Info) -> str | None:
        """Name of the channel, if it has one."""
        return await channel_name(info, self.channel)
