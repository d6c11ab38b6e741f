"""Limits the list items and bytes of an answer: estimated before execution and counted during it.

Nested lists multiply: with a few levels of them, a small query asks for millions of objects. And a
filter that is returned with each item of a list is as large there as in the input.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    value_from_ast_untyped,
)

from profilegraph.api.runtime.fields import OF_FILTER
from profilegraph.api.runtime.internals import field_definition
from profilegraph.api.runtime.limits import CODE, INTROSPECTION

T = TypeVar("T")
MAX_ITEMS = 10_000
MAX_BYTES = 5_000_000
GUESS = 8
"""The assumed length of a list without a length in the query."""
INTROSPECTED = 1_000
"""The list items that a look at the schema counts as, whatever it asks of it."""
GUESSED_BYTES = 16
"""The assumed length of a value, without its name in the answer."""
_AROUND = 4
"""The quotes, colon and comma of a name and its value."""
_HINT = "Ask for a smaller page, or for fewer lists within lists."
_LONG = "Ask for a smaller page, or for long values such as filters of fewer items."


class Budget:
    """The remaining list items and bytes of the answer to one request."""

    def __init__(
        self,
        items: int = MAX_ITEMS,
        size: int = MAX_BYTES,
        charge: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Set the limits, and what charges for items that were not expected."""
        self._charge = charge
        self.expected = 0.0
        """List items that are paid for."""
        self._items = items
        self._size = size
        self.left = items
        self.bytes_left = size
        self.measured: dict[int, tuple[Any, int]] = {}
        """The lengths of containers, by identity of the container."""

    @property
    def overdrawn(self) -> bool:
        """Return whether the budget is exceeded; the answer is then withheld."""
        return self.left < 0 or self.bytes_left < 0

    def take(self, found: list[T]) -> list[T]:
        """Count the items of a list and return it; an empty list once the budget is exceeded.

        Raises QueryTooExpensive, RateLimited if there are more than expected, and too many to pay for.
        """
        self.left -= len(found)
        more = self._items - self.left - self.expected
        if more > 0:
            self.expected += more
            self._charge(more)
        return [] if self.overdrawn else found

    def write(self, value: Any) -> None:
        """Count the length of a value of the answer."""
        match value:
            case str():
                self.bytes_left -= len(value)
            case dict() | list():
                if id(value) not in self.measured:
                    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
                    self.measured[id(value)] = value, len(text)
                self.bytes_left -= self.measured[id(value)][1]
            case _:
                self.bytes_left -= _AROUND

    def refusal(self) -> GraphQLError:
        """Return the error that replaces an answer with too many items or bytes."""
        if self.bytes_left < 0:
            return _too_large(f"The answer is longer than {self._size:,} bytes.", _LONG)
        return _too_large(f"The answer has more than {self._items:,} list items.")


class AnswerSize(NamedTuple):
    """The expected size of an answer: list items and characters."""

    items: float
    size: float

    @property
    def excess(self) -> list[GraphQLError]:
        """Return an error if these are too many."""
        if self.items > MAX_ITEMS:
            return [_too_large(f"The query asks for more than about {MAX_ITEMS:,} list items.")]
        if self.size > MAX_BYTES:
            return [_too_large(f"The query asks for more than about {MAX_BYTES:,} bytes.", _LONG)]
        return []


def size_of_answer(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> AnswerSize:
    """Return the expected size of the answer to an operation of a valid document.

    The document must be within the limits: the work is proportional to its size after fragments are
    expanded.
    """
    return _Estimator(schema, document, operation, variables).estimate()


def _too_large(message: str, hint: str = _HINT) -> GraphQLError:
    return GraphQLError(message, extensions={"code": CODE, "hint": hint})


class _Part(NamedTuple):
    """A selection: its type, how often it is answered, its page size, and the inputs around it."""

    selections: SelectionSetNode
    parent: Any
    times: float
    page: float | None
    asked: int
    """The length of the inputs given around it, because filters are part of the answer."""


class _Estimator:
    """Walks through an operation and adds up the size of its answer."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        given: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._variables = {**_defaults(operation), **given}
        self._lengths = _Lengths(self._variables)
        root = schema.get_root_type(operation.operation)
        self._stack = [_Part(operation.selection_set, root, 1, None, 0)]
        self._items = self._size = 0.0

    def estimate(self) -> AnswerSize:
        """Return the expected maximum of list items and characters."""
        while self._stack:
            here = self._stack.pop()
            for node in here.selections.selections:
                if isinstance(node, FieldNode):
                    self._add_field(here, node)
                else:
                    self._add_fragment(here, node)
        return AnswerSize(self._items, self._size)

    def _add_fragment(self, here: _Part, node: SelectionNode) -> None:
        part = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        assert isinstance(part, FragmentDefinitionNode | InlineFragmentNode)  # noqa: S101 - told to the type checker
        on = part.type_condition
        kind = here.parent if on is None else self._schema.get_type(on.name.value)
        self._stack.append(here._replace(selections=part.selection_set, parent=kind))

    def _add_field(self, here: _Part, node: FieldNode) -> None:
        field = getattr(here.parent, "fields", {}).get(node.name.value)
        if field is None:  # introspection
            self._items += INTROSPECTED if node.name.value in INTROSPECTION else 0
            return
        asked = here.asked + self._lengths.of(node, field)
        first, many = _asked(node, field, self._variables), here.times
        inside = first
        if isinstance(get_nullable_type(field.type), GraphQLList):
            many *= next(one for one in (first, here.page, GUESS) if one is not None)
            inside = None
            if node.selection_set is not None:
                self._items += many
        self._size += here.times * (len((node.alias or node.name).value) + _AROUND)
        if node.selection_set is None:
            self._size += many * (GUESSED_BYTES + (asked if tells_filter(field) else 0))
            return
        kind = get_named_type(field.type)
        self._stack.append(_Part(node.selection_set, kind, many, inside, asked))


def tells_filter(field: GraphQLField) -> bool:
    """Return whether a field's value grows with the filter of the question."""
    definition = field_definition(field)
    return get_named_type(field.type).name == "JSON" or bool(
        definition is not None and definition.metadata.get(OF_FILTER)
    )


class _Lengths:
    """The lengths of inputs as text; each variable is measured once."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._known: dict[str, int] = {}

    def of(self, node: FieldNode, field: GraphQLField) -> int:
        """Return the total length of the input objects in the arguments of a field."""
        return sum(
            self._value(one.value)
            for one in node.arguments or ()
            if isinstance(_kind(field, one.name.value), GraphQLInputObjectType)
        )

    def _value(self, value: ValueNode) -> int:
        own = 0 if value.loc is None else value.loc.end - value.loc.start
        found, stack = own, [value]
        while stack:
            match stack.pop():
                case VariableNode(name=name):
                    found += self._variable(name.value)
                case ListValueNode(values=values):
                    stack.extend(values)
                case ObjectValueNode(fields=fields):
                    stack.extend(one.value for one in fields)
        return found

    def _variable(self, name: str) -> int:
        if name not in self._known:
            given = self._variables.get(name)
            self._known[name] = len(json.dumps(given, ensure_ascii=False, default=str))
        return self._known[name]


def _asked(node: FieldNode, field: GraphQLField, variables: dict[str, Any]) -> float | None:
    """Return how many items the arguments ask for: `first`, or the length of a list of keys."""
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
