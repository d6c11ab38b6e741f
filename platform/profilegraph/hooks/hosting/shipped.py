"""The plugin `core`: the taxonomies that profilegraph itself ships with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from profilegraph.config import data_folder
from profilegraph.hooks.specs import hookimpl


@hookimpl
def register_taxonomies() -> Sequence[Path]:
    """Return the files of the folder taxonomies/."""
    return sorted(data_folder("taxonomies").glob("*.yaml"))
