"""The customer's organisation (departments, decision-makers) and our own (teams, employees)."""

from __future__ import annotations

from profilegraph.domain.values import (
    Choice,
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


class DecisionRole(Choice):
    """The part that a person plays in the customer's decision."""

    ECONOMIC_BUYER = "ECONOMIC_BUYER", "Holds the budget.", "经济决策人"
    DECIDER = "DECIDER", "Says yes or no.", "决策人", "决策者"
    TECHNICAL_BUYER = "TECHNICAL_BUYER", "Judges whether it works for them.", "技术决策人"
    CHAMPION = "CHAMPION", "Promotes us inside.", "支持者"
    INFLUENCER = "INFLUENCER", "Is listened to.", "影响者"
    GATEKEEPER = "GATEKEEPER", "Decides whom we reach.", "把关人"
    USER = "USER", "Works with it.", "使用者"
    BLOCKER = "BLOCKER", "Works against it.", "反对者"


class DepartmentFunction(Choice):
    """What a department does, whatever each company calls it."""

    MANAGEMENT = "MANAGEMENT", "Leads the company.", "管理", "管理层"
    IT = "IT", "Information technology.", "信息技术"
    PROCUREMENT = "PROCUREMENT", "Buys.", "采购"
    FINANCE = "FINANCE", "Money and accounts.", "财务"
    MARKETING = "MARKETING", "Wins attention.", "市场"
    SALES = "SALES", "Sells.", "销售"
    OPERATIONS = "OPERATIONS", "Keeps the business running.", "运营"
    PRODUCTION = "PRODUCTION", "Makes the product.", "生产"
    RESEARCH = "RESEARCH", "Develops the product.", "研发"
    HUMAN_RESOURCES = "HUMAN_RESOURCES", "Hires and looks after people.", "人力资源", "人事"
    LEGAL = "LEGAL", "Law and compliance.", "法务"
    ADMINISTRATION = "ADMINISTRATION", "Offices and files.", "行政"
    SERVICE = "SERVICE", "Looks after customers.", "客服"
    OTHER = "OTHER", "Anything else.", "其他"


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
