"""Adds the segment leaves of plugins to the filter input, with types made from their models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLString,
    get_named_type,
)
from pydantic import BaseModel
from pydantic.alias_generators import to_camel, to_pascal
from pydantic.fields import FieldInfo

from profilegraph.errors import PluginError
from profilegraph.hooks.hosting.expanding import HostedLeaf
from profilegraph.hooks.hosting.host import Host
from profilegraph.hooks.shapes import shape_of

_PLAIN: Mapping[type, GraphQLInputType] = {
    str: GraphQLString,
    int: GraphQLInt,
    float: GraphQLFloat,
    bool: GraphQLBoolean,
}


def leaf_fields(host: Host, kinds: Mapping[str, GraphQLNamedType]) -> dict[str, GraphQLInputField]:
    """Return the fields of the filter that ask for the leaves of plugins, by name.

    `kinds` are the types of the schema: its dates and moments are those of the leaves too. A leaf
    that cannot be told, or has a type of a name that is taken, is left out; its plugin is named.
    """
    inputs, taken = _Inputs(kinds), dict(kinds)
    found: dict[str, GraphQLInputField] = {}
    for key in host.leaves.things:
        one = host.leaf(key)
        try:
            field = GraphQLInputField(inputs.leaf(one), description=_described(one))
            made = named_types(field.type)
            _refuse_taken(made, taken)
        except Exception as error:  # noqa: BLE001  (whatever a partner's classes are made of)
            host.guard.failed(one.part, error)
            continue
        taken |= made
        found[to_camel(key)] = field
    return found


def distinct(
    leaves: Mapping[str, GraphQLInputField],
    others: Mapping[str, GraphQLInputField],
    host: Host,
) -> dict[str, GraphQLInputField]:
    """Return those of the leaves' fields whose types are not called like one of other fields."""
    taken: dict[str, GraphQLNamedType] = {}
    for field in others.values():
        taken |= named_types(field.type)
    found = dict(leaves)
    for key in host.leaves.things:
        name = to_camel(key)
        try:
            _refuse_taken(named_types(leaves[name].type) if name in leaves else {}, taken)
        except PluginError as error:
            host.guard.failed(host.leaves.part(key), error)
            del found[name]
    return found


def named_types(kind: GraphQLInputType) -> dict[str, GraphQLNamedType]:
    """Return the types that an input type is made of, itself included, by name.

    Raises PluginError or GraphQLError where one of them is none that GraphQL can have.
    """
    named = get_named_type(kind)
    found: dict[str, GraphQLNamedType] = {named.name: named}
    # GraphQL checks the names in a type when they are first looked at: that is now.
    if isinstance(named, GraphQLEnumType) and not named.values:
        raise PluginError(f"the enum {named.name} has no members.")
    if isinstance(named, GraphQLInputObjectType):
        for field in named.fields.values():
            found |= named_types(field.type)
    return found


def _refuse_taken(
    made: Mapping[str, GraphQLNamedType], taken: Mapping[str, GraphQLNamedType]
) -> None:
    for name, kind in made.items():
        if taken.get(name, kind) is not kind:
            raise PluginError(f"the API has a type {name!r} already.", hint="Rename the leaf.")


class _Inputs:
    """Makes input types of pydantic classes, each with the name of the leaf that it belongs to."""

    def __init__(self, kinds: Mapping[str, GraphQLNamedType]) -> None:
        self._plain = {**_PLAIN, date: kinds["Date"], datetime: kinds["DateTime"]}

    def leaf(self, hosted: HostedLeaf) -> GraphQLInputObjectType:
        """Return the input type of a leaf."""
        name = to_pascal(hosted.leaf.key)
        return GraphQLInputObjectType(
            f"{name}Condition",
            self._fields(hosted.leaf.input, name),
            description=_described(hosted),
        )

    def _fields(self, model: type[BaseModel], owner: str) -> dict[str, GraphQLInputField]:
        return {
            to_camel(name): GraphQLInputField(
                self._typed(one, f"{owner}{to_pascal(name)}"), description=one.description
            )
            for name, one in model.model_fields.items()
        }

    def _typed(self, one: FieldInfo, name: str) -> GraphQLInputType:
        shape = shape_of(one.annotation)
        found: Any = self._plain.get(shape.base) or self._named(shape.base, name)
        if shape.many:
            found = GraphQLList(GraphQLNonNull(found))
        return GraphQLNonNull(found) if one.is_required() and not shape.nullable else found

    def _named(self, base: type, name: str) -> GraphQLInputType:
        if issubclass(base, Enum):
            # What arrives is the value: it is checked once more, by the plugin's own class.
            values = {member.name: GraphQLEnumValue(member.value, member.name) for member in base}
            return GraphQLEnumType(name, values, description=f"{base.__doc__ or name}")
        assert issubclass(base, BaseModel)  # noqa: S101  (the host let no other type in)
        return GraphQLInputObjectType(
            f"{name}Input", self._fields(base, name), description=f"{base.__doc__ or name}"
        )


def _described(hosted: HostedLeaf) -> str:
    labels, told = hosted.leaf.labels, hosted.leaf.description
    return "\n\n".join([labels.joined, *told.by_locale.values()])
