"""Completes what objects hold already by plans; everything else is left to graphql-core.

graphql-core takes about 20 µs for each small object of an answer: it makes a path, an info and a
dictionary of arguments for each field, and asks of each value what kind it is. A page of customers
with their tags has over a thousand of them. Where all that is selected of a type is there to be
read, nothing of that is needed: the selection is compiled, once an operation, to functions that
read it.

A plan knows no errors. Whatever is not as expected (a null where none may be, a value of another
class, an exception) makes it give up, and the same value is completed the ordinary way, which
reports what there is to report. So answers and errors are those of graphql-core.
"""

from __future__ import annotations

import sys
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
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.fields import Counted

Fields: TypeAlias = list[FieldDetails]
Complete: TypeAlias = Callable[[Any], Any]
"""Returns what the answer says of a value; raises whatever where the value is not as expected."""

_BEHIND = GraphQLCoreConverter.DEFINITION_BACKREF
_ENDLESS = Budget(sys.maxsize, sys.maxsize)
_PLAIN = frozenset({str, int, float, bool, datetime, date, dict, list, tuple})
"""Types of leaves that have nothing to wait for and are no errors; enums are known by member."""


class Unplanned(Exception):
    """That a value is not of the kind that its plan is for."""


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes as its base does; plain objects and lists of them by plans."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By the identity of the fields, which are kept beside the plan so that it stays theirs.
        self._plans: dict[tuple[GraphQLOutputType, int], tuple[Fields, Complete | None]] = {}

    @property
    def _budget(self) -> Budget:
        """Return how much more may be answered; who asks without a request may ask for all."""
        budget: Budget = getattr(self.context_value, "budget", _ENDLESS)
        return budget

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, fields: Fields, path: Any, at: Any
    ) -> Any:
        """Return what a field answers; nothing, and no resolver is run, once it is too much."""
        if self._budget.overdrawn:
            return None
        return super().execute_field(parent_type, source, fields, path, at)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # called on the executor, too
        """Return a value, completed, after counting how long it is."""
        value = super().complete_leaf_value(return_type, result)
        if not return_type.name.startswith("__"):
            self._budget.write(value)
        return value

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
        planned = self._completed(return_type, field_details_list, result)
        if planned is not None:
            return planned
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
        planned = self._completed(return_type, field_details_list, result)
        if planned is not None:
            return planned
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, at
        )

    def _completed(self, kind: GraphQLOutputType, fields: Fields, value: Any) -> Any:
        """Return what a plan makes of a value; None where it is to be completed the ordinary way."""
        key = (kind, id(fields))
        if key not in self._plans:
            self._plans[key] = (fields, self._plan(kind, fields))
        plan = self._plans[key][1]
        if plan is None:
            return None
        budget = self._budget
        left = budget.left, budget.bytes_left
        try:
            return plan(value)
        except Exception:  # noqa: BLE001  (the ordinary way meets it again, and reports it)
            budget.left, budget.bytes_left = left  # the same is about to be counted once more
            return None

    def _plan(self, kind: GraphQLOutputType, fields: Fields) -> Complete | None:
        """Return what completes a value that is not null; None where the type has no plan."""
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
            return self._plan(kind.of_type, fields)  # of which none takes a null
        plan = self._plan(kind, fields)
        return None if plan is None else _optional(plan)

    def _object(self, kind: GraphQLObjectType, fields: Fields) -> Complete | None:
        definition = kind.extensions.get(_BEHIND)
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
        return _members(definition.origin, reads, self._budget)

    def _written(self, leaf: Complete) -> Complete:
        write = self._budget.write

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
        behind = field.extensions.get(_BEHIND)
        if not isinstance(behind, StrawberryField):
            return None
        resolver = behind.base_resolver
        if resolver is None:
            return None if behind.extensions else attrgetter(behind.python_name)
        needs = (resolver.info_parameter, resolver.parent_parameter, resolver.root_parameter)
        if resolver.is_async or resolver.self_parameter is None or any(needs):
            return None
        try:
            given = self._arguments(field, behind, details)
        except (GraphQLError, TypeError, ValueError):
            return None  # reported with the place of the first object that has the field
        ask = partial(cast("Complete", resolver.wrapped_func), **given)
        match behind.extensions:
            case []:
                return ask
            case [Counted()]:
                return lambda source: self.context_value.budget.take(ask(source))
            case _:
                return None

    def _arguments(
        self, field: GraphQLField, behind: StrawberryField, details: FieldDetails
    ) -> dict[str, Any]:
        """Return what a resolver is called with: the same for every object of the operation."""
        given = get_argument_values(
            field, details.node, self.variable_values, details.fragment_variable_values
        )
        converter = self.schema.extensions[_BEHIND].schema_converter
        registry, config = converter.scalar_registry, converter.config
        return convert_arguments(given, behind.arguments, registry, config)


def _optional(complete: Complete) -> Complete:
    return lambda value: None if value is None else complete(value)


def _each(item: Complete) -> Complete:
    def each(values: Any) -> list[Any]:
        if type(values) is not list:
            raise Unplanned
        return [item(value) for value in values]

    return each


def _members(
    origin: type, reads: Sequence[tuple[str, Complete, Complete]], budget: Budget
) -> Complete:
    names = sum(len(name) for name, _, _ in reads)

    def members(source: Any) -> dict[str, Any]:
        if type(source) is not origin:
            raise Unplanned
        budget.bytes_left -= names
        if budget.overdrawn:
            return {}  # nothing of it is told: no more is read
        return {name: complete(read(source)) for name, read, complete in reads}

    return members


def _leaf(kind: GraphQLLeafType) -> Complete | None:
    if isinstance(kind, GraphQLEnumType):
        behind = kind.extensions.get(_BEHIND)
        if behind is None:
            return None  # made from data: of a plugin
        # Strawberry goes through all members for each value; what is no member is not found here.
        members = behind.wrapped_cls
        return {one: kind.coerce_output_value(one) for one in members}.__getitem__
    coerce = kind.coerce_output_value

    def leaf(value: Any) -> Any:
        if type(value) not in _PLAIN:
            raise Unplanned
        coerced = coerce(value)
        if coerced is None:
            raise Unplanned
        return coerced

    return leaf
