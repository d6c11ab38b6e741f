"""Commands that plugins bring, looked for where the platform has none of the name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

from profilegraph.errors import PluginError, ProfilegraphError
from profilegraph.hooks.commands import OWN
from profilegraph.hooks.hosting.host import Host, load_host


@contextmanager
def plugin_commands(
    app: typer.Typer, arguments: Sequence[str], load: Callable[[], Host] = load_host
) -> Iterator[None]:
    """Put the commands of plugins into an application for as long as it runs.

    Plugins are imported only where something of theirs is asked for. Raises PluginError that names
    the plugin whose command raises something that nobody expects.
    """
    name = next((one for one in arguments if not one.startswith("-")), "")
    if name in OWN:
        yield
        return
    commands = load().commands
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
