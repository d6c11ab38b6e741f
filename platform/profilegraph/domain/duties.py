"""Permissions in dimensions: who may plan, tag, clean and restructure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from profilegraph.domain.taxonomy.definition import Duty


@dataclass(frozen=True)
class Actor:
    """Who acts: an employee, or a machine, which belongs to no employee."""

    name: str
    """The name of the author of changes: that of the API key."""
    employee: str | None = None
    administrator: bool = False
    """Whether it may do everything; a machine may."""
    teams: frozenset[str] = frozenset()
    """The employee's team and its ancestors."""
    operator: bool = False
    """Whether it is the operator, who may change what belongs to others."""


OPERATOR = Actor("command line", administrator=True, operator=True)
"""The operator of the deployment, who may do everything."""


class PermissionReason(StrEnum):
    """Why somebody may do what a duty is about."""

    ADMINISTRATOR = "ADMINISTRATOR"
    TEAM = "TEAM"
    LOAN = "LOAN"
    OPEN = "OPEN"


@dataclass(frozen=True)
class Loan:
    """A duty in a dimension that is lent to an employee or a team for a time."""

    key: str
    dimension: str
    duty: Duty
    employee: str | None
    team: str | None
    since: datetime
    until: datetime
    """The end, exclusive."""
    by: str
    note: str = ""
    ended_at: datetime | None = None
    ended_by: str | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether it has neither expired nor been ended."""
        return self.ended_at is None and now < self.until

    def applies_to(self, actor: Actor) -> bool:
        """Return whether it is lent to an actor, or to one of its teams."""
        if self.employee is not None:
            return self.employee == actor.employee
        return self.team in actor.teams


@dataclass(frozen=True)
class Assignment:
    """The assignment of a duty in a dimension to a team by an administrator."""

    team: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Governance:
    """The assignments and loans of the duties in one dimension."""

    planned: Mapping[Duty, str] = field(default_factory=dict)
    """The teams that the taxonomy names, by duty."""
    assigned: Mapping[Duty, Assignment] = field(default_factory=dict)
    """The assignments by administrators, which override the taxonomy."""
    loans: tuple[Loan, ...] = ()

    def team(self, duty: Duty) -> str | None:
        """Return the team with a duty; None if none is named."""
        found = self.assigned.get(duty)
        return self.planned.get(duty) if found is None else found.team

    def lent(self, duty: Duty, now: datetime) -> tuple[Loan, ...]:
        """Return the loans of a duty that hold at a moment."""
        return tuple(one for one in self.loans if one.duty is duty and one.holds(now))


def may(actor: Actor, duty: Duty, governance: Governance, now: datetime) -> PermissionReason | None:
    """Return why an actor may do at a moment what a duty in a dimension is about; None if not.

    Administrators may do everything. A duty belongs to its team, with the teams within it, and to
    those to whom it is lent. If no team is named, everybody may tag, and administrators do the
    rest.
    """
    if actor.administrator:
        return PermissionReason.ADMINISTRATOR
    if actor.employee is None:
        return None
    team = governance.team(duty)
    if team is not None and team in actor.teams:
        return PermissionReason.TEAM
    if any(one.applies_to(actor) for one in governance.lent(duty, now)):
        return PermissionReason.LOAN
    return PermissionReason.OPEN if team is None and duty is Duty.TAG else None


@dataclass(frozen=True)
class OwnTeam:
    """One of our teams, with its name."""

    key: str
    name: str | None
