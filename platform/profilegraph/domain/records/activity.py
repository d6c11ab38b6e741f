"""Events, follow-ups, arrivals, opportunities and consents."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.values import (
    Amount,
    ChannelKey,
    CustomerKey,
    EmployeeKey,
    EventType,
    Key,
    Moment,
    Name,
    OpportunityKey,
    PersonKey,
    Record,
    SnakeKey,
    Text,
)


class FollowUpKind(StrEnum):
    """How we met the customer."""

    CALL = "CALL"
    VISIT = "VISIT"
    CHAT = "CHAT"
    EMAIL = "EMAIL"
    MEETING = "MEETING"
    OTHER = "OTHER"


class OpportunityOutcome(StrEnum):
    """How an opportunity ended, or that it has not."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class Event(Record):
    """Something that a customer did; `person` is the decision-maker who did it, where known.

    An event is recorded as a whole: recorded again under its key, it replaces what was.
    """

    key: Key
    customer: CustomerKey
    type: EventType
    at: Moment
    channel: ChannelKey | None = None
    content: Text | None = None
    amount: Amount | None = None
    person: PersonKey | None = None


class Channel(Record):
    """A way by which customers come to us."""

    key: Key
    name: Name | None = None
    parent: ChannelKey | None = None


class Arrival(Record):
    """That a customer came to us by a channel, and when."""

    customer: CustomerKey
    channel: ChannelKey
    at: Moment


class FollowUp(Record):
    """Something that we did with a customer."""

    key: Key
    customer: CustomerKey
    kind: FollowUpKind
    at: Moment
    employee: EmployeeKey | None = None
    note: Text | None = None
    outcome: Text | None = None


class Opportunity(Record):
    """A possible sale: stage, amount, when it should close, how it ended and why.

    It is so from `since` on: from when it is saved if nobody says.
    """

    key: Key
    customer: CustomerKey
    name: Name | None = None
    stage: SnakeKey | None = None
    amount: Amount | None = None
    close_date: date | None = None
    outcome: OpportunityOutcome = OpportunityOutcome.OPEN
    reason: Text | None = None
    since: Moment | None = None


class Participation(Record):
    """That a decision-maker takes part in an opportunity, in which role, and since when."""

    person: PersonKey
    opportunity: OpportunityKey
    role: DecisionRole
    since: Moment | None = None
