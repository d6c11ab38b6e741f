"""How conditions combine, and the leaves that hold a filter of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field, SkipValidation, WithJsonSchema

from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.values import Key
from profilegraph.language.nodes import activity, people, profile
from profilegraph.language.nodes.declarations import LeafFacts, Reference, ReferenceKind
from profilegraph.language.nodes.lists import Listed
from profilegraph.language.nodes.parts import Counted, Leaf, NumberTest

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
class Related(Leaf, Counted):
    """How many other customers match that are related: at least one where none is given."""

    NAME: ClassVar[str] = "related"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="relations between customers carry no dates", tables=("relations",)
    )
    kinds: Annotated[tuple[RelationKind, ...], Field(min_length=1)] | None = None
    """What each step leads to, seen from where it starts; by default anyone."""
    distance: Annotated[int, Field(ge=1, le=MAX_DISTANCE)] = 1
    """How many steps away at most, 1 to 5; by default 1."""
    where: Annotated[SkipValidation[Node], WithJsonSchema({"type": "object"})] = EVERYONE
    """What each of them must be; by default anyone."""

    def names(self) -> Iterator[Reference]:
        """Yield nothing: what the filter inside names, its own leaves tell."""
        yield from ()

    def amounts(self) -> Iterator[NumberTest]:
        """Yield nothing, as of `names`."""
        yield from ()


@dataclass(frozen=True)
class InSegment(Leaf):
    """Whether the customer is a member of a saved segment."""

    NAME: ClassVar[str] = "segment"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("key",))
    key: Key
    """Key of the segment; its newest version counts."""

    def names(self) -> Iterator[Reference]:
        """Yield the segment."""
        yield Reference(ReferenceKind.SEGMENT, self.key)


Node: TypeAlias = AllOf | AnyOf | Not | Leaf | Listed


def _leaves_of(module: ModuleType) -> Iterator[type[Leaf]]:
    """Yield the leaves that a module defines, in its order."""
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, Leaf) and one.__module__ == module.__name__:
            yield one


LEAVES: tuple[type[Leaf], ...] = (
    *(leaf for module in (profile, activity, people) for leaf in _leaves_of(module)),
    Related,
    InSegment,
)
"""Every type of leaf that a filter can hold."""


def steps(node: Node) -> tuple[tuple[str, Node], ...]:
    """Return the conditions that a node is made of, each with its place in the node."""
    if isinstance(node, AllOf | AnyOf):
        return tuple((f"{node.NAME}[{i}]", one) for i, one in enumerate(node.conditions))
    place = f"{node.NAME}.where" if isinstance(node, Related) else node.NAME
    return tuple((place, one) for one in children(node))


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


def transform(node: Node, function: Callable[[Node], Node]) -> Node:
    """Return a filter in which each node is what a function makes of it, after those below it."""
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            below = tuple(transform(one, function) for one in conditions)
            return function(type(node)(below))
        case Not(condition):
            return function(Not(transform(condition, function)))
        case Related(where=where):
            return function(replace(node, where=transform(where, function)))
        case _:
            return function(node)
