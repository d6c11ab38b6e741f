"""How conditions combine, and the leaves that hold a filter of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias, get_args

from pydantic import Field, SkipValidation, WithJsonSchema

from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.values import Key
from profilegraph.language.nodes.activity import (
    Arrivals,
    Consents,
    Events,
    EventTotal,
    FollowUps,
    Opportunities,
    Sequence,
    Stopped,
)
from profilegraph.language.nodes.lists import Listed
from profilegraph.language.nodes.parts import Counted, NodePart
from profilegraph.language.nodes.people import Owners, People, Teams
from profilegraph.language.nodes.profile import AttributeLeaf, Cohort, MetricLeaf, Tags

MAX_DISTANCE = 5


@dataclass(frozen=True)
class AllOf:
    """True where every condition is; of no conditions, everyone."""

    NAME: ClassVar[str] = "all"
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    """True where at least one condition is; of no conditions, no one."""

    NAME: ClassVar[str] = "any"
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """True where the condition is not."""

    NAME: ClassVar[str] = "not"
    condition: Node


EVERYONE = AllOf(())


@dataclass(frozen=True)
class Related(Counted):
    """How many other customers that are related to this one match a filter of their own."""

    NAME: ClassVar[str] = "related"
    kinds: Annotated[tuple[RelationKind, ...], Field(min_length=1)] | None = None
    """What each step leads to, seen from where it starts; any relation where left out."""
    distance: Annotated[int, Field(ge=1, le=MAX_DISTANCE)] = 1
    """How many steps away they may be."""
    where: Annotated[SkipValidation[Node], WithJsonSchema({"type": "object"})] = EVERYONE


@dataclass(frozen=True)
class InSegment(NodePart):
    """Whether the customer is a member of a saved segment, in its newest version."""

    NAME: ClassVar[str] = "segment"
    key: Key


Leaf: TypeAlias = (
    Tags
    | AttributeLeaf
    | MetricLeaf
    | Cohort
    | Events
    | EventTotal
    | Stopped
    | Sequence
    | People
    | Opportunities
    | FollowUps
    | Arrivals
    | Owners
    | Teams
    | Consents
    | Related
    | InSegment
)
Node: TypeAlias = AllOf | AnyOf | Not | Leaf | Listed
LEAVES: tuple[type[Leaf], ...] = get_args(Leaf)


def children(node: Node) -> tuple[Node, ...]:
    """Return the conditions that a node is made of."""
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            return conditions
        case Not(condition):
            return (condition,)
        case Related(where=where):
            return (where,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, each before its children."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(children(one)))
