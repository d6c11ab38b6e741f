"""Leaves that ask what happened: events, follow-ups, arrivals, possible sales, consents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.values import SnakeKey
from profilegraph.language.nodes.parts import (
    Count,
    Counted,
    DateTest,
    Days,
    Keys,
    Names,
    NodePart,
    NumberTest,
    SnakeKeys,
    TextTest,
    Window,
)


@dataclass(frozen=True)
class EventTest(NodePart):
    """What is asked of one event."""

    type: SnakeKey
    channels: Keys | None = None
    content: TextTest | None = None
    amount: NumberTest | None = None


@dataclass(frozen=True, kw_only=True)
class Events(Counted, EventTest):
    """How often something was done."""

    NAME: ClassVar[str] = "event"
    window: Window | None = None


@dataclass(frozen=True, kw_only=True)
class EventTotal(EventTest):
    """What the amounts of events add up to; one without an amount adds nothing, no event is 0."""

    NAME: ClassVar[str] = "eventTotal"
    window: Window | None = None
    total: NumberTest


@dataclass(frozen=True, kw_only=True)
class Stopped(EventTest):
    """That something was done in one span of time, and not once in a newer one."""

    NAME: ClassVar[str] = "stopped"
    at_least: Annotated[Count, Field(ge=1)] = 1
    """How often at least in `did`."""
    did: Window
    did_not: Window


@dataclass(frozen=True)
class Sequence(NodePart):
    """That after one event another followed, later, within so many times 24 hours."""

    NAME: ClassVar[str] = "sequence"
    first: EventTest
    then: EventTest
    within_days: Days
    window: Window | None = None
    """When both happened."""


@dataclass(frozen=True)
class OpportunityTest(NodePart):
    """What is asked of one possible sale."""

    stages: SnakeKeys | None = None
    outcomes: Annotated[tuple[OpportunityOutcome, ...], Field(min_length=1)] | None = None
    name: TextTest | None = None
    amount: NumberTest | None = None
    close_date: DateTest | None = None
    reason: TextTest | None = None
    """Why it ended as it did."""


ANY_OPPORTUNITY = OpportunityTest()


@dataclass(frozen=True)
class Opportunities(Counted):
    """How many possible sales to the customer match."""

    NAME: ClassVar[str] = "opportunity"
    where: OpportunityTest = ANY_OPPORTUNITY


@dataclass(frozen=True)
class FollowUps(Counted):
    """How often we met the customer."""

    NAME: ClassVar[str] = "followUp"
    kinds: Annotated[tuple[FollowUpKind, ...], Field(min_length=1)] | None = None
    window: Window | None = None
    employees: Keys | None = None
    """Who of us, by key."""
    note: TextTest | None = None
    outcome: TextTest | None = None


@dataclass(frozen=True)
class Arrivals(Counted):
    """How often the customer came to us by a channel; a channel includes those below it."""

    NAME: ClassVar[str] = "channel"
    channels: Keys | None = None
    """By key; any channel where left out."""
    exact: bool = False
    """Whether a channel stands for itself alone, without those below it."""
    window: Window | None = None


@dataclass(frozen=True)
class Consents(Counted):
    """For how many purposes the customer's latest word is a consent, or a refusal.

    Of two words at the same moment, the refusal counts.
    """

    NAME: ClassVar[str] = "consent"
    purposes: Names | None = None
    granted: bool = True
    """False: the latest word is a refusal."""
    window: Window | None = None
    """When the latest word was given."""
