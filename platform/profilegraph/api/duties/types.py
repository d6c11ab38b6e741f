"""GraphQL types of duties in dimensions: assignments, loans and permissions."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.customers.organisation import Employee
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import Duty, PermissionReason
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.domain import duties as domain
from profilegraph.domain.duties import Governance


@object_type
class Team(Node):
    """A part of our own organisation."""

    key: str = strawberry.field(description="Business key.")
    name: str | None = strawberry.field(description="Name, if known.")

    @classmethod
    async def load(cls, info: Info, key: str) -> Team:
        """Return a team by its key; one that is only named so far has no name."""
        found = await info.context.load.own_teams.load(key)
        return cls(key=key, name=found[0].name if found else None)


async def load_employee(info: Info, key: str) -> Employee | None:
    """Return an employee by key; None where there is none (any more)."""
    found = await info.context.load.employees.load(key)
    return next((Employee(key=e.key, name=e.name, team_key=e.team) for e in found), None)


@object_type
class DutyLoan(Node):
    """A duty in a dimension that an administrator lends to an employee or a team for a time."""

    loan: strawberry.Private[domain.Loan]
    key: str = strawberry.field(description="The business key, by which it is ended.")
    dimension_key: str = strawberry.field(description="Key of the dimension.")
    duty: Duty = strawberry.field(description="The duty.")
    since: datetime = strawberry.field(description="Since when, UTC.")
    until: datetime = strawberry.field(description="The end (exclusive), UTC.")
    by: str = strawberry.field(description="Name of the API key of the administrator who lent it.")
    note: str = strawberry.field(description="Why.")
    ended_at: datetime | None = strawberry.field(
        description="When an administrator ended it early, UTC."
    )
    ended_by: str | None = strawberry.field(
        description="Name of the API key of the administrator who ended it."
    )

    @field
    def holds(self, info: Info) -> bool:
        """Whether it holds now: it has neither expired nor been ended."""
        return self.loan.holds(info.context.now)

    @field
    async def employee(self, info: Info) -> Employee | None:
        """The employee to whom it is lent; null for a team, or if the employee no longer exists."""
        key = self.loan.employee
        return None if key is None else await load_employee(info, key)

    @field
    async def team(self, info: Info) -> Team | None:
        """The team to which it is lent, with the teams within it; null for an employee."""
        return None if self.loan.team is None else await Team.load(info, self.loan.team)

    @classmethod
    def of(cls, one: domain.Loan) -> DutyLoan:
        """Return the API's view of a loan."""
        return cls(
            loan=one,
            key=one.key,
            dimension_key=one.dimension,
            duty=one.duty,
            since=one.since,
            until=one.until,
            by=one.by,
            note=one.note,
            ended_at=one.ended_at,
            ended_by=one.ended_by,
        )


@object_type
class DimensionDuty:
    """One duty in a dimension."""

    governance: strawberry.Private[Governance]
    duty: Duty = strawberry.field(description="The duty.")

    @field
    async def team(self, info: Info) -> Team | None:
        """The team with the duty, including the teams within it.

        Null if none is named: then everybody may tag, and administrators do the rest.
        """
        key = self.governance.team(self.duty)
        return None if key is None else await Team.load(info, key)

    @field
    def assigned_by(self) -> str | None:
        """Name of the API key that assigned it; null if the taxonomy names the team."""
        found = self.governance.assigned.get(self.duty)
        return None if found is None else found.by

    @field
    def assigned_at(self) -> datetime | None:
        """When it was assigned, UTC; null if the taxonomy names the team."""
        found = self.governance.assigned.get(self.duty)
        return None if found is None else found.at

    @list_field
    def loans(self, info: Info) -> list[DutyLoan]:
        """The current loans, the newest first."""
        return [DutyLoan.of(one) for one in self.governance.lent(self.duty, info.context.now)]

    @field
    async def reason(self, info: Info) -> PermissionReason | None:
        """Why you may do it; null if you may not."""
        actor = await info.context.actor_with_teams()
        return domain.may(actor, self.duty, self.governance, info.context.now)
