"""The types of plugins that the API can represent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from profilegraph.errors import PluginError

SCALARS: tuple[type, ...] = (str, int, float, bool, date, datetime)
"""The scalar types; other types are enums, pydantic classes and lists."""
_DEEPEST = 5
_UNIONS = (Union, UnionType)


@dataclass(frozen=True)
class Shape:
    """A type: one of `SCALARS`, an enum or a pydantic class, or a list of one of these."""

    base: type
    many: bool = False
    nullable: bool = False


def shape_of(annotation: Any) -> Shape:
    """Return the shape of a type; raises PluginError if the API cannot represent it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in _UNIONS and NoneType in arguments and len(arguments) == 2:
        [other] = [one for one in arguments if one is not NoneType]
        inner = shape_of(other)
        return Shape(inner.base, inner.many, nullable=True)
    if origin in (list, tuple) and (len(arguments) == 1 or arguments[1:] == (...,)):
        inner = shape_of(arguments[0])
        if not (inner.many or inner.nullable):
            return Shape(inner.base, many=True)
    if origin is Literal and all(isinstance(one, str) for one in arguments):
        return Shape(str)
    if annotation in SCALARS:
        return Shape(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum | BaseModel):
        return Shape(annotation)
    raise PluginError(
        f"{annotation!r} is no type that the API can tell.",
        hint="Use str, int, float, bool, date, datetime, an enum, a pydantic class, a list of"
        " such, or one of these or None.",
    )


def require_shapes(model: type[BaseModel], depth: int = 1) -> None:
    """Raise PluginError unless the API can represent all fields of a pydantic class."""
    if depth > _DEEPEST:
        raise PluginError(f"{model.__name__} is nested more than {_DEEPEST} levels deep.")
    if not model.model_fields:
        raise PluginError(f"{model.__name__} has no fields.")
    for name, one in model.model_fields.items():
        where = f"{model.__name__}.{name}"
        if not one.description:
            raise PluginError("it needs a description.", where=where)
        try:
            base = shape_of(one.annotation).base
        except PluginError as error:
            raise PluginError(error.message, where=where, hint=error.hint) from None
        if issubclass(base, BaseModel):
            require_shapes(base, depth + 1)


def by_own_names(model: type[BaseModel], value: Any) -> Any:
    """Return a JSON object with the field names of a pydantic class instead of camelCase."""
    if not isinstance(value, Mapping):
        return value
    names = {to_camel(name): name for name in model.model_fields}
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = names.get(str(key), str(key))
        one = model.model_fields.get(name)
        inner = shape_of(one.annotation) if one is not None else Shape(str)
        if not issubclass(inner.base, BaseModel):
            found[name] = item
        elif inner.many and isinstance(item, list | tuple):
            found[name] = [by_own_names(inner.base, each) for each in item]
        else:
            found[name] = by_own_names(inner.base, item)
    return found
