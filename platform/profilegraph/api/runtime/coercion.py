"""Coerces input values by iterating over the given fields, where graphql-core iterates over all fields.

A filter has a field for each dimension of each taxonomy, at every level: with a hundred dimensions,
coercing a filter of five conditions took longer than answering it.

A coercion reports no errors. Whatever it does not accept (an unknown or missing field, a value of
another type, a default to fill in, too deep nesting) is left to graphql-core, which accepts it or
reports the error. So values and errors are those of graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    TypeNode,
    Undefined,
    get_named_type,
    is_required_input_field,
    type_from_ast,
)

from profilegraph.api.runtime.internals import MAX_NESTING_DEPTH

Coerce: TypeAlias = Callable[[Any, int], Any]
"""Returns the coerced value, given its nesting depth; raises any exception if it does not accept it."""


class Unusual(Exception):
    """The value has to be coerced by graphql-core."""


class Coercions:
    """The coercions of the input types of one schema."""

    def __init__(self) -> None:
        self._objects: dict[str, _Object] = {}
        self._holds: dict[tuple[str, str], bool] = {}

    def of(self, kind: GraphQLInputType) -> Coerce:
        """Return the coercion of a type."""
        if isinstance(kind, GraphQLNonNull):
            return _required(self._present(kind.of_type))
        return _optional(self._present(kind))

    def holds(self, schema: GraphQLSchema, written: TypeNode, name: str) -> bool:
        """Return whether values of a type, given as text, may contain values of an input type."""
        kind = type_from_ast(schema, written)
        if kind is None:
            return False
        outer = get_named_type(kind)
        key = (outer.name, name)
        if key not in self._holds:
            self._holds[key] = name in _within(outer)
        return self._holds[key]

    def _present(self, kind: Any) -> Coerce:
        """Return the coercion of the non-null values of a type."""
        match kind:
            case GraphQLList(of_type=inner):
                return _each(self.of(inner))
            case GraphQLInputObjectType():
                # By name: a type may hold values of itself, and is known before it is made.
                if kind.name not in self._objects:
                    self._objects[kind.name] = _Object(kind, self)
                return self._objects[kind.name]
            case _:
                read = kind.coerce_input_value
                return lambda value, _: read(value)


class _Object:
    """The coercion of one input object type."""

    def __init__(self, kind: GraphQLInputObjectType, coercions: Coercions) -> None:
        self._kind = kind
        self._coercions = coercions
        self._places = {name: place for place, name in enumerate(kind.fields)}
        self._needed = {
            name
            for name, field in kind.fields.items()
            if is_required_input_field(field) or _has_default(field)
        }
        self._fields: dict[str, tuple[str, Coerce]] = {}

    def __call__(self, value: Any, level: int) -> Any:
        if type(value) is not dict or level > MAX_NESTING_DEPTH or self._needed - value.keys():
            raise Unusual
        if self._kind.is_one_of:
            ((name, one),) = value.items()
            found = {self._field(name)[0]: _given(self._field(name)[1](one, level + 1))}
        else:
            found = {}
            for name in sorted(value, key=self._places.__getitem__):
                out, read = self._field(name)
                found[out] = read(value[name], level + 1)
        return self._kind.out_type(found)

    def _field(self, name: str) -> tuple[str, Coerce]:
        if name not in self._fields:
            field = self._kind.fields[name]
            self._fields[name] = (field.out_name or name, self._coercions.of(field.type))
        return self._fields[name]


def _within(kind: GraphQLNamedType) -> set[str]:
    """Return the names of a type and of all types that its values contain, at any depth."""
    found, stack = {kind.name}, [kind]
    while stack:
        one = stack.pop()
        if isinstance(one, GraphQLInputObjectType):
            inner = [get_named_type(field.type) for field in one.fields.values()]
            stack += [it for it in inner if it.name not in found]
            found.update(it.name for it in inner)
    return found


def _required(read: Coerce) -> Coerce:
    return lambda value, level: read(_given(value), level)


def _optional(read: Coerce) -> Coerce:
    return lambda value, level: None if value is None else read(value, level)


def _each(item: Coerce) -> Coerce:
    def each(values: Any, level: int) -> list[Any]:
        if type(values) is not list or level > MAX_NESTING_DEPTH:
            raise Unusual
        return [item(value, level + 1) for value in values]

    return each


def _given(value: Any) -> Any:
    if value is None or value is Undefined:
        raise Unusual
    return value


def _has_default(field: GraphQLInputField) -> bool:
    return field.default is not None or field.default_value is not Undefined
