"""Who may plan, tag, clean and restructure a dimension: one function decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from profilegraph.domain.taxonomy.definition import Duty


@dataclass(frozen=True)
class Actor:
    """Who does something: an employee, or a machine, which no employee answers for."""

    name: str
    """What the author of changes is called: the name of the API key."""
    employee: str | None = None
    administrator: bool = False
    """Whether it may everything; a machine may."""
    teams: frozenset[str] = frozenset()
    """The employee's team and all that it is a part of."""
    operator: bool = False
    """Whether it runs the deployment, and may change what belongs to others."""


OPERATOR = Actor("command line", administrator=True, operator=True)
"""Whoever runs the deployment, who may do everything."""


class PermissionReason(StrEnum):
    """Why somebody may do what a duty is about."""

    ADMINISTRATOR = "ADMINISTRATOR"
    TEAM = "TEAM"
    LOAN = "LOAN"
    OPEN = "OPEN"


@dataclass(frozen=True)
class Loan:
    """That a duty in a dimension is lent to an employee, or to a team, for a time."""

    key: str
    dimension: str
    duty: Duty
    employee: str | None
    team: str | None
    since: datetime
    until: datetime
    """The first moment at which it is over."""
    by: str
    note: str = ""
    ended_at: datetime | None = None
    ended_by: str | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether it is neither over nor ended."""
        return self.ended_at is None and now < self.until

    def reaches(self, actor: Actor) -> bool:
        """Return whether it is lent to somebody, or to a team that they are in."""
        if self.employee is not None:
            return self.employee == actor.employee
        return self.team in actor.teams


@dataclass(frozen=True)
class Assignment:
    """That an administrator gave a duty in a dimension to a team."""

    team: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Governance:
    """Who has the duties in one dimension."""

    planned: Mapping[Duty, str] = field(default_factory=dict)
    """The team of each duty that the taxonomy names one for."""
    assigned: Mapping[Duty, Assignment] = field(default_factory=dict)
    """What administrators said instead: that counts, whatever the taxonomy says."""
    loans: tuple[Loan, ...] = ()

    def team(self, duty: Duty) -> str | None:
        """Return the team that has a duty; None where nobody is named."""
        found = self.assigned.get(duty)
        return self.planned.get(duty) if found is None else found.team

    def lent(self, duty: Duty, now: datetime) -> tuple[Loan, ...]:
        """Return the loans of a duty that hold at a moment."""
        return tuple(one for one in self.loans if one.duty is duty and one.holds(now))


def may(actor: Actor, duty: Duty, governance: Governance, now: datetime) -> PermissionReason | None:
    """Return why an actor may do at a moment what a duty in a dimension is about; None if not.

    Administrators may everything. A duty is that of its team, with the teams within it, and of
    those whom it is lent to. Where no team is named, everybody tags, and administrators do the rest.
    """
    if actor.administrator:
        return PermissionReason.ADMINISTRATOR
    if actor.employee is None:
        return None
    team = governance.team(duty)
    if team is not None and team in actor.teams:
        return PermissionReason.TEAM
    if any(one.reaches(actor) for one in governance.lent(duty, now)):
        return PermissionReason.LOAN
    return PermissionReason.OPEN if team is None and duty is Duty.TAG else None


@dataclass(frozen=True)
class OwnTeam:
    """One of our teams, as people know it."""

    key: str
    name: str | None
