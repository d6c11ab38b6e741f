"""Completes in-memory objects by compiled selections; the rest is left to graphql-core.

graphql-core takes about 20 µs for each small object of an answer: it creates a path, an info and a
dictionary of arguments for each field, and determines the kind of each value. A page of customers
with their tags has over a thousand of them. If everything selected on a type can be read from its
object, none of that is needed: the selection is compiled, once per operation, to functions that
read it.

A compiled selection reports no errors. On anything unexpected (a null for a non-null type, a value
of another class, an exception) it gives up, and graphql-core completes the same value and reports
the error. So answers and errors are those of graphql-core.
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
    get_named_type,
    is_leaf_type,
)

from profilegraph.api.runtime.estimate import Budget
from profilegraph.api.runtime.execution import (
    PIECE,
    Fields,
    LimitedExecutionContext,
)
from profilegraph.api.runtime.fallbacks import FallbackReason, Fallbacks
from profilegraph.api.runtime.internals import (
    FieldDetails,
    field_definition,
    resolver_arguments,
    strawberry_schema,
    type_definition,
)

Complete: TypeAlias = Callable[[Any], Any]
"""Returns the completed value; raises any exception if the value is not as expected."""

_PLAIN = frozenset({str, int, float, bool, datetime, date, dict, list, tuple})
"""Types of leaf values that are neither awaitable nor errors; enums are checked by member."""


class UnexpectedValue(Exception):
    """A value is not of the type that its selection was compiled for."""


class NotCompiled(Exception):
    """A selection is left to graphql-core; with the reason, and the type or field."""

    def __init__(self, reason: FallbackReason, where: str) -> None:
        super().__init__(reason, where)
        self.reason = reason
        self.where = where


class CompiledExecutionContext(LimitedExecutionContext):
    """Executes like its base, but plain objects and lists of them by compiled selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = getattr(strawberry_schema(self.schema), "fallbacks", None)
        self._fallbacks = found or Fallbacks()
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
        """Return the items of a list, completed; of a long one, piece by piece."""
        asked = (return_type, field_details_list, info, path, result, at)
        if self._compiled_for(return_type, field_details_list) is None:
            return super().complete_list_value(*asked)
        if type(result) is list and len(result) > PIECE:
            return self._completed_in_pieces(*asked)
        completed = self._completed(return_type, field_details_list, result)
        return super().complete_list_value(*asked) if completed is None else completed

    async def _completed_in_pieces(
        self, return_type: Any, fields: Fields, info: Any, path: Any, result: list[Any], at: Any
    ) -> Any:
        """Return the items of a long list, completed; all by graphql-core if one is unexpected."""
        budget = self.budget
        left = budget.left, budget.bytes_left
        completed: list[Any] = []
        async for item in self.in_pieces(result):
            piece = self._completed(return_type, fields, [item])
            if piece is None:
                budget.left, budget.bytes_left = left
                found = super().complete_list_value(return_type, fields, info, path, result, at)
                return await found if self.is_awaitable(found) else found
            completed += piece
        return completed

    def complete_object_value(
        self,
        return_type: Any,
        field_details_list: Fields,
        info: Any,
        path: Any,
        result: Any,
        at: Any,
    ) -> Any:
        """Return the selected fields of an object, completed."""
        completed = self._completed(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, at
        )

    def _completed(self, kind: GraphQLOutputType, fields: Fields, value: Any) -> Any:
        """Return a value completed by its compiled selection; None if graphql-core has to do it."""
        complete = self._compiled_for(kind, fields)
        if complete is None:
            return None
        budget = self.budget
        left = budget.left, budget.bytes_left
        try:
            return complete(value)
        except Exception:  # noqa: BLE001  (graphql-core meets it again, and reports it)
            budget.left, budget.bytes_left = left  # the same is about to be counted once more
            self._fallbacks.note(FallbackReason.UNEXPECTED_VALUE, get_named_type(kind).name)
            return None

    def _compiled_for(self, kind: GraphQLOutputType, fields: Fields) -> Complete | None:
        key = (kind, id(fields))
        if key not in self._compiled:
            self._compiled[key] = (fields, self._compile_or_note(kind, fields))
        return self._compiled[key][1]

    def _compile_or_note(self, kind: GraphQLOutputType, fields: Fields) -> Complete | None:
        try:
            return self._compile(kind, fields)
        except NotCompiled as fallback:
            self._fallbacks.note(fallback.reason, fallback.where)
            return None

    def _compile(self, kind: GraphQLOutputType, fields: Fields) -> Complete:
        """Return the function that completes a non-null value; raises NotCompiled."""
        match kind:
            case GraphQLList(of_type=inner):
                return _each(self._nullable(inner, fields))
            case GraphQLObjectType():
                return self._object(kind, fields)
            case _ if is_leaf_type(kind):
                return self._written(_leaf(kind))
            case _:
                raise NotCompiled(FallbackReason.ABSTRACT_TYPE, str(kind))

    def _nullable(self, kind: GraphQLOutputType, fields: Fields) -> Complete:
        if isinstance(kind, GraphQLNonNull):
            return self._compile(kind.of_type, fields)  # of which none takes a null
        return _optional(self._compile(kind, fields))

    def _object(self, kind: GraphQLObjectType, fields: Fields) -> Complete:
        definition = type_definition(kind)
        if definition is None or definition.is_type_of is not None:
            raise NotCompiled(FallbackReason.NOT_DECLARED, kind.name)
        selected, deferred, _ = self.collect_subfields(kind, fields)
        if deferred:
            raise NotCompiled(FallbackReason.INCREMENTAL, kind.name)
        reads: list[tuple[str, Complete, Complete]] = []
        for name, inner in selected.items():
            field = self.schema.get_field(kind, inner[0].node.name.value)
            if field is None:
                raise NotCompiled(FallbackReason.NOT_DECLARED, kind.name)
            read = self._read(kind, field, inner[0])
            reads.append((name, read, self._nullable(field.type, inner)))
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
    ) -> Complete:
        """Return the function that reads a field; raises NotCompiled."""
        where = f"{kind.name}.{details.node.name.value}"
        if details.node.name.value == "__typename":
            return lambda _: kind.name
        definition = field_definition(field)
        if definition is None:
            raise NotCompiled(FallbackReason.NOT_DECLARED, where)
        resolver = definition.base_resolver
        if resolver is None:
            return attrgetter(definition.python_name)
        needs = (resolver.info_parameter, resolver.parent_parameter, resolver.root_parameter)
        if resolver.is_async:
            raise NotCompiled(FallbackReason.ASYNC_RESOLVER, where)
        if resolver.self_parameter is None or any(needs):
            raise NotCompiled(FallbackReason.NEEDS_REQUEST, where)
        try:
            arguments = resolver_arguments(
                self.schema, field, definition, details, self.variable_values
            )
        except (GraphQLError, TypeError, ValueError) as fault:
            # Reported with the place of the first object that has the field.
            raise NotCompiled(FallbackReason.ARGUMENTS, where) from fault
        ask = partial(cast("Complete", resolver.wrapped_func), **arguments)
        if definition.extensions:  # `Counted`: a schema has no others
            return lambda source: self.budget.take(ask(source))
        return ask


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


def _leaf(kind: GraphQLLeafType) -> Complete:
    if isinstance(kind, GraphQLEnumType):
        definition = type_definition(kind)
        if definition is None:
            raise NotCompiled(FallbackReason.NOT_DECLARED, kind.name)
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
