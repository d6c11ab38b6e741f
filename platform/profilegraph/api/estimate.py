"""How many list items an operation may answer with: estimated before it runs, counted while it does.

Lists in lists multiply: a few levels of them make a small text ask for millions of objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    value_from_ast_untyped,
)

from profilegraph.api.limits import CODE

T = TypeVar("T")
MAX_ITEMS = 10_000
GUESS = 8
"""How many items a list is taken to have whose length nothing in the query tells."""
_HINT = "Ask for a smaller page, or for fewer lists within lists."


class Budget:
    """How many more list items the answer to one request may hold."""

    def __init__(self, items: int = MAX_ITEMS) -> None:
        self._items = items
        self.left = items

    @property
    def overdrawn(self) -> bool:
        """Whether more was taken than there is: the answer is then withheld."""
        return self.left < 0

    def take(self, found: list[T]) -> list[T]:
        """Return a list after counting its items; nothing of it once they are too many."""
        self.left -= len(found)
        return [] if self.overdrawn else found

    def refusal(self) -> GraphQLError:
        """Return the error that takes the place of an answer with too many items."""
        return _too_large(f"The answer has more than {self._items:,} list items.")


def excess(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
) -> list[GraphQLError]:
    """Return an error if an operation of a valid document asks for too many list items.

    The document must be within the limits: the work is proportional to what it spreads out to.
    """
    if all(
        _items(schema, document, operation, variables) <= MAX_ITEMS
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
    ):
        return []
    return [_too_large(f"The query asks for more than about {MAX_ITEMS:,} list items.")]


def _too_large(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": CODE, "hint": _HINT})


def _items(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: Mapping[str, Any],
) -> float:
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    variables = {**_defaults(operation), **given}
    items: float = 0
    # What is selected, of which type, how many times, and in a page of what size.
    stack: list[tuple[SelectionSetNode, Any, float, float | None]] = [
        (operation.selection_set, schema.get_root_type(operation.operation), 1, None)
    ]
    while stack:
        selections, parent, times, page = stack.pop()
        for node in selections.selections:
            part = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if isinstance(part, FragmentDefinitionNode | InlineFragmentNode):
                on = part.type_condition
                kind = parent if on is None else schema.get_type(on.name.value)
                stack.append((part.selection_set, kind, times, page))
            if not isinstance(node, FieldNode):
                continue
            field = getattr(parent, "fields", {}).get(node.name.value)
            if field is None or node.selection_set is None:
                continue  # introspection, and values that are no objects
            size = _asked(node, field, variables)
            inside, many = size, times
            if isinstance(get_nullable_type(field.type), GraphQLList):
                many = times * next(one for one in (size, page, GUESS) if one is not None)
                items, inside = items + many, None
            stack.append((node.selection_set, get_named_type(field.type), many, inside))
    return items


def _asked(node: FieldNode, field: GraphQLField, variables: dict[str, Any]) -> float | None:
    """Return how many items the arguments ask for: `first`, or one for each item they list."""
    given = {
        one.name.value: value_from_ast_untyped(one.value, variables) for one in node.arguments or ()
    }
    arguments = {name: one.default_value for name, one in field.args.items()} | {
        name: value for name, value in given.items() if value is not Undefined
    }
    first = arguments.get("first")
    if isinstance(first, int | float):
        return min(max(first, 0), MAX_ITEMS + 1)
    # A list of choices narrows what is answered; it does not name the items.
    lists = (
        len(one)
        for name, one in arguments.items()
        if isinstance(one, list) and not isinstance(_kind(field, name), GraphQLEnumType)
    )
    return max(lists, default=None)


def _kind(field: GraphQLField, argument: str) -> GraphQLNamedType | None:
    given = field.args.get(argument)
    return None if given is None else get_named_type(given.type)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }
