"""Every hook that a plugin may implement, with its exact signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pluggy

from profilegraph.hooks.commands import Command
from profilegraph.hooks.customer_fields import CustomerField
from profilegraph.hooks.destinations import Destination
from profilegraph.hooks.importers import Importer
from profilegraph.hooks.leaves import SegmentLeaf
from profilegraph.hooks.listeners import MembershipChanged, TagsChanged
from profilegraph.hooks.models import Model

GROUP = "profilegraph"
"""The entry-point group that plugins register in, and pluggy's name of the project."""

API_VERSION = "1.0"
"""Grows when a hook changes: the second number by what is new, the first by what is gone."""

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

    @hookspec
    def register_importers(self) -> Sequence[Importer[Any]]:
        """Return the importers that the plugin brings, each with a key of its own.

        .. versionadded:: 0.1
        """

    @hookspec
    def register_destinations(self) -> Sequence[Destination[Any]]:
        """Return the destinations that the plugin brings, each with a key of its own.

        .. versionadded:: 0.1
        """

    @hookspec
    def register_leaves(self) -> Sequence[SegmentLeaf[Any]]:
        """Return the segment leaves that the plugin brings, each with a key of its own.

        .. versionadded:: 0.1
        """

    @hookspec
    def register_customer_fields(self) -> Sequence[CustomerField]:
        """Return the fields of customers that the plugin brings, each with a key of its own.

        .. versionadded:: 0.1
        """

    @hookspec
    def register_commands(self) -> Sequence[Command]:
        """Return the commands that the plugin brings, each with a name of its own.

        .. versionadded:: 0.1
        """

    @hookspec
    def on_tags_changed(self, change: TagsChanged) -> None:
        """Take note that customers were given tags or lost them.

        It is called after the commit, in a thread of its own, and has some seconds.

        .. versionadded:: 0.1
        """

    @hookspec
    def on_membership_changed(self, change: MembershipChanged) -> None:
        """Take note that customers entered or left a live segment.

        It is called after the commit, in a thread of its own, and has some seconds.

        .. versionadded:: 0.1
        """
