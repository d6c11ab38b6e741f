"""The facts of one customer, as the reference evaluator reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, cast

from profilegraph.domain.records.activity import OpportunityOutcome
from profilegraph.domain.records.customers import RelationKind, Tagging
from profilegraph.domain.records.kinds import (
    BY_RECORD,
    DECISION_MAKER,
    DEPARTMENT,
    EVENT,
    INDEXED,
    OPPORTUNITY,
)
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.records.stored import StoredKind, ValueType
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record
from profilegraph.language.nodes import Node
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class EventFact:
    """An event; `amount` in ten-thousandths of the currency unit."""

    key: str
    type: str
    at: datetime
    channel: str | None = None
    content: str | None = None
    amount: int | None = None


@dataclass(frozen=True)
class DepartmentFact:
    """A department of a person, or an ancestor of it."""

    key: str
    name: str | None = None
    function: DepartmentFunction | None = None


@dataclass(frozen=True)
class OpportunityFact:
    """An opportunity; `amount` in ten-thousandths of the currency unit."""

    key: str
    outcome: OpportunityOutcome
    name: str | None = None
    stage: str | None = None
    amount: int | None = None
    close_date: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ParticipationFact:
    """The participation of a decision-maker in an opportunity, with the role."""

    role: DecisionRole
    opportunity: OpportunityFact


@dataclass(frozen=True)
class PersonFact:
    """A decision-maker; `departments` from the person's own up to the root."""

    key: str
    name: str | None = None
    title: str | None = None
    role: DecisionRole | None = None
    influence: float | None = None
    stance: float | None = None
    chain_depth: int = 0
    departments: tuple[DepartmentFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    takes_part_in: tuple[ParticipationFact, ...] = ()


@dataclass(frozen=True)
class ArrivalFact:
    """An arrival of the customer; `channels` by key, from its own up to the root."""

    at: datetime
    channels: tuple[str, ...]


@dataclass(frozen=True)
class OwnerFact:
    """An employee who owns the customer; `teams` by key, from the owner's own up to the root."""

    key: str
    since: datetime
    name: str | None = None
    teams: tuple[str, ...] = ()


@dataclass(frozen=True)
class RelationFact:
    """A relation to another customer, by key."""

    other: str
    kind: RelationKind


@dataclass(frozen=True)
class Facts:
    """Everything that a filter can read about one customer."""

    key: str
    name: str | None = None
    ordinal: int | None = None
    """The ordinal, by which lists name the customer; without one, it is on no list."""
    merged_into: str | None = None
    """The key of the customer into which this one was merged; it is then no longer a customer."""
    cohort: int | None = None
    """The cohort number; without one, it is in no cohort."""
    taggings: tuple[Tagging, ...] = ()
    attributes: Mapping[str, bool | float | date | str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    events: tuple[EventFact, ...] = ()
    people: tuple[PersonFact, ...] = ()
    opportunities: tuple[OpportunityFact, ...] = ()
    arrivals: tuple[ArrivalFact, ...] = ()
    owners: tuple[OwnerFact, ...] = ()
    relations: tuple[RelationFact, ...] = ()
    records: Mapping[type[Record], tuple[Record, ...]] = field(default_factory=dict)
    """The records of each of `RECORD_KINDS`, as they are stored."""
    hidden: bool = False
    """Whether it is out of the scope of the question; whoever reads the facts decides that."""
    near: Mapping[str, Facts] = field(default_factory=dict, repr=False, compare=False)
    """The facts of related customers within the reach of the filter, by key."""

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """Return the records of a kind, which is one of `RECORD_KINDS`."""
        return cast("tuple[R, ...]", self.records.get(kind, ()))


FACT_KINDS: Mapping[type, StoredKind[Any]] = MappingProxyType(
    {
        EventFact: EVENT,
        DepartmentFact: DEPARTMENT,
        PersonFact: DECISION_MAKER,
        OpportunityFact: OPPORTUNITY,
    }
)
"""The facts with the fields of a kind of record, and the kind."""
RECORD_KINDS: tuple[StoredKind[Any], ...] = tuple(
    kind for kind in INDEXED if kind not in FACT_KINDS.values()
)
"""The kinds whose records are facts themselves: those in the index, unless they have facts of their own."""


def is_money(fact: object, name: str) -> bool:
    """Return whether a field of a fact is an amount of money, in ten-thousandths of the unit."""
    kind = FACT_KINDS.get(type(fact))
    return (
        kind is not None and name in kind.fields and kind.fields[name].value_type is ValueType.MONEY
    )


def moment_of(fact: object) -> datetime | None:
    """Return when a fact or a record was, or since when it is so; None if it has no moment."""
    names = (BY_RECORD[type(fact)].moment,) if isinstance(fact, Record) else ("at", "since")
    return next((getattr(fact, name) for name in names if hasattr(fact, name)), None)


@dataclass(frozen=True)
class Scope:
    """The customers that are visible: those that match a filter at present.

    All others are treated as absent, whichever moment is asked about. The filter refers to no saved
    segments, which others may change.
    """

    filter: Node
    now: datetime
    """The present moment."""
    today: date
    """The present day in the deployment's time zone."""
    catalogue: Catalogue = field(repr=False)
    """The taxonomies in force at present."""

    @property
    def context(self) -> Context:
        """Return the context in which the filter is evaluated: every customer is visible."""
        return Context(self.now, self.today)


@dataclass(frozen=True)
class Past:
    """A past moment of a question."""

    at: datetime
    present: datetime
    """The moment at which the question is asked."""


When: TypeAlias = datetime | Past
"""The moment of a question: the present one, or a past one."""


@dataclass(frozen=True)
class Context:
    """The context of an evaluation: the moment, the saved segments and the visible customers."""

    now: datetime
    today: date
    """The current day in the deployment's time zone."""
    library: SavedFilters = NO_SEGMENTS
    """The saved segments that the filter refers to."""
    scope: Scope | None = None
    """None makes every customer visible."""
    present: datetime | None = None
    """The moment at which the question is asked, if `now` is past; otherwise None."""

    @property
    def past(self) -> bool:
        """Return whether `now` is past, so that history is read."""
        return self.present is not None
