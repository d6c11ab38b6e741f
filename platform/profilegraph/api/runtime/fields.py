"""Described fields, with the types that Strawberry's own decorators lose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar, cast

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode
from strawberry.extensions import FieldExtension

from profilegraph.api.runtime.internals import (
    AsyncExtensionResolver,
    SyncExtensionResolver,
    raw_info,
    replace_parser,
)

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
OF_FILTER = "of_filter"
"""Key of a field's metadata: whether its value grows with the filter that was asked with."""


def field(
    description: str, *, tells_filter: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes a method the resolver of a field.

    Whether its value grows with the filter that was asked with is said for the estimate.
    """
    return cast(
        "Callable[[Callable[P, R]], Callable[P, R]]",
        strawberry.field(description=description, metadata={OF_FILTER: tells_filter}),
    )


def subscription_field(description: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes a generator the resolver of a subscription."""
    return cast(
        "Callable[[Callable[P, R]], Callable[P, R]]",
        strawberry.subscription(description=description),
    )


def list_field(
    description: str, *, name: str | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes a method the resolver of a list, counted by the request."""
    return cast(
        "Callable[[Callable[P, R]], Callable[P, R]]",
        strawberry.field(description=description, name=name, extensions=[Counted()]),
    )


class Counted(FieldExtension):
    """Takes the items of a list from what the answer to the request may hold."""

    def resolve(
        self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **arguments: Any
    ) -> Any:
        """Return the list, or nothing of it where the answer is too large."""
        return info.context.budget.take(next_(source, info, **arguments))

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **arguments: Any
    ) -> Any:
        """Return the list, or nothing of it where the answer is too large."""
        return info.context.budget.take(await next_(source, info, **arguments))


def parse_with(parse: Callable[[Mapping[str, Any], Any], object]) -> Callable[[type[T]], type[T]]:
    """Return a decorator: values of the input type arrive as what `parse` makes of their JSON.

    It takes the request's context, too.

    The JSON is checked by GraphQL already and has GraphQL's names; arguments and input fields of
    the type say by `graphql_type` what they are to front ends, and by annotation what arrives.
    """

    def decorate(kind: type[T]) -> type[T]:
        replace_parser(kind, lambda value, info: parse(value, info.context if info else None))
        return kind

    return decorate


def selected_fields(info: strawberry.Info, *path: str) -> set[str]:
    """Return the names of all fields that are selected of a field's value, or below it by a path.

    All fragments are looked into, and no directive is: in the end fewer may be answered.
    """
    nodes: Iterable[FieldNode] = raw_info(info).field_nodes
    for name in path:
        nodes = [node for node in _selected(nodes, info) if node.name.value == name]
    return {node.name.value for node in _selected(nodes, info)}


def _selected(nodes: Iterable[FieldNode], info: strawberry.Info) -> Iterator[FieldNode]:
    stack = [node.selection_set for node in nodes]
    while stack:
        selected = stack.pop()
        for one in () if selected is None else selected.selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, FragmentSpreadNode):
                stack.append(raw_info(info).fragments[one.name.value].selection_set)
            elif isinstance(one, InlineFragmentNode):
                stack.append(one.selection_set)


def optional(description: str, name: str | None = None) -> Any:
    """Return an input field that may be left out."""
    return strawberry.field(default=strawberry.UNSET, name=name, description=description)
