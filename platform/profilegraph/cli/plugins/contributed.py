"""Commands of plugins, looked up where the platform has none of the name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from profilegraph.cli.commands import COMMANDS
from profilegraph.errors import PluginError, ProfilegraphError

if TYPE_CHECKING:
    from profilegraph.hooks.hosting.host import Host


@contextmanager
def plugin_commands(
    app: typer.Typer, arguments: Sequence[str], load: Callable[[], Host] | None = None
) -> Iterator[None]:
    """Put the commands of plugins into an application for as long as it runs.

    Plugins are imported only where a command is named that is not the platform's. Raises PluginError that names
    the plugin whose command raises something that nobody expects.
    """
    name = next((one for one in arguments if not one.startswith("-")), "")
    if not name or name in {one.name for one in COMMANDS}:
        yield
        return
    commands = (load or _load_host)().commands
    for command in commands:
        app.add_typer(command.app, name=command.name)
    try:
        yield
    except ProfilegraphError:
        raise
    except Exception as error:
        if name not in commands:
            raise
        raise PluginError(
            f"the command {name!r} of the plugin {commands.owners[name].name!r} failed:"
            f" {type(error).__name__}: {error}",
            hint="Report it to the plugin's author.",
        ) from error


def _load_host() -> Host:
    from profilegraph.hooks.hosting.host import load_host

    return load_host()
