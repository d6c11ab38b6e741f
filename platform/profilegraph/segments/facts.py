"""What is known of one customer, as `explain` needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from profilegraph.domain.customers import Tagging
from profilegraph.domain.organisation import DecisionRole, DepartmentFunction


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


@dataclass(frozen=True)
class Facts:
    """All that a filter can ask of one customer."""

    key: str
    taggings: tuple[Tagging, ...] = ()
    attributes: Mapping[str, bool | float | date | str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    events: tuple[EventFact, ...] = ()
    people: tuple[PersonFact, ...] = ()


@dataclass(frozen=True)
class Context:
    """When a filter is asked: `now`, and the day that it is in the deployment's time zone."""

    now: datetime
    today: date
