"""Null as left out, where exactly one field of an input counts: clients send all the fields they know.

GraphQL refuses `{tags: {…}, event: null}` of a type that is `@oneOf`. What is null there says nothing,
so it is taken out before GraphQL looks at it; a value that is nothing but nulls stays, and is refused.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLSchema,
    NullValueNode,
    ObjectValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    visit,
)
from graphql.language.parser import MAX_NESTING_DEPTH


def without_nulls(kind: GraphQLInputType, value: Any, level: int = 0) -> Any:
    """Return the value of a variable without what is null beside something that is not."""
    inner = get_nullable_type(kind)
    if level > MAX_NESTING_DEPTH:
        return value  # GraphQL refuses it
    if isinstance(inner, GraphQLList) and isinstance(value, list):
        return [without_nulls(inner.of_type, one, level + 1) for one in value]
    if not isinstance(inner, GraphQLInputObjectType) or not isinstance(value, dict):
        return value
    known, kept = inner.fields, value
    if inner.is_one_of:
        said = {name: one for name, one in value.items() if one is not None or name not in known}
        kept = said or value
    return {
        name: without_nulls(known[name].type, one, level + 1) if name in known else one
        for name, one in kept.items()
    }


def without_null_literals(schema: GraphQLSchema, document: DocumentNode) -> DocumentNode:
    """Return a document whose values are so; one that does not fit the schema is refused later."""
    types = TypeInfo(schema)
    cleaned: DocumentNode = visit(document, TypeInfoVisitor(types, _Nulls(types)))
    return cleaned


class _Nulls(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def leave_object_value(self, node: ObjectValueNode, *_: Any) -> ObjectValueNode | None:
        kind = self._types.get_input_type()
        named = None if kind is None else get_named_type(kind)
        if not isinstance(named, GraphQLInputObjectType) or not named.is_one_of:
            return None
        said = [
            one
            for one in node.fields
            if not isinstance(one.value, NullValueNode) or one.name.value not in named.fields
        ]
        if not said or len(said) == len(node.fields):
            return None
        return ObjectValueNode(fields=tuple(said), loc=node.loc)
