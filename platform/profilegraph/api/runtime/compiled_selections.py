"""Completes what objects hold already by compiled selections; the rest is left to graphql-core.

graphql-core takes about 20 µs for each small object of an answer: it makes a path, an info and a
dictionary of arguments for each field, and asks of each value what kind it is. A page of customers
with their tags has over a thousand of them. Where all that is selected of a type is there to be
read, nothing of that is needed: the selection is compiled, once an operation, to functions that
read it.

A compiled selection reports no errors. Whatever is not as expected (a null where none may be, a
value of another class, an exception) makes it give up, and graphql-core completes the same value and
reports what there is to report. So answers and errors are those of graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.execution import Fields, LimitedExecutionContext
from profilegraph.api.runtime.fields import Counted
from profilegraph.api.runtime.internals import (
    FieldDetails,
    field_definition,
    resolver_arguments,
    type_definition,
)

Complete: TypeAlias = Callable[[Any], Any]
"""Returns what the answer says of a value; raises whatever where the value is not as expected."""

_PLAIN = frozenset({str, int, float, bool, datetime, date, dict, list, tuple})
"""Types of leaves that have nothing to wait for and are no errors; enums are known by member."""


class UnexpectedValue(Exception):
    """A value is not of the type that its selection was compiled for."""


class CompiledExecutionContext(LimitedExecutionContext):
    """Executes as its base does; plain objects and lists of them by compiled selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By the identity of the fields, which are kept beside it so that it stays theirs.
        self._compiled: dict[tuple[GraphQLOutputType, int], tuple[Fields, Complete | None]] = {}

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Fields,
        info: Any,
        path: Any,
        result: Any,
        at: Any,
    ) -> Any:
        """Return the items of a list, completed."""
        completed = self._completed(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_list_value(return_type, field_details_list, info, path, result, at)

    def complete_object_value(
        self,
        return_type: Any,
        field_details_list: Fields,
        info: Any,
        path: Any,
        result: Any,
        at: Any,
    ) -> Any:
        """Return what is selected of an object, completed."""
        completed = self._completed(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, at
        )

    def _completed(self, kind: GraphQLOutputType, fields: Fields, value: Any) -> Any:
        """Return a value, completed by its compiled selection; None where graphql-core is to do it."""
        key = (kind, id(fields))
        if key not in self._compiled:
            self._compiled[key] = (fields, self._compile(kind, fields))
        complete = self._compiled[key][1]
        if complete is None:
            return None
        budget = self.budget
        left = budget.left, budget.bytes_left
        try:
            return complete(value)
        except Exception:  # noqa: BLE001  (graphql-core meets it again, and reports it)
            budget.left, budget.bytes_left = left  # the same is about to be counted once more
            return None

    def _compile(self, kind: GraphQLOutputType, fields: Fields) -> Complete | None:
        """Return what completes a value that is not null; None where the type is not compiled."""
        match kind:
            case GraphQLList(of_type=inner):
                item = self._nullable(inner, fields)
                return None if item is None else _each(item)
            case GraphQLObjectType():
                return self._object(kind, fields)
            case _ if is_leaf_type(kind):
                leaf = _leaf(kind)
                return None if leaf is None else self._written(leaf)
            case _:  # an interface or a union: which fields are asked for depends on the value
                return None

    def _nullable(self, kind: GraphQLOutputType, fields: Fields) -> Complete | None:
        if isinstance(kind, GraphQLNonNull):
            return self._compile(kind.of_type, fields)  # of which none takes a null
        complete = self._compile(kind, fields)
        return None if complete is None else _optional(complete)

    def _object(self, kind: GraphQLObjectType, fields: Fields) -> Complete | None:
        definition = type_definition(kind)
        selected, deferred, _ = self.collect_subfields(kind, fields)
        watched = self.middleware_manager is not None and self.middleware_manager.middlewares
        if definition is None or definition.is_type_of is not None or deferred or watched:
            return None
        reads: list[tuple[str, Complete, Complete]] = []
        for name, inner in selected.items():
            field = self.schema.get_field(kind, inner[0].node.name.value)
            read = None if field is None else self._read(kind, field, inner[0])
            if field is None or read is None:
                return None
            complete = self._nullable(field.type, inner)
            if complete is None:
                return None
            reads.append((name, read, complete))
        return _members(definition.origin, reads, self.budget)

    def _written(self, leaf: Complete) -> Complete:
        write = self.budget.write

        def written(value: Any) -> Any:
            completed = leaf(value)
            write(completed)
            return completed

        return written

    def _read(
        self, kind: GraphQLObjectType, field: GraphQLField, details: FieldDetails
    ) -> Complete | None:
        """Return what reads a field; None where it waits for something or needs the request."""
        if details.node.name.value == "__typename":
            return lambda _: kind.name
        definition = field_definition(field)
        if definition is None:
            return None
        resolver = definition.base_resolver
        if resolver is None:
            return None if definition.extensions else attrgetter(definition.python_name)
        needs = (resolver.info_parameter, resolver.parent_parameter, resolver.root_parameter)
        if resolver.is_async or resolver.self_parameter is None or any(needs):
            return None
        try:
            arguments = resolver_arguments(
                self.schema, field, definition, details, self.variable_values
            )
        except (GraphQLError, TypeError, ValueError):
            return None  # reported with the place of the first object that has the field
        ask = partial(cast("Complete", resolver.wrapped_func), **arguments)
        match definition.extensions:
            case []:
                return ask
            case [Counted()]:
                return lambda source: self.budget.take(ask(source))
            case _:
                return None


def _optional(complete: Complete) -> Complete:
    return lambda value: None if value is None else complete(value)


def _each(item: Complete) -> Complete:
    def each(values: Any) -> list[Any]:
        if type(values) is not list:
            raise UnexpectedValue
        return [item(value) for value in values]

    return each


def _members(
    origin: type, reads: Sequence[tuple[str, Complete, Complete]], budget: Budget
) -> Complete:
    names = sum(len(name) for name, _, _ in reads)

    def members(source: Any) -> dict[str, Any]:
        if type(source) is not origin:
            raise UnexpectedValue
        budget.bytes_left -= names
        if budget.overdrawn:
            return {}  # nothing of it is told: no more is read
        return {name: complete(read(source)) for name, read, complete in reads}

    return members


def _leaf(kind: GraphQLLeafType) -> Complete | None:
    if isinstance(kind, GraphQLEnumType):
        definition = type_definition(kind)
        if definition is None:
            return None  # made from data: of a plugin
        # Strawberry goes through all members for each value; what is no member is not found here.
        members = definition.wrapped_cls
        return {one: kind.coerce_output_value(one) for one in members}.__getitem__
    coerce = kind.coerce_output_value

    def leaf(value: Any) -> Any:
        if type(value) not in _PLAIN:
            raise UnexpectedValue
        coerced = coerce(value)
        if coerced is None:
            raise UnexpectedValue
        return coerced

    return leaf
