"""What customers did, what we did with them, and the sales that may come of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

from profilegraph.api.customers.organisation import DecisionMaker, Employee
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.enums import FollowUpKind, OpportunityOutcome
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale, channel_name, event_type_label
from profilegraph.domain.records import activity as domain
from profilegraph.rendering.enum_labels import enum_label


@strawberry.type(description="Something that a customer did.")
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

    @field("What people call the event type; its key where no taxonomy has it any more.")
    async def type_label(self, info: Info, locale: Locale = "en") -> str:
        """Return the event type's label."""
        return await event_type_label(info, self.type, locale)

    @field("What people call the channel, where it has a name.")
    async def channel_name(self, info: Info) -> str | None:
        """Return the channel's name."""
        return await channel_name(info, self.channel)

    @field("The decision-maker who did it, where that is known.")
    async def person(self, info: Info) -> DecisionMaker | None:
        """Return who did it."""
        return await DecisionMaker.load(info, self.customer_key, self.person_key)


@strawberry.type(description="Something that we did with a customer.")
class FollowUp(Node):
    """Something that we did with a customer."""

    kind: FollowUpKind = strawberry.field(description="How we met.")
    at: datetime = strawberry.field(description="When, UTC.")
    employee_key: str | None = strawberry.field(description="Key of the employee who did it.")
    note: str | None = strawberry.field(description="What was said.")
    outcome: str | None = strawberry.field(description="What came of it.")

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

    @field("What people call the way in which we met.")
    def kind_label(self, locale: Locale = "en") -> str:
        """Return the kind's label."""
        return enum_label(self.kind, locale)

    @field("The employee who did it.")
    async def employee(self, info: Info) -> Employee | None:
        """Return the employee."""
        return await Employee.load(info, self.employee_key)


@strawberry.type(description="A possible sale.")
class Opportunity(Node):
    """A possible sale."""

    name: str | None = strawberry.field(description="What it is about.")
    stage: str | None = strawberry.field(description="How far it is.")
    amount: Decimal | None = strawberry.field(
        description="Its value, in the currency of the deployment; exact, so a text in JSON."
    )
    close_date: date | None = strawberry.field(description="When it should be decided.")
    outcome: OpportunityOutcome = strawberry.field(description="How it ended, or that it has not.")
    reason: str | None = strawberry.field(description="Why it ended so.")

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

    @field("What people call the outcome.")
    def outcome_label(self, locale: Locale = "en") -> str:
        """Return the outcome's label."""
        return enum_label(self.outcome, locale)


@strawberry.type(description="That a customer came to us by a channel.")
class Arrival:
    """That a customer came to us by a channel."""

    channel: str = strawberry.field(description="Key of the channel.")
    at: datetime = strawberry.field(description="When, UTC.")

    @field("What people call the channel, where it has a name.")
    async def channel_name(self, info: Info) -> str | None:
        """Return the channel's name."""
        return await channel_name(info, self.channel)
