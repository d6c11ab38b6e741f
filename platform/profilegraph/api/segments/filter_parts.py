"""What the conditions of a filter are made of, as GraphQL input."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from profilegraph.api.runtime.definitions import input_type
from profilegraph.api.runtime.enums import DecisionRole, DepartmentFunction, OpportunityOutcome
from profilegraph.api.runtime.fields import optional, parse_with
from profilegraph.api.segments.canonical import canonical
from profilegraph.language.codec import decode_person


@input_type
class NumberTest:
    """Compares a number.

    All given comparisons must hold.
    """

    eq: float | None = optional("Equal to.")
    ne: float | None = optional("Not equal to.")
    in_: list[float] | None = optional("One of these.", "in")
    lt: float | None = optional("Less than.")
    lte: float | None = optional("Less than or equal to.")
    gt: float | None = optional("Greater than.")
    gte: float | None = optional("Greater than or equal to.")
    between: list[float] | None = optional(
        "From the first to the second of two numbers, both included."
    )


@input_type
class TextTest:
    """Compares a text, letter case included, in Unicode's normal form.

    All that is given must hold.
    """

    eq: str | None = optional("Equal to.")
    ne: str | None = optional("Not equal to.")
    in_: list[str] | None = optional("One of these.", "in")
    contains: str | None = optional("Has this in it.")
    starts_with: str | None = optional("Begins with this.")


@input_type
class DateTest:
    """Compares a day.

    All that is given must hold.
    """

    eq: date | None = optional("On this day.")
    ne: date | None = optional("On any other day.")
    lt: date | None = optional("Before this day.")
    lte: date | None = optional("On this day or before it.")
    gt: date | None = optional("After this day.")
    gte: date | None = optional("On this day or after it.")
    between: list[date] | None = optional(
        "From the first to the second of two days, both included."
    )
    in_last_days: int | None = optional("Today or one of the days before it, so many in all.")
    in_next_days: int | None = optional("One of so many days from tomorrow on.")


@input_type
class BooleanTest:
    """Compares a value that is true or false."""

    eq: bool = strawberry.field(description="Equal to.")


@input_type
class Window:
    """A span of time; it never reaches beyond now."""

    last_days: int | None = optional("The last so many times 24 hours.")
    since: datetime | None = optional("At this moment or later.")
    until: datetime | None = optional("Before this moment.")


@input_type
class EventTest:
    """What is asked of one event."""

    type: str = strawberry.field(description="Key of the event type.")
    channels: list[str] | None = optional("Only in these channels.")
    content: TextTest | None = optional("Only where the content is so.")
    amount: NumberTest | None = optional("Only where the amount of one event is so.")


@input_type
class EventCondition(EventTest):
    """How often something was done: at least once where no number is given."""

    at_least: int | None = optional("At least so many times.")
    at_most: int | None = optional("At most so many times; 0 for never.")
    window: Window | None = optional("The window; by default at any time.")


@input_type
class OpportunityTest:
    """What is asked of one opportunity; all of it of the same."""

    stages: list[str] | None = optional("Is in one of these stages.")
    outcomes: list[OpportunityOutcome] | None = optional("Ended so, or has not.")
    name: TextTest | None = optional("Has such a name.")
    amount: NumberTest | None = optional("Has such a value.")
    close_date: DateTest | None = optional("Should be decided then.")
    reason: TextTest | None = optional("Ended for such a reason.")


@input_type
class ParticipationTest:
    """In which opportunity a person takes part; at least one is enough."""

    roles: list[DecisionRole] | None = optional("Has one of these roles in it.")
    where: OpportunityTest | None = optional("What it must be; any where left out.")


@input_type
class DepartmentTest:
    """In which department a person works; departments that are part of it count as it."""

    functions: list[DepartmentFunction] | None = optional("One that does one of these.")
    name: TextTest | None = optional("One whose name is so.")
    exact: bool | None = optional("Whether only the person's own department counts.")


@parse_with(lambda value, _: decode_person(canonical(value)))
@input_type
class PersonTest:
    """What is asked of one decision-maker; all of it of the same person."""

    roles: list[DecisionRole] | None = optional("Has one of these roles.")
    title: TextTest | None = optional("Has such a job title.")
    department: DepartmentTest | None = optional("Works in such a department.")
    influence: NumberTest | None = optional("Has so much influence, 0 to 1.")
    stance: NumberTest | None = optional("Has such a stance, -1 to 1.")
    chain_depth: NumberTest | None = optional("Has so many superiors above; 0 for the head.")
    did: EventCondition | None = optional("Did this, the very person.")
    takes_part_in: ParticipationTest | None = optional("Takes part in such, the very person.")
