"""Checks that what a plugin provides fulfils its hook, before it is used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.errors import PluginError
from profilegraph.hooks.commands import OWN, Command
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.hooks.destinations import Destination
from profilegraph.hooks.importers import Importer
from profilegraph.hooks.leaves import SegmentLeaf
from profilegraph.hooks.models import Model
from profilegraph.hooks.shapes import require_shapes, shape_of
from profilegraph.hooks.tables import TABLES
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import NAMES

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_COMMAND = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LABELLED = frozenset({"labels", "description"})
_CLASSES = frozenset({"options", "input"})


def taxonomy(path: Any) -> Taxonomy:
    """Return the taxonomy in a file; raises PluginError or InvalidTaxonomy."""
    if not isinstance(path, Path):
        raise PluginError(f"it must return paths, not {path!r}.")
    return read_taxonomy(path)


def model(thing: Any) -> Model[Any]:
    """Return a model; raises PluginError."""
    found: Model[Any] = _kind(Model, "models", thing)
    return found


def importer(thing: Any) -> Importer[Any]:
    """Return an importer; raises PluginError."""
    found: Importer[Any] = _kind(Importer, "importers", thing)
    return found


def destination(thing: Any) -> Destination[Any]:
    """Return a destination; raises PluginError."""
    found: Destination[Any] = _kind(Destination, "destinations", thing)
    return found


def leaf(thing: Any) -> SegmentLeaf[Any]:
    """Return a segment leaf whose input the API can represent; raises PluginError."""
    found: SegmentLeaf[Any] = _kind(SegmentLeaf, "segment leaves", thing)
    if to_camel(found.key) in NAMES:
        raise PluginError(f"the leaf {found.key!r} has the name of a condition of the platform.")
    require_shapes(found.input)
    return found


def customer_field(thing: Any) -> CustomerField:
    """Return a customer field whose values the API can represent; raises PluginError."""
    found: CustomerField = _kind(CustomerField, "customer fields", thing)
    base = shape_of(found.result).base
    if issubclass(base, BaseModel):
        require_shapes(base)
    return found


def command(thing: Any) -> Command:
    """Return a command with a name that people can type; raises PluginError."""
    if not isinstance(thing, Command) or not isinstance(thing.app, typer.Typer):
        raise PluginError(f"it must return commands with Typer applications, not {thing!r}.")
    if not _COMMAND.fullmatch(thing.name):
        raise PluginError(f"the command {thing.name!r} must be lower case, with hyphens.")
    if thing.name in OWN:
        raise PluginError(f"the platform has a command {thing.name!r} of its own.")
    return thing


def _kind(kind: Any, plural: str, thing: Any) -> Any:
    if not isinstance(thing, kind):
        members = [*kind.__annotations__, *(m for m in vars(kind) if not m.startswith("_"))]
        lacking = [name for name in members if not hasattr(thing, name)]
        lacks = f": it has no {', '.join(lacking)}" if len(lacking) < len(members) else ""
        raise PluginError(f"it must return {plural}, not {thing!r}{lacks}.")
    key = thing.key
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise PluginError(f"the key {key!r} must be snake_case: letters a-z, digits and _.")
    for name in _LABELLED & set(dir(thing)):
        if not isinstance(getattr(thing, name), Labels):
            raise PluginError(f"the {name} of {key!r} must be Labels, in zh-CN and en.")
    for name in _CLASSES & set(dir(thing)):
        found = getattr(thing, name)
        if not (isinstance(found, type) and issubclass(found, BaseModel)):
            raise PluginError(f"the {name} of {key!r} must be a pydantic class.")
    for table in getattr(thing, "needs", ()):
        if table not in TABLES:
            raise PluginError(f"{key!r} needs {table!r}, which is no table.")
    return thing
