"""Every hook that a plugin may implement, with its exact signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pluggy

from profilegraph.hooks.models import Model

GROUP = "profilegraph"
"""The entry-point group that plugins register in, and pluggy's name of the project."""

API_VERSION = 1
"""Grows when a hook changes; a plugin that needs a later one sets `profilegraph_api` to it."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Hooks(Protocol):
    """The hooks; a plugin is a module or an object with some of them, marked with @hookimpl."""

    @hookspec
    def register_taxonomies(self) -> Sequence[Path]:
        """Return the taxonomy files that the plugin brings.

        .. versionadded:: 0.1
        """

    @hookspec
    def register_models(self) -> Sequence[Model[Any]]:
        """Return the models that the plugin brings, each with a key of its own.

        .. versionadded:: 0.1
        """
