"""Inputs of the segment language as its canonical JSON, which they are but for what is left out."""

from __future__ import annotations

from typing import Any, Protocol

EXPANSION = "expansion"
"""Under this name stands a condition that is written in other conditions of the language."""


class Expansion(Protocol):
    """A condition that is written in other conditions of the language."""

    def json(self) -> object:
        """Return the conditions that it stands for as canonical JSON; raises InvalidFilter."""


def canonical(value: Any) -> Any:
    """Return an input, as GraphQL has checked it, as canonical JSON; raises InvalidFilter."""
    match value:
        case dict():
            if EXPANSION in value:
                return value[EXPANSION].json()
            return {name: canonical(inner) for name, inner in value.items() if inner is not None}
        case list():
            return [canonical(item) for item in value]
        case _:
            return value
