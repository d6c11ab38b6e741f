"""The GraphQL inputs of filters, made of the nodes of the segment language.

A type, a field and what is said of them are those of the class in `language/nodes`: what a new leaf
asks is declared there alone. Only the names of types differ: a leaf called `event` in a filter is an
`EventCondition`, and what leaves are made of is called as its class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import strawberry

import profilegraph.api.runtime.enums  # noqa: F401  (conditions compare with enumerations: known before their types are made)
from profilegraph.api.runtime.definitions import description, input_type
from profilegraph.api.runtime.fields import optional, parse_with
from profilegraph.language.codec import decode, decode_person
from profilegraph.language.nodes import LEAVES, Leaf, Node, PersonTest, Window, json_name
from profilegraph.language.nodes.parts import NodePart, descriptions

_FILTER_INPUT = "FilterInput"
_Filter: Any = Annotated[_FILTER_INPUT, strawberry.lazy(__name__)]
"""The type of filters, which is made of the others and they of it."""


def canonical(value: Any) -> Any:
    """Return an input, as GraphQL has checked it, as canonical JSON: it is that, with null for absent."""
    match value:
        case dict():
            return {name: canonical(inner) for name, inner in value.items() if inner is not None}
        case list():
            return [canonical(item) for item in value]
        case _:
            return value


def _input(name: str, text: str, members: Mapping[str, tuple[Any, Any]]) -> type:
    """Return an input type; `members` are annotations and fields by name."""
    body = {key: made for key, (_, made) in members.items()}
    annotations = {key: hint for key, (hint, _) in members.items()}
    return input_type(type(name, (), {**body, "__annotations__": annotations, "__doc__": text}))


@cache
def input_of(part: type) -> type:
    """Return the input type of a leaf, or of what leaves are made of."""
    hints, told = get_type_hints(part), descriptions(part)
    members = {
        one.name: _member(one, hints[one.name], told[json_name(one.name)]) for one in fields(part)
    }
    return _input(_name(part), description(part), members)


def _name(part: type) -> str:
    if issubclass(part, Leaf):
        return f"{part.NAME[0].upper()}{part.NAME[1:]}Condition"
    return part.__name__


def _member(one: Field[Any], hint: Any, text: str) -> tuple[Any, Any]:
    name, kind = json_name(one.name), _type(hint)
    if one.default is MISSING:
        return kind, strawberry.field(name=name, description=text)
    return kind | None, optional(text, name)


def _type(hint: Any) -> Any:
    """Return the type of an input field of a field of the language, without None."""
    if hint == Node:
        return _Filter
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return list[_type(get_args(hint)[0])]  # type: ignore[misc]  # a type that is computed
    return input_of(hint) if issubclass(hint, NodePart) else hint


def _filter_input() -> type:
    groups: dict[str, tuple[Any, Any]] = {
        "all": (list[_Filter] | None, optional("Every one of these holds; of none: everyone.")),
        "any": (
            list[_Filter] | None,
            optional("At least one of these holds; of none: no one."),
        ),
        "not_": (_Filter | None, optional("This does not hold.", "not")),
    }
    leaves = {
        leaf.NAME: (
            _type(leaf) | None,
            optional(description(leaf).partition("\n")[0], leaf.NAME),
        )
        for leaf in LEAVES
    }
    return _input(_FILTER_INPUT, _FILTER, groups | leaves)


_FILTER = """One condition on customers: exactly one of the fields is given, and not null.

Conditions are combined by `all`, `any` and `not`, up to 8 levels deep and 100 conditions in all.
Every condition is true or false of a customer: of a value that is not known, every comparison is
false, and so its `not` is true."""


WindowInput: type = input_of(Window)
PersonInput: type = parse_with(lambda value, _: decode_person(canonical(value)))(
    input_of(PersonTest)
)
FilterInput: type = parse_with(lambda value, context: decode(canonical(value), context.conditions))(
    _filter_input()
)
FilterInputs = GenericAlias(list, FilterInput)
"""A list of filters."""
