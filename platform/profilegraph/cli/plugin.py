"""`profilegraph plugin`: what is installed, and what of it does not work."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from profilegraph.cli import plugin_authoring
from profilegraph.cli.console import out
from profilegraph.cli.in_use import Installed, find_in_use
from profilegraph.hooks.host import Host

app = typer.Typer(help="Plugins.", no_args_is_help=True)
app.command()(plugin_authoring.check)
app.command()(plugin_authoring.new)


@app.callback()
def plugins() -> None:
    """Plugins bring taxonomies, models, importers, destinations and more."""


@app.command("list")
def list_(
    trace: Annotated[bool, typer.Option(help="Show the traceback of each fault too.")] = False,
    installed: Installed = False,
) -> None:
    """List the plugins with their versions and hooks, and what of them is out of use, and why."""
    show(find_in_use(installed=installed)[0], trace=trace)


def show(host: Host, *, trace: bool) -> None:
    """Print the plugins of a host, then its faults."""
    table = Table()
    for column in ("plugin", "distribution", "version", "hooks"):
        table.add_column(column)
    for plugin in host.plugins:
        table.add_row(
            escape(plugin.name), plugin.distribution, plugin.version, "\n".join(plugin.hooks)
        )
    out.print(table)
    for fault in host.faults:
        origin = f" ({fault.distribution})" if fault.distribution else ""
        out.print(f"[bold red]FAULT[/] {escape(f'{fault.about}{origin}: {fault.reason}')}")
        if trace and fault.traceback:
            out.print(escape(fault.traceback))
