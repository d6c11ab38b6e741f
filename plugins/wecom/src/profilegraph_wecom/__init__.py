"""WeCom as a plugin: what its API returns, imported; its tag library, made a taxonomy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from profilegraph.hooks import Command, Importer, hookimpl
from profilegraph_wecom.command import app
from profilegraph_wecom.importer import WeCom

__all__ = ["WeCom", "register_commands", "register_importers", "register_taxonomies"]


@hookimpl
def register_taxonomies() -> Sequence[Path]:
    """Return the file that declares what customers do in WeCom."""
    return [Path(__file__).parent / "wecom.yaml"]


@hookimpl
def register_importers() -> Sequence[Importer[Any]]:
    """Return the one importer, `wecom`."""
    return [WeCom()]


@hookimpl
def register_commands() -> Sequence[Command]:
    """Return the one group of commands, `wecom`."""
    return [Command("wecom", app)]
