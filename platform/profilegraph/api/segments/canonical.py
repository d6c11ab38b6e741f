"""Inputs of the segment language as its canonical JSON, which they are but for what is left out."""

from __future__ import annotations

from typing import Any


def canonical(value: Any) -> Any:
    """Return an input, as GraphQL has checked it, as canonical JSON."""
    match value:
        case dict():
            return {name: canonical(inner) for name, inner in value.items() if inner is not None}
        case list():
            return [canonical(item) for item in value]
        case _:
            return value
