"""Keeps an error at its field: a field that can fail is nullable, and null with the error.

A null in a non-null field makes the object around it null, and so on up to the next nullable field:
one wrong filter would leave nothing of an answer. So each root field, each field that is read
during execution, and each whose arguments can be refused is nullable, whatever its resolver
declares; fields that are read from their object are not.
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
"""Arguments that accept every value."""


def keep_errors_at_fields(schema: GraphQLSchema) -> None:
    """Make the fields of an unused schema nullable if they can fail."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind.name[:2] != "__":
            for field in kind.fields.values():
                if isinstance(field.type, GraphQLNonNull) and (kind in roots or can_fail(field)):
                    field.type = field.type.of_type


def can_fail(field: GraphQLField) -> bool:
    """Return whether a field does more than read from its object."""
    if field.args.keys() - _NEVER_REFUSED:
        return True
    definition = field_definition(field)
    if definition is not None:
        return definition.base_resolver is not None and definition.base_resolver.is_async
    return iscoroutinefunction(field.resolve)
