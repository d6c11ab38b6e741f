"""Leaves that ask who there is: the customer's decision-makers, and those of us who own it."""

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

Roles = Annotated[tuple[DecisionRole, ...], Field(min_length=1)]


@dataclass(frozen=True)
class DepartmentTest(NodePart):
    """In which department a person works; departments that are part of it count as it."""

    functions: Annotated[tuple[DepartmentFunction, ...], Field(min_length=1)] | None = None
    """One that does one of these."""
    name: TextTest | None = None
    """One whose name is so."""
    exact: bool = False
    """Whether only the person's own department counts."""

    def __post_init__(self) -> None:
        if self.functions is None and self.name is None:
            raise ValueError("give functions or name")


@dataclass(frozen=True)
class ParticipationTest(NodePart):
    """In which opportunity a person takes part; at least one is enough."""

    roles: Roles | None = None
    """Has one of these roles in it, which may differ from the one in the company."""
    where: OpportunityTest = ANY_OPPORTUNITY
    """What it must be; by default any."""


@dataclass(frozen=True)
class PersonTest(NodePart):
    """What is asked of one decision-maker; all of it of the same person."""

    roles: Roles | None = None
    """Has one of these roles."""
    title: TextTest | None = None
    """Has such a job title."""
    department: DepartmentTest | None = None
    """Works in such a department."""
    influence: NumberTest | None = None
    """Has so much influence, 0 to 1."""
    stance: NumberTest | None = None
    """Has such a stance, -1 to 1."""
    chain_depth: NumberTest | None = None
    """Has so many superiors above; 0 for the head."""
    did: Events | None = None
    """Did this, the very person."""
    takes_part_in: ParticipationTest | None = None
    """Takes part in such an opportunity, the very person."""


@dataclass(frozen=True)
class People(Leaf, Counted):
    """How many decision-makers match: at least one where no number is given."""

    NAME: ClassVar[str] = "people"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        keeps_states=True, tables=("people", "workplaces", "parts", "opportunities")
    )
    where: PersonTest = PersonTest()
    """What each of them must be; by default anyone."""


@dataclass(frozen=True)
class Owners(Leaf, Counted):
    """How many of us own the customer: at least one where none is given."""

    NAME: ClassVar[str] = "owner"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="of owners only those of today are kept", tables=("owners",)
    )
    employees: Keys | None = None
    """Only these employees, by key."""
    window: Window | None = None
    """When the ownership began."""


@dataclass(frozen=True)
class Teams(Leaf, Counted):
    """How many owners of the customer are in a team: at least one where none is given."""

    NAME: ClassVar[str] = "team"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="of owners and their teams only those of today are kept", tables=("owners",)
    )
    teams: Keys | None = None
    """In one of these teams, by key, or one below it."""
    exact: bool = False
    """Whether only the owner's own team counts."""
