"""`profilegraph schema`: the API's schema as text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from profilegraph.api.schema import sdl
from profilegraph.api.schema_changes import schema_changes
from profilegraph.cli.console import out
from profilegraph.cli.running import run
from profilegraph.domain.catalogue import Catalogue
from profilegraph.hooks.host import load_host

app = typer.Typer(help="The schema of the GraphQL API.", no_args_is_help=True)

LIVE = typer.Option(help="With what is in the graph, tags that people made included.")


@app.callback()
def group() -> None:
    """Show the schema of the GraphQL API."""


@app.command("print")
def print_(live: Annotated[bool, LIVE] = False) -> None:
    """Print the schema in GraphQL's own language, typed by the taxonomies and plugins installed."""
    sys.stdout.write(_text(live=live))


@app.command()
def diff(
    file: Annotated[
        Path,
        typer.Argument(help="An older schema, as `print` wrote it.", exists=True, dir_okay=False),
    ],
    live: Annotated[bool, LIVE] = False,
) -> None:
    """Say what changed since an older schema; exits with 1 where documents of before would fail."""
    found = schema_changes(file.read_text(encoding="utf-8"), _text(live=live))
    for one in found.breaking:
        out.print(f"[bold red]breaks[/]   {escape(one)}")
    for one in found.dangerous:
        out.print(f"[yellow]may break[/] {escape(one)}")
    if not (found.breaking or found.dangerous):
        out.print("What was valid before is valid now.")
    raise typer.Exit(1 if found.breaking else 0)


def _text(*, live: bool) -> str:
    host = load_host()
    catalogue = run(lambda one: one.catalogue()) if live else Catalogue.of(host.taxonomies)
    return sdl(catalogue, host)
