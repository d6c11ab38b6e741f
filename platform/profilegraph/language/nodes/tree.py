"""The combinations of conditions, and the leaves that contain a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Annotated, Any, ClassVar, TypeAlias, get_args, get_type_hints

from pydantic import Field, SkipValidation, WithJsonSchema

from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.values import Key
from profilegraph.language.nodes import activity, people, profile
from profilegraph.language.nodes.declarations import LeafFacts, Reference, ReferenceKind
from profilegraph.language.nodes.lists import Listed
from profilegraph.language.nodes.parts import Counted, Leaf, NodePart, NumberTest

MAX_DISTANCE = 5


@dataclass(frozen=True)
class AllOf:
    """True if every condition is; without conditions, everyone matches."""

    NAME: ClassVar[str] = "all"
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    """True if at least one condition is; without conditions, nobody matches."""

    NAME: ClassVar[str] = "any"
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """True if the condition is false."""

    NAME: ClassVar[str] = "not"
    condition: Node


EVERYONE = AllOf(())


@dataclass(frozen=True)
class Related(Leaf, Counted):
    """The number of other customers that are related and match; at least one if no bound is given."""

    NAME: ClassVar[str] = "related"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        no_history="relations between customers carry no dates", tables=("relations",)
    )
    kinds: Annotated[tuple[RelationKind, ...], Field(min_length=1)] | None = None
    """The kinds of relations to follow, seen from the start of each; by default all."""
    distance: Annotated[int, Field(ge=1, le=MAX_DISTANCE)] = 1
    """The most relations to follow, 1 to 5; by default 1."""
    where: Annotated[SkipValidation[Node], WithJsonSchema({"type": "object"})] = EVERYONE
    """The filter of the related customers; by default everyone."""

    def names(self) -> Iterator[Reference]:
        """Yield nothing: the leaves of the inner filter yield their own names."""
        yield from ()

    def amounts(self) -> Iterator[NumberTest]:
        """Yield nothing, like `names`."""
        yield from ()


@dataclass(frozen=True)
class InSegment(Leaf):
    """Whether the customer is a member of a saved segment."""

    NAME: ClassVar[str] = "segment"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("key",))
    key: Key
    """Key of the segment, in its newest version."""

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


@cache
def types_in_filters() -> tuple[type[NodePart] | type[Enum], ...]:
    """Return the parts of which leaves are made, and the enumerations whose values are in them."""
    found: dict[type[NodePart] | type[Enum], None] = {}
    stack: list[Any] = list(LEAVES)
    while stack:
        hints = get_type_hints(stack.pop()).values()
        for kind in (one for hint in hints for one in _classes(hint)):
            if kind is Leaf or kind in found or not issubclass(kind, NodePart | Enum):
                continue
            found[kind] = None
            if issubclass(kind, NodePart):
                stack.append(kind)
    return tuple(found)


def _classes(hint: Any) -> Iterator[type]:
    """Yield the classes of which a type is made."""
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for inner in get_args(hint):
        yield from _classes(inner)


def steps(node: Node) -> tuple[tuple[str, Node], ...]:
    """Return the child conditions of a node, each with its place in the node."""
    if isinstance(node, AllOf | AnyOf):
        return tuple((f"{node.NAME}[{i}]", one) for i, one in enumerate(node.conditions))
    place = f"{node.NAME}.where" if isinstance(node, Related) else node.NAME
    return tuple((place, one) for one in children(node))


def children(node: Node) -> tuple[Node, ...]:
    """Return the child conditions of a node."""
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
    """Yield a node and all its descendants, parents before children."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(children(one)))


def transform(node: Node, function: Callable[[Node], Node]) -> Node:
    """Return a filter with a function applied to each node, children before parents."""
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
