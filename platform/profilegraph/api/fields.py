"""Described fields, with the types that Strawberry's own decorators lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import strawberry

P = ParamSpec("P")
R = TypeVar("R")


def field(description: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes a method the resolver of a field."""
    return cast(
        "Callable[[Callable[P, R]], Callable[P, R]]", strawberry.field(description=description)
    )


def given(description: str, name: str | None = None) -> Any:
    """Return an input field that may be left out."""
    return strawberry.field(default=strawberry.UNSET, name=name, description=description)
