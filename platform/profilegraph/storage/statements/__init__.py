"""Cypher, one statement a file; values travel as parameters only."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return the text of the statement file `name`."""
    return (files(__name__) / f"{name}.cypher").read_text(encoding="utf-8")
