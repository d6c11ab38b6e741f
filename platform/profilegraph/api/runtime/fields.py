"""Strawberry's decorators for resolvers: the docstring is the description, and types are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar, cast

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode
from strawberry.extensions import FieldExtension

from profilegraph.api.runtime.definitions import description
from profilegraph.api.runtime.internals import (
    AsyncExtensionResolver,
    SyncExtensionResolver,
    raw_info,
    replace_parser,
)
from profilegraph.api.runtime.permissions import metadata_of

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
OF_FILTER = "of_filter"
"""Metadata key: whether a field's value grows with the filter of the question."""


def field(resolve: Callable[P, R]) -> Callable[P, R]:
    """Make a method the resolver of a field, described by its docstring."""
    return _described(resolve)


def filter_field(resolve: Callable[P, R]) -> Callable[P, R]:
    """Make a method the resolver of a field whose value grows with the filter of the question.

    The estimate of a request reads that from the field's metadata.
    """
    return _described(resolve, metadata={OF_FILTER: True})


def list_field(resolve: Callable[P, R]) -> Callable[P, R]:
    """Make a method the resolver of a list whose items the request counts."""
    return _described(resolve, extensions=[Counted()])


def named_list_field(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator like `list_field`, for a list that the schema calls by this name."""
    return lambda resolve: _described(resolve, name=name, extensions=[Counted()])


def subscription_field(resolve: Callable[P, R]) -> Callable[P, R]:
    """Make a generator the resolver of a subscription."""
    return _described(resolve, is_subscription=True)


def _described(resolve: Callable[P, R], **options: Any) -> Callable[P, R]:
    metadata = {**options.pop("metadata", {}), **metadata_of(resolve)}
    made: Any = strawberry.field(description=description(resolve), metadata=metadata, **options)
    return cast("Callable[P, R]", made(resolve))


class Counted(FieldExtension):
    """Counts the items of a list against the budget of the request."""

    def resolve(
        self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **arguments: Any
    ) -> Any:
        """Return the list, empty once the answer is too large."""
        return info.context.budget.take(next_(source, info, **arguments))

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **arguments: Any
    ) -> Any:
        """Return the list, empty once the answer is too large."""
        return info.context.budget.take(await next_(source, info, **arguments))


def parse_with(parse: Callable[[Mapping[str, Any], Any], object]) -> Callable[[type[T]], type[T]]:
    """Return a decorator that makes values of an input type arrive as `parse` returns them.

    It is called with the validated JSON, which has GraphQL's names, and with the request's context.
    Arguments and input fields of the type declare the GraphQL type by `graphql_type`, and by
    annotation what arrives.
    """

    def decorate(kind: type[T]) -> type[T]:
        replace_parser(kind, lambda value, info: parse(value, info.context if info else None))
        return kind

    return decorate


def selected_fields(info: strawberry.Info, *path: str) -> set[str]:
    """Return the names of all fields that are selected on a field's value, or below it by a path.

    All fragments are expanded and directives are ignored, so fewer may be answered in the end.
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


def optional(text: str, name: str | None = None, graphql_type: object = None) -> Any:
    """Return an input field that may be omitted, of its annotation's type unless another is given."""
    return strawberry.field(
        default=strawberry.UNSET, name=name, description=text, graphql_type=graphql_type
    )
