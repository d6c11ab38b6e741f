"""Keeps an error at its field: whatever a field waits for may fail, and is null then, with the error.

A null where none may be makes the object around it null, and so on up to the next place that may be:
one wrong filter would leave nothing of an answer. So each root field, each field that is read while
the answer is made, and each whose arguments can be refused may be null, whatever its resolver says;
what is at hand with its object may not.
"""

from __future__ import annotations

from inspect import iscoroutinefunction

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
)

from profilegraph.api.runtime.internals import field_definition

_NEVER_REFUSED = frozenset({"locale"})
"""Arguments of which every value is good."""


def keep_errors_at_fields(schema: GraphQLSchema) -> None:
    """Let the fields of a schema that nobody uses yet be null where they can fail."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind.name[:2] != "__":
            for field in kind.fields.values():
                if isinstance(field.type, GraphQLNonNull) and (kind in roots or can_fail(field)):
                    field.type = field.type.of_type


def can_fail(field: GraphQLField) -> bool:
    """Return whether a field is more than what is at hand with its object."""
    if field.args.keys() - _NEVER_REFUSED:
        return True
    definition = field_definition(field)
    if definition is not None:
        return definition.base_resolver is not None and definition.base_resolver.is_async
    return iscoroutinefunction(field.resolve)
