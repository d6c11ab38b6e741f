"""Events, follow-ups, arrivals, opportunities and consents."""

from __future__ import annotations

from datetime import date

from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.values import (
    Amount,
    ChannelKey,
    Choice,
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


class FollowUpKind(Choice):
    """How we met the customer."""

    CALL = "CALL", "By phone.", "电话"
    VISIT = "VISIT", "At their place.", "拜访"
    CHAT = "CHAT", "In a chat.", "聊天", "微信"
    EMAIL = "EMAIL", "By e-mail.", "邮件"
    MEETING = "MEETING", "In a meeting.", "会议"
    OTHER = "OTHER", "In another way.", "其他"


class OpportunityOutcome(Choice):
    """How an opportunity ended, or that it has not."""

    OPEN = "OPEN", "Not decided.", "进行中"
    WON = "WON", "They bought.", "赢单", "成交"
    LOST = "LOST", "They did not.", "输单", "丢单"


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
