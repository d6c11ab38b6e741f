"""What is known of one customer, as `explain` needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import RelationKind, Tagging
from profilegraph.domain.records.kinds import (
    CONSENT,
    DECISION_MAKER,
    DEPARTMENT,
    EVENT,
    FOLLOW_UP,
    OPPORTUNITY,
)
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.records.stored import StoredKind, ValueType
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters


@dataclass(frozen=True)
class EventFact:
    """Something that was done; `amount` in ten-thousandths of the currency unit."""

    key: str
    type: str
    at: datetime
    channel: str | None = None
    content: str | None = None
    amount: int | None = None


@dataclass(frozen=True)
class DepartmentFact:
    """A department that a person works in, or that such a one is part of."""

    key: str
    name: str | None = None
    function: DepartmentFunction | None = None


@dataclass(frozen=True)
class OpportunityFact:
    """A possible sale; `amount` in ten-thousandths of the currency unit."""

    key: str
    outcome: OpportunityOutcome
    name: str | None = None
    stage: str | None = None
    amount: int | None = None
    close_date: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ParticipationFact:
    """That a decision-maker takes part in a possible sale, and in which role."""

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
class FollowUpFact:
    """Something that we did with the customer; `employees` by key."""

    key: str
    kind: FollowUpKind
    at: datetime
    employees: tuple[str, ...] = ()
    note: str | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class ArrivalFact:
    """That the customer came to us; `channels` by key, from its own up to the root."""

    at: datetime
    channels: tuple[str, ...]


@dataclass(frozen=True)
class OwnerFact:
    """One of us who owns the customer; `teams` by key, from the owner's own up to the root."""

    key: str
    since: datetime
    name: str | None = None
    teams: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConsentFact:
    """That the customer allowed or forbade something."""

    key: str
    purpose: str
    granted: bool
    at: datetime


@dataclass(frozen=True)
class RelationFact:
    """What another customer, by key, is to this one."""

    other: str
    kind: RelationKind


@dataclass(frozen=True)
class Facts:
    """All that a filter can ask of one customer."""

    key: str
    name: str | None = None
    ordinal: int | None = None
    """The number by which lists name the customer; without it, it is on none."""
    merged_into: str | None = None
    """The key of the customer that this one turned out to be; it is then no customer any more."""
    cohort: int | None = None
    """The number that `cohorts` deals the customer out by; without it, it is in no cohort."""
    taggings: tuple[Tagging, ...] = ()
    attributes: Mapping[str, bool | float | date | str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    events: tuple[EventFact, ...] = ()
    people: tuple[PersonFact, ...] = ()
    opportunities: tuple[OpportunityFact, ...] = ()
    follow_ups: tuple[FollowUpFact, ...] = ()
    arrivals: tuple[ArrivalFact, ...] = ()
    owners: tuple[OwnerFact, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    relations: tuple[RelationFact, ...] = ()
    near: Mapping[str, Facts] = field(default_factory=dict, repr=False, compare=False)
    """The facts of the customers that relations lead to, as far as the filter looks, by key."""


FACT_KINDS: Mapping[type, StoredKind[Any]] = MappingProxyType(
    {
        EventFact: EVENT,
        DepartmentFact: DEPARTMENT,
        PersonFact: DECISION_MAKER,
        OpportunityFact: OPPORTUNITY,
        FollowUpFact: FOLLOW_UP,
        ConsentFact: CONSENT,
    }
)
"""Facts whose fields are those of a kind of record, and the kind."""
RECORD_FACTS: tuple[type, ...] = (OpportunityFact, FollowUpFact, ConsentFact)
"""Those that a customer's facts have by the plural name of their kind, and that nothing is added to."""


def is_money(fact: object, name: str) -> bool:
    """Return whether a field of a fact is an amount of money, in ten-thousandths of the unit."""
    kind = FACT_KINDS.get(type(fact))
    return (
        kind is not None and name in kind.fields and kind.fields[name].value_type is ValueType.MONEY
    )


@dataclass(frozen=True)
class Scope:
    """Whose customers may be seen; what is outside is as if it were not there."""

    employees: frozenset[str] = frozenset()
    """Those that one of these owns now, by key."""
    teams: frozenset[str] = frozenset()
    """Those that somebody in one of these teams, or in a team below, owns now, by key."""


@dataclass(frozen=True)
class Past:
    """A moment that is asked about later than it was."""

    at: datetime
    present: datetime
    """When it is asked about."""


When: TypeAlias = datetime | Past
"""As of when something is asked: of the present moment, or of one that is past."""


@dataclass(frozen=True)
class Context:
    """When a filter is asked, among which saved segments, and of whom."""

    now: datetime
    today: date
    """The day that it is in the deployment's time zone."""
    library: SavedFilters = NO_SEGMENTS
    """The saved segments that the filter refers to."""
    scope: Scope | None = None
    """Without one, every customer is seen."""
    present: datetime | None = None
    """When the filter is asked, where `now` is past by then; None where `now` is that moment."""

    @property
    def past(self) -> bool:
        """Return whether `now` is a moment of the past, so that what was then is looked up."""
        return self.present is not None
