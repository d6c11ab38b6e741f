"""Leaves on people: the customer's decision-makers, and the employees who own it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.language.nodes.activity import ANY_OPPORTUNITY, Events, OpportunityTest
from profilegraph.language.nodes.declarations import LeafFacts
from profilegraph.language.nodes.parts import (
    Counted,
    Keys,
    Leaf,
    NodePart,
    NumberTest,
    TextTest,
    Window,
)

__all__ = [
    "DepartmentTest",
    "Owners",
    "ParticipationTest",
    "People",
    "PersonTest",
    "Teams",
]

Roles = Annotated[tuple[DecisionRole, ...], Field(min_length=1)]


@dataclass(frozen=True)
class DepartmentTest(NodePart):
    """A test of the department of a person; it also matches for the department's descendants."""

    functions: Annotated[tuple[DepartmentFunction, ...], Field(min_length=1)] | None = None
    """One of these functions."""
    name: TextTest | None = None
    """Only with a matching name."""
    exact: bool = False
    """Whether only the person's own department counts."""

    def __post_init__(self) -> None:
        if self.functions is None and self.name is None:
            raise ValueError("give functions or name")


@dataclass(frozen=True)
class ParticipationTest(NodePart):
    """A test of the opportunities in which a person participates; at least one must match."""

    roles: Roles | None = None
    """One of these roles in the opportunity, which may differ from the role in the company."""
    where: OpportunityTest = ANY_OPPORTUNITY
    """The test of the opportunity; by default any."""


@dataclass(frozen=True)
class PersonTest(NodePart):
    """A test of one decision-maker; all parts must match the same person."""

    roles: Roles | None = None
    """One of these roles."""
    title: TextTest | None = None
    """Only with a matching job title."""
    department: DepartmentTest | None = None
    """Only in a matching department."""
    influence: NumberTest | None = None
    """Only with a matching influence, 0 to 1."""
    stance: NumberTest | None = None
    """Only with a matching stance, -1 to 1."""
    chain_depth: NumberTest | None = None
    """Only with a matching number of superiors; 0 for the head."""
    did: Events | None = None
    """Only with matching events of this person."""
    takes_part_in: ParticipationTest | None = None
    """Only with a matching opportunity of this person."""


@dataclass(frozen=True)
class People(Leaf, Counted):
    """The number of decision-makers; at least one if no bound is given."""

    NAME: ClassVar[str] = "people"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        keeps_states=True, tables=("people", "workplaces", "parts", "opportunities")
    )
    where: PersonTest = PersonTest()
    """The test of each; by default anyone."""


@dataclass(frozen=True)
class Owners(Leaf, Counted):
    """The number of employees who own the customer; at least one if no bound is given."""

    NAME: ClassVar[str] = "owner"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="of owners only those of today are kept", tables=("owners",)
    )
    employees: Keys | None = None
    """Only these employees, by key."""
    window: Window | None = None
    """The window in which the ownership began."""


@dataclass(frozen=True)
class Teams(Leaf, Counted):
    """The number of the customer's owners in a team; at least one if no bound is given."""

    NAME: ClassVar[str] = "team"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="of owners and their teams only those of today are kept", tables=("owners",)
    )
    teams: Keys | None = None
    """One of these teams, by key, or their descendants."""
    exact: bool = False
    """Whether only the owner's own team counts."""
