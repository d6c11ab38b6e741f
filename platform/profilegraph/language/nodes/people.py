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
    """In which department a person works; those that are part of it count as it."""

    functions: Annotated[tuple[DepartmentFunction, ...], Field(min_length=1)] | None = None
    name: TextTest | None = None
    exact: bool = False
    """Whether only the person's own department counts, not one that it is part of."""

    def __post_init__(self) -> None:
        if self.functions is None and self.name is None:
            raise ValueError("give functions or name")


@dataclass(frozen=True)
class ParticipationTest(NodePart):
    """In which opportunity a person takes part, and in which role there; at least one is enough."""

    roles: Roles | None = None
    """The person's role in the opportunity, which may differ from the one in the company."""
    where: OpportunityTest = ANY_OPPORTUNITY


@dataclass(frozen=True)
class PersonTest(NodePart):
    """What is asked of one decision-maker; all that is given must hold of the same person."""

    roles: Roles | None = None
    title: TextTest | None = None
    department: DepartmentTest | None = None
    influence: NumberTest | None = None
    stance: NumberTest | None = None
    chain_depth: NumberTest | None = None
    """How many superiors there are above the person; 0 for the head."""
    did: Events | None = None
    """What this very person did."""
    takes_part_in: ParticipationTest | None = None
    """Which opportunity this very person has a part in."""


@dataclass(frozen=True)
class People(Leaf, Counted):
    """How many decision-makers of the customer match."""

    NAME: ClassVar[str] = "people"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        keeps_states=True, tables=("people", "workplaces", "parts", "opportunities")
    )
    where: PersonTest = PersonTest()


@dataclass(frozen=True)
class Owners(Leaf, Counted):
    """How many of us own the customer now."""

    NAME: ClassVar[str] = "owner"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="of owners only those of today are kept", tables=("owners",)
    )
    employees: Keys | None = None
    """One of these employees, by key."""
    window: Window | None = None
    """When the ownership began."""


@dataclass(frozen=True)
class Teams(Leaf, Counted):
    """How many owners of the customer are in one of our teams, or in a team below it."""

    NAME: ClassVar[str] = "team"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="of owners and their teams only those of today are kept", tables=("owners",)
    )
    teams: Keys | None = None
    """By key; any team where left out."""
    exact: bool = False
    """Whether only the owner's own team counts, not one that it is part of."""
