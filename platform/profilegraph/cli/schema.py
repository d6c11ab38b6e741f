"""`profilegraph schema`: the API's schema as text, and the schemas of files that people write."""

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
from profilegraph.services.schemas import json_schemas, schema_text

app = typer.Typer(help="The schemas of the GraphQL API and of files.", no_args_is_help=True)

LIVE = typer.Option(help="With what is in the graph, tags that people made included.")


@app.callback()
def group() -> None:
    """Show the schema of the GraphQL API, and write those that editors check files by."""


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


@app.command()
def files(
    folder: Annotated[Path, typer.Argument(help="Where to; it is made if need be.")] = Path(
        "schema"
    ),
) -> None:
    """Write what editors check files by: JSON Schemas of taxonomies, filters, changes, mappings.

    The first line of a YAML file then says which: # yaml-language-server: $schema=…
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        (folder / name).write_text(schema_text(schema), encoding="utf-8")
        out.print(f"# yaml-language-server: $schema={folder / name}", markup=False)


def _text(*, live: bool) -> str:
    host = load_host()
    catalogue = run(lambda one: one.catalogue()) if live else Catalogue.of(host.taxonomies)
    return sdl(catalogue, host)
