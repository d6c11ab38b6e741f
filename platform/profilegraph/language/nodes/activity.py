"""Leaves on what happened: events, follow-ups, arrivals, opportunities, consents."""

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

__all__ = [
    "Arrivals",
    "Consents",
    "EventTest",
    "EventTotal",
    "Events",
    "FollowUps",
    "Opportunities",
    "OpportunityTest",
    "Sequence",
    "Stopped",
]


@dataclass(frozen=True)
class EventTest(NodePart):
    """A test of one event."""

    type: SnakeKey
    """Key of the event type."""
    channels: Keys | None = None
    """Only in these channels, by key."""
    content: TextTest | None = None
    """Only with matching content."""
    amount: NumberTest | None = None
    """Only with a matching amount, per event."""

    def names(self) -> Iterator[Reference]:
        """Yield the event type."""
        yield Reference(ReferenceKind.EVENT_TYPE, self.type)

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of the event's amount."""
        if self.amount is not None:
            yield self.amount


@dataclass(frozen=True, kw_only=True)
class Events(Leaf, Counted, EventTest):
    """The number of events; at least one if no bound is given."""

    NAME: ClassVar[str] = "event"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT)
    window: Window | None = None
    """The window; by default at any time."""


@dataclass(frozen=True, kw_only=True)
class EventTotal(Leaf, EventTest):
    """The sum of the amounts of events; an event without an amount adds nothing, no event is 0."""

    NAME: ClassVar[str] = "eventTotal"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT, passes=2)
    window: Window | None = None
    """The window; by default at any time."""
    total: NumberTest
    """The comparison of the sum."""

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of each event's amount, and that of their sum."""
        yield from super().amounts()
        yield self.total


@dataclass(frozen=True, kw_only=True)
class Stopped(Leaf, EventTest):
    """Events in one window, and none in a later one."""

    NAME: ClassVar[str] = "stopped"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT, passes=2)
    at_least: Annotated[Count, Field(ge=1)] = 1
    """The least number of events in `did`; by default 1."""
    did: Window
    """The window with events."""
    did_not: Window
    """The window without events."""


@dataclass(frozen=True)
class Sequence(Leaf):
    """One event followed by another one later."""

    NAME: ClassVar[str] = "sequence"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("first.type", "then.type"), cause=Cause.EVENT, sorts=True
    )
    first: EventTest
    """The first event."""
    then: EventTest
    """The later event."""
    within_days: Days
    """Most days between the two, of 24 hours each."""
    window: Window | None = None
    """The window of both; by default at any time."""


@dataclass(frozen=True)
class OpportunityTest(NodePart):
    """A test of one opportunity; all parts must match the same one."""

    stages: SnakeKeys | None = None
    """One of these stages."""
    outcomes: Annotated[tuple[OpportunityOutcome, ...], Field(min_length=1)] | None = None
    """One of these outcomes."""
    name: TextTest | None = None
    """Only with a matching name."""
    amount: NumberTest | None = None
    """Only with a matching amount."""
    close_date: DateTest | None = None
    """Only with a matching close date."""
    reason: TextTest | None = None
    """Only with a matching reason of the outcome."""

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of the amount."""
        if self.amount is not None:
            yield self.amount


ANY_OPPORTUNITY = OpportunityTest()


@dataclass(frozen=True)
class Opportunities(Leaf, Counted):
    """The number of opportunities; at least one if no bound is given."""

    NAME: ClassVar[str] = "opportunity"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        cause=Cause.OPPORTUNITY_CHANGED, keeps_states=True, tables=("opportunities",)
    )
    where: OpportunityTest = ANY_OPPORTUNITY
    """The test of each; by default any."""


@dataclass(frozen=True)
class FollowUps(Leaf, Counted):
    """The number of follow-ups with the customer; at least one if no bound is given."""

    NAME: ClassVar[str] = "followUp"
    FACTS: ClassVar[LeafFacts] = LeafFacts(cause=Cause.FOLLOW_UP, tables=("follow_ups",))
    kinds: Annotated[tuple[FollowUpKind, ...], Field(min_length=1)] | None = None
    """Only of these kinds."""
    window: Window | None = None
    """The window; by default at any time."""
    employees: Keys | None = None
    """Only by one of these employees, by key."""
    note: TextTest | None = None
    """Only with a matching note."""
    outcome: TextTest | None = None
    """Only with a matching outcome."""


@dataclass(frozen=True)
class Arrivals(Leaf, Counted):
    """The number of arrivals of the customer; at least one if no bound is given."""

    NAME: ClassVar[str] = "channel"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="which channel is part of which is kept only as it is today"
        " (`exact` can be asked)",
        cause=Cause.ARRIVAL,
        tables=("arrivals",),
    )
    channels: Keys | None = None
    """Only by these channels, by key, or their descendants."""
    exact: bool = False
    """Whether descendants of the channels are excluded."""
    window: Window | None = None
    """The window; by default at any time."""

    @property
    def no_history(self) -> str:
        """Return why it cannot be evaluated as of the past: if descendants of channels count."""
        return "" if self.exact or self.channels is None else self.FACTS.no_history


@dataclass(frozen=True)
class Consents(Leaf, Counted):
    """The number of purposes for which the customer's latest record is a consent, or a refusal.

    At least one if no bound is given. Of two records at the same moment, the refusal counts.
    """

    NAME: ClassVar[str] = "consent"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        cause=Cause.CONSENT, tables=("consents",), passes=2, sorts=True
    )
    purposes: Names | None = None
    """Only these purposes."""
    granted: bool = True
    """True for a consent, false for a refusal as the latest record."""
    window: Window | None = None
    """The window of the latest record."""
