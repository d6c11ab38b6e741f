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
    """Key of the event type."""
    channels: Keys | None = None
    """Only in these channels."""
    content: TextTest | None = None
    """Only where the content is so."""
    amount: NumberTest | None = None
    """Only where the amount of one event is so."""

    def names(self) -> Iterator[Reference]:
        """Yield the type of the event."""
        yield Reference(ReferenceKind.EVENT_TYPE, self.type)

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of the event's amount."""
        if self.amount is not None:
            yield self.amount


@dataclass(frozen=True, kw_only=True)
class Events(Leaf, Counted, EventTest):
    """How often something was done: at least once where no number is given."""

    NAME: ClassVar[str] = "event"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT)
    window: Window | None = None
    """The window; by default at any time."""


@dataclass(frozen=True, kw_only=True)
class EventTotal(Leaf, EventTest):
    """What the amounts of events add up to; one without an amount adds nothing, no event is 0."""

    NAME: ClassVar[str] = "eventTotal"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT)
    window: Window | None = None
    """The window; by default at any time."""
    total: NumberTest
    """How the sum compares."""

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of each event's amount, and that of their sum."""
        yield from super().amounts()
        yield self.total


@dataclass(frozen=True, kw_only=True)
class Stopped(Leaf, EventTest):
    """That something was done in one span of time and not once in a newer one."""

    NAME: ClassVar[str] = "stopped"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("type",), cause=Cause.EVENT, passes=2)
    at_least: Annotated[Count, Field(ge=1)] = 1
    """How often at least it was done; by default once."""
    did: Window
    """When it was done."""
    did_not: Window
    """When it was not done."""


@dataclass(frozen=True)
class Sequence(Leaf):
    """That after one event another followed, later."""

    NAME: ClassVar[str] = "sequence"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("first.type", "then.type"), cause=Cause.EVENT, sorts=True
    )
    first: EventTest
    """What came first."""
    then: EventTest
    """What followed."""
    within_days: Days
    """Within so many times 24 hours."""
    window: Window | None = None
    """When both happened; by default at any time."""


@dataclass(frozen=True)
class OpportunityTest(NodePart):
    """What is asked of one opportunity; all of it of the same."""

    stages: SnakeKeys | None = None
    """Is in one of these stages."""
    outcomes: Annotated[tuple[OpportunityOutcome, ...], Field(min_length=1)] | None = None
    """Ended so, or has not."""
    name: TextTest | None = None
    """Has such a name."""
    amount: NumberTest | None = None
    """Has such a value."""
    close_date: DateTest | None = None
    """Should be decided then."""
    reason: TextTest | None = None
    """Ended for such a reason."""

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparison of the sale's amount."""
        if self.amount is not None:
            yield self.amount


ANY_OPPORTUNITY = OpportunityTest()


@dataclass(frozen=True)
class Opportunities(Leaf, Counted):
    """How many opportunities match: at least one where no number is given."""

    NAME: ClassVar[str] = "opportunity"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        cause=Cause.OPPORTUNITY_CHANGED, keeps_states=True, tables=("opportunities",)
    )
    where: OpportunityTest = ANY_OPPORTUNITY
    """What each of them must be; by default any."""


@dataclass(frozen=True)
class FollowUps(Leaf, Counted):
    """How often we met the customer: at least once where no number is given."""

    NAME: ClassVar[str] = "followUp"
    FACTS: ClassVar[LeafFacts] = LeafFacts(cause=Cause.FOLLOW_UP, tables=("follow_ups",))
    kinds: Annotated[tuple[FollowUpKind, ...], Field(min_length=1)] | None = None
    """Only in these ways."""
    window: Window | None = None
    """The window; by default at any time."""
    employees: Keys | None = None
    """Only by one of these employees, by key."""
    note: TextTest | None = None
    """Only where the note is so."""
    outcome: TextTest | None = None
    """Only where the outcome is so."""


@dataclass(frozen=True)
class Arrivals(Leaf, Counted):
    """How often the customer came to us: at least once where no number is given."""

    NAME: ClassVar[str] = "channel"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="which channel is part of which is kept only as it is today"
        " (`exact` can be asked)",
        cause=Cause.ARRIVAL,
        tables=("arrivals",),
    )
    channels: Keys | None = None
    """Only by one of these channels, by key, or one below it."""
    exact: bool = False
    """Whether channels stand for themselves, without those below them."""
    window: Window | None = None
    """The window; by default at any time."""

    @property
    def no_history(self) -> str:
        """Return why it cannot be asked of the past: where channels below others count, too."""
        return "" if self.exact or self.channels is None else self.FACTS.no_history


@dataclass(frozen=True)
class Consents(Leaf, Counted):
    """For how many purposes the customer's latest word is a consent, or a refusal.

    At least one where no number is given. Of two words at the same moment, the refusal counts.
    """

    NAME: ClassVar[str] = "consent"
    FACTS: ClassVar[LeafFacts] = LeafFacts(cause=Cause.CONSENT, tables=("consents",), sorts=True)
    purposes: Names | None = None
    """Only these purposes."""
    granted: bool = True
    """False: the latest word is a refusal."""
    window: Window | None = None
    """When the latest word was given."""
