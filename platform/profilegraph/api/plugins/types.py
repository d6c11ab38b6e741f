"""Makes GraphQL types from the pydantic classes of plugins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import partial
from math import isfinite
from typing import Any, TypeAlias

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedOutputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLString,
)
from pydantic import BaseModel
from pydantic.alias_generators import to_camel, to_pascal

from profilegraph.errors import PluginError
from profilegraph.hooks.shapes import Shape, shape_of

Nullable: TypeAlias = GraphQLNamedOutputType | GraphQLList[Any]
Known: TypeAlias = Mapping[str, GraphQLNamedOutputType]
_PLAIN: Mapping[type, GraphQLNamedOutputType] = {
    str: GraphQLString,
    int: GraphQLInt,
    float: GraphQLFloat,
    bool: GraphQLBoolean,
}
_BY_NAME: Mapping[type, str] = {date: "Date", datetime: "DateTime"}


class OutputTypes:
    """Makes the types of one field, all named after it, so that no two plugins share a name."""

    def __init__(self, key: str, known: Known) -> None:
        """Begin with the types that the schema has."""
        self._prefix = to_pascal(key)
        self._known = known
        self.made: dict[str, GraphQLNamedOutputType] = {}

    def of(self, annotation: Any) -> tuple[Shape, Nullable]:
        """Return the shape and the nullable type of a value; raises PluginError where a name is taken."""
        shape = shape_of(annotation)
        base = self._base(shape.base)
        return shape, GraphQLList(GraphQLNonNull(base)) if shape.many else base

    def _base(self, kind: type) -> GraphQLNamedOutputType:
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in _BY_NAME:
            return self._known[_BY_NAME[kind]]
        name = f"{self._prefix}{kind.__name__}"
        if name not in self.made:
            if name in self._known:
                raise PluginError(f"the API has a type {name!r} already.", hint="Rename its class.")
            if issubclass(kind, BaseModel):
                self.made[name] = self._object(name, kind)
            elif issubclass(kind, Enum):
                self.made[name] = self._enum(name, kind)
        return self.made[name]

    def _enum(self, name: str, kind: type[Enum]) -> GraphQLEnumType:
        values = {one.name: GraphQLEnumValue(one) for one in kind}
        made = GraphQLEnumType(name, values, description=kind.__doc__)
        # GraphQL checks the names in an enum when they are first looked at: that is now.
        if not made.values:
            raise PluginError(f"the enum {kind.__name__} has no members.")
        return made

    def _object(self, name: str, kind: type[BaseModel]) -> GraphQLObjectType:
        fields: dict[str, GraphQLField] = {}
        for own, field in kind.model_fields.items():
            shape, type_ = self.of(field.annotation)
            fields[to_camel(own)] = GraphQLField(
                type_ if shape.nullable else GraphQLNonNull(type_),
                description=field.description,
                resolve=partial(_read, own, shape),
            )
        return GraphQLObjectType(name, fields, description=kind.__doc__)


def serialized(value: Any, shape: Shape, info: GraphQLResolveInfo[Any]) -> Any:
    """Return a value as the answer tells it; the items of a list are counted by the request."""
    if value is None:
        return None
    if shape.many:
        return info.context.budget.take([_plain(one) for one in value])
    return _plain(value)


def _read(name: str, shape: Shape, source: Any, info: GraphQLResolveInfo[Any]) -> Any:
    return serialized(getattr(source, name), shape, info)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        raise PluginError(f"a plugin computed {value}, which no answer can tell.")
    if type(value) is int and not GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        raise PluginError(f"a plugin computed {value}, which is too large a whole number.")
    return value
