"""Cypher, one statement a file, by the capability that asks for it; values travel as parameters only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def statement(name: str) -> str:
    """Return the text of the statement file `name`, whichever capability it belongs to."""
    return _files()[name].read_text(encoding="utf-8")


@cache
def _files() -> Mapping[str, Traversable]:
    folders = [one for one in files(__name__).iterdir() if one.is_dir()]
    found = [one for folder in folders for one in folder.iterdir() if one.name.endswith(".cypher")]
    return {one.name.removesuffix(".cypher"): one for one in found}
