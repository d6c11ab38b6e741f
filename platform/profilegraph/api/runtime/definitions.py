"""Strawberry's decorators for classes, with the docstring as the description in the schema."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from types import FunctionType
from typing import Any, TypeVar, dataclass_transform

import strawberry

T = TypeVar("T", bound=type)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def object_type(kind: T) -> T:
    """Make a class an object type; raises TypeError if it has no docstring."""
    return strawberry.type(kind, description=description(kind))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def interface_type(kind: T) -> T:
    """Make a class an interface; raises TypeError if it has no docstring."""
    return strawberry.interface(kind, description=description(kind))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_type(kind: T) -> T:
    """Make a class an input type; raises TypeError if it has no docstring."""
    return strawberry.input(kind, description=description(kind))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def one_of_input_type(kind: T) -> T:
    """Make a class an input type of which exactly one field is given; raises TypeError likewise."""
    return strawberry.input(kind, description=description(kind), one_of=True)


def enum_type(kind: type[Enum], name: str | None = None) -> Any:
    """Return Strawberry's definition of an enumeration; raises TypeError if it has no docstring."""
    return strawberry.enum(kind, name=name, description=description(kind))


def description(documented: type | FunctionType | Callable[..., Any]) -> str:
    """Return the docstring with each paragraph on one line; raises TypeError if there is none."""
    # A class inherits the docstring of its base through getdoc, and dataclasses invent one.
    text = vars(documented).get("__doc__") if isinstance(documented, type) else documented.__doc__
    if not text:
        raise TypeError(f"{documented.__qualname__} has no docstring, which the schema shows.")
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs)
