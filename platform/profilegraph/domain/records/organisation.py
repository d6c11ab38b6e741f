"""The customer's organisation (departments, decision-makers) and our own (teams, employees)."""

from __future__ import annotations

from enum import StrEnum

from profilegraph.domain.values import (
    CustomerKey,
    DepartmentKey,
    EmployeeKey,
    Key,
    Moment,
    Name,
    PersonKey,
    Record,
    Share,
    Stance,
    TeamKey,
)


class DecisionRole(StrEnum):
    """The part that a person plays in the customer's decision."""

    ECONOMIC_BUYER = "ECONOMIC_BUYER"
    DECIDER = "DECIDER"
    TECHNICAL_BUYER = "TECHNICAL_BUYER"
    CHAMPION = "CHAMPION"
    INFLUENCER = "INFLUENCER"
    GATEKEEPER = "GATEKEEPER"
    USER = "USER"
    BLOCKER = "BLOCKER"


class DepartmentFunction(StrEnum):
    """What a department does, whatever each company calls it."""

    MANAGEMENT = "MANAGEMENT"
    IT = "IT"
    PROCUREMENT = "PROCUREMENT"
    FINANCE = "FINANCE"
    MARKETING = "MARKETING"
    SALES = "SALES"
    OPERATIONS = "OPERATIONS"
    PRODUCTION = "PRODUCTION"
    RESEARCH = "RESEARCH"
    HUMAN_RESOURCES = "HUMAN_RESOURCES"
    LEGAL = "LEGAL"
    ADMINISTRATION = "ADMINISTRATION"
    SERVICE = "SERVICE"
    OTHER = "OTHER"


class Department(Record):
    """A part of a customer's organisation; `parent` is the department that it belongs to.

    It is so from `since` on: from when it is saved if nobody says.
    """

    key: Key
    customer: CustomerKey
    name: Name | None = None
    function: DepartmentFunction | None = None
    parent: DepartmentKey | None = None
    since: Moment | None = None


class DecisionMaker(Record):
    """A person at a customer; influence 0 to 1, stance from -1 (against us) to 1 (for us).

    It is so from `since` on: from when it is saved if nobody says.
    """

    key: Key
    customer: CustomerKey
    name: Name | None = None
    title: Name | None = None
    role: DecisionRole | None = None
    influence: Share | None = None
    stance: Stance | None = None
    department: DepartmentKey | None = None
    reports_to: PersonKey | None = None
    since: Moment | None = None


class Team(Record):
    """A part of our own organisation; `parent` is the team that it belongs to."""

    key: Key
    name: Name | None = None
    parent: TeamKey | None = None


class Employee(Record):
    """One of us, who owns customers."""

    key: Key
    name: Name | None = None
    team: TeamKey | None = None


class Ownership(Record):
    """That an employee is responsible for a customer, and since when."""

    employee: EmployeeKey
    customer: CustomerKey
    since: Moment
