"""Leaves that ask what happened: events, follow-ups, arrivals, opportunities, consents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.values import SnakeKey
from profilegraph.language.nodes.declarations import Cause, LeafFacts, Reference, ReferenceKind
from profilegraph.language.nodes.parts import (
    Count,
    Counted,
    DateTest,
    Days,
    Keys,
    Leaf,
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

    def names(self) -> Iterator[Reference]:
        """Yield the type of the event."""
        yield Reference(ReferenceKind.EVENT_TYPE, self.type)

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of the event's amount."""
        if self.amount is not None:
            yield self.amount


@dataclass(frozen=True, kw_only=True)
class Events(Leaf, Counted, EventTest):
    """How often something was done."""

    NAME: ClassVar[str] = "event"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT)
    window: Window | None = None


@dataclass(frozen=True, kw_only=True)
class EventTotal(Leaf, EventTest):
    """What the amounts of events add up to; one without an amount adds nothing, no event is 0."""

    NAME: ClassVar[str] = "eventTotal"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT)
    window: Window | None = None
    total: NumberTest

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of each event's amount, and that of their sum."""
        yield from super().amounts()
        yield self.total


@dataclass(frozen=True, kw_only=True)
class Stopped(Leaf, EventTest):
    """That something was done in one span of time, and not once in a newer one."""

    NAME: ClassVar[str] = "stopped"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT, passes=2)
    at_least: Annotated[Count, Field(ge=1)] = 1
    """How often at least in `did`."""
    did: Window
    did_not: Window


@dataclass(frozen=True)
class Sequence(Leaf):
    """That after one event another followed, later, within so many times 24 hours."""

    NAME: ClassVar[str] = "sequence"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("first.type", "then.type"), cause=Cause.EVENT, sorts=True
    )
    first: EventTest
    then: EventTest
    within_days: Days
    window: Window | None = None
    """When both happened."""


@dataclass(frozen=True)
class OpportunityTest(NodePart):
    """What is asked of one opportunity."""

    stages: SnakeKeys | None = None
    outcomes: Annotated[tuple[OpportunityOutcome, ...], Field(min_length=1)] | None = None
    name: TextTest | None = None
    amount: NumberTest | None = None
    close_date: DateTest | None = None
    reason: TextTest | None = None
    """Why it ended as it did."""

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of the sale's amount."""
        if self.amount is not None:
            yield self.amount


ANY_OPPORTUNITY = OpportunityTest()


@dataclass(frozen=True)
class Opportunities(Leaf, Counted):
    """How many opportunities with the customer match."""

    NAME: ClassVar[str] = "opportunity"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        cause=Cause.OPPORTUNITY_CHANGED, keeps_states=True, tables=("opportunities",)
    )
    where: OpportunityTest = ANY_OPPORTUNITY


@dataclass(frozen=True)
class FollowUps(Leaf, Counted):
    """How often we met the customer."""

    NAME: ClassVar[str] = "followUp"
    FACTS: ClassVar[LeafFacts] = LeafFacts(cause=Cause.FOLLOW_UP, tables=("follow_ups",))
    kinds: Annotated[tuple[FollowUpKind, ...], Field(min_length=1)] | None = None
    window: Window | None = None
    employees: Keys | None = None
    """Who of us, by key."""
    note: TextTest | None = None
    outcome: TextTest | None = None


@dataclass(frozen=True)
class Arrivals(Leaf, Counted):
    """How often the customer came to us by a channel; a channel includes those below it."""

    NAME: ClassVar[str] = "channel"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="which channel is part of which is kept only as it is today"
        " (`exact` can be asked)",
        cause=Cause.ARRIVAL,
        tables=("arrivals",),
    )
    channels: Keys | None = None
    """By key; any channel where left out."""
    exact: bool = False
    """Whether a channel stands for itself alone, without those below it."""
    window: Window | None = None

    @property
    def no_history(self) -> str:
        """Return why it cannot be asked of the past: where channels below others count, too."""
        return "" if self.exact or self.channels is None else self.FACTS.no_history


@dataclass(frozen=True)
class Consents(Leaf, Counted):
    """For how many purposes the customer's latest word is a consent, or a refusal.

    Of two words at the same moment, the refusal counts.
    """

    NAME: ClassVar[str] = "consent"
    FACTS: ClassVar[LeafFacts] = LeafFacts(cause=Cause.CONSENT, tables=("consents",), sorts=True)
    purposes: Names | None = None
    granted: bool = True
    """False: the latest word is a refusal."""
    window: Window | None = None
    """When the latest word was given."""
