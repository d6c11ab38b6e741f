"""GraphQL types of departments, decision-makers, employees and teams."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import DecisionRole, DepartmentFunction
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale, maybe_label
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.domain.access import Permission
from profilegraph.domain.records import organisation as domain
from profilegraph.services.customers.profiles import Owner


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class Department(Node):
    """A part of a customer's organisation; departments nest."""

    customer_key: str = strawberry.field(description="Key of the customer that it is a part of.")
    parent_key: strawberry.Private[str | None]
    name: str | None = strawberry.field(description="Name of the department.")
    function: DepartmentFunction | None = strawberry.field(description="Its function.")

    @classmethod
    def of(cls, found: domain.Department) -> Department:
        """Return the API's view of a department."""
        return cls(
            key=found.key,
            customer_key=found.customer,
            parent_key=found.parent,
            name=found.name,
            function=found.function,
        )

    @classmethod
    async def load(cls, info: Info, customer: str, key: str | None) -> Department | None:
        """Return one department of a customer, or None where it has none of this key."""
        departments = await info.context.load.departments.load(customer)
        return next((cls.of(one) for one in departments if one.key == key), None)

    @field
    def function_label(self, locale: Locale = "en") -> str | None:
        """Label of the function."""
        return maybe_label(self.function, locale)

    @field
    async def parent(self, info: Info) -> Department | None:
        """The department that this one is part of."""
        return await Department.load(info, self.customer_key, self.parent_key)

    @list_field
    async def decision_makers(self, info: Info) -> list[DecisionMaker]:
        """The decision-makers who work in it, the most influential first."""
        people = await info.context.load.decision_makers.load(self.customer_key)
        return [DecisionMaker.of(one) for one in people if one.department == self.key]


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class DecisionMaker(Node):
    """A person at a customer who takes part in its decisions."""

    customer_key: str = strawberry.field(description="Key of the customer that the person is at.")
    department_key: strawberry.Private[str | None]
    boss_key: strawberry.Private[str | None]
    name: str | None = strawberry.field(description="Name.")
    title: str | None = strawberry.field(description="Job title.")
    role: DecisionRole | None = strawberry.field(description="Role in the customer's decision.")
    influence: float | None = strawberry.field(description="Influence on the decision, 0 to 1.")
    stance: float | None = strawberry.field(
        description="Stance, from -1 (against us) to 1 (for us)."
    )

    @classmethod
    def of(cls, found: domain.DecisionMaker) -> DecisionMaker:
        """Return the API's view of a decision-maker."""
        return cls(
            key=found.key,
            customer_key=found.customer,
            department_key=found.department,
            boss_key=found.reports_to,
            name=found.name,
            title=found.title,
            role=found.role,
            influence=found.influence,
            stance=found.stance,
        )

    @classmethod
    async def load(cls, info: Info, customer: str, key: str | None) -> DecisionMaker | None:
        """Return one decision-maker of a customer, or None where it has none of this key."""
        people = await info.context.load.decision_makers.load(customer)
        return next((cls.of(one) for one in people if one.key == key), None)

    @field
    def role_label(self, locale: Locale = "en") -> str | None:
        """Label of the role."""
        return maybe_label(self.role, locale)

    @field
    async def department(self, info: Info) -> Department | None:
        """The department that the person works in."""
        return await Department.load(info, self.customer_key, self.department_key)

    @field
    async def reports_to(self, info: Info) -> DecisionMaker | None:
        """The superior."""
        return await DecisionMaker.load(info, self.customer_key, self.boss_key)


@object_type
class Employee(Node):
    """An employee of ours, who is responsible for customers."""

    key: str = strawberry.field(description="Business key.")
    name: str | None = strawberry.field(description="Name.")
    team_key: str | None = strawberry.field(description="Key of the team.")

    @classmethod
    def of(cls, found: domain.Employee) -> Employee:
        """Return the API's view of an employee."""
        return cls(key=found.key, name=found.name, team_key=found.team)

    @classmethod
    async def load(cls, info: Info, key: str | None) -> Employee | None:
        """Return an employee by key, or None where there is none."""
        found = () if key is None else await info.context.load.employees.load(key)
        return cls.of(found[0]) if found else None


@object_type
class Ownership:
    """That an employee is responsible for a customer."""

    employee: Employee = strawberry.field(description="The employee.")
    since: datetime = strawberry.field(description="Since when, UTC.")

    @classmethod
    def of(cls, found: Owner) -> Ownership:
        """Return the API's view of an owner."""
        return cls(employee=Employee.of(found.employee), since=found.since)
