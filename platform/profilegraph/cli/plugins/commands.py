"""`profilegraph plugin`: what is installed, and what of it does not work."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.plugins import authoring
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.in_use import Installed, find_in_use
from profilegraph.cli.terminal.listing import AsJson, show_json, show_rows

if TYPE_CHECKING:
    from profilegraph.hooks.hosting.host import Host


app = typer.Typer(help="Plugins.", no_args_is_help=True)
app.command()(authoring.check)
app.command()(authoring.new)


@app.callback()
def plugins() -> None:
    """Plugins bring taxonomies, models, importers, destinations and more."""


@app.command("list")
def list_(
    trace: Annotated[bool, typer.Option(help="Show the traceback of each fault too.")] = False,
    installed: Installed = False,
    as_json: AsJson = False,
) -> None:
    """List the plugins with their versions and hooks, and what of them is out of use, and why."""
    host = find_in_use(installed=installed)[0]
    if as_json:
        faults = [
            {"about": one.about, "distribution": one.distribution, "reason": one.reason}
            for one in host.faults
        ]
        plugins = [asdict(one) | {"commands": _commands(host, one.name)} for one in host.plugins]
        show_json({"plugins": plugins, "faults": faults})
        return
    show(host, trace=trace)


def show(host: Host, *, trace: bool) -> None:
    """Print the plugins of a host, then its faults."""
    show_rows(
        ("plugin", "distribution", "version", "hooks", "commands"),
        (
            (
                one.name,
                one.distribution,
                one.version,
                "\n".join(one.hooks),
                "\n".join(_commands(host, one.name)),
            )
            for one in host.plugins
        ),
    )
    for fault in host.faults:
        origin = f" ({fault.distribution})" if fault.distribution else ""
        out.print(f"[bold red]FAULT[/] {escape(f'{fault.name}{origin}: {fault.reason}')}")
        if trace and fault.traceback:
            out.print(escape(fault.traceback))


def _commands(host: Host, plugin: str) -> list[str]:
    """Return the names of the commands that a plugin brings."""
    return [name for name, owner in host.commands.owners.items() if owner.name == plugin]
