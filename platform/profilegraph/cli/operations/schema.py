"""`profilegraph schema`: the API's schema as text, and the schemas of files that people write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.in_use import Installed, find_in_use

app = typer.Typer(help="The schemas of the GraphQL API and of files.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Show the schema of the GraphQL API, and write those that editors check files by."""


@app.command("print")
def print_(installed: Installed = False) -> None:
    """Print the schema in GraphQL's own language, as a process serves it.

    It is typed by the taxonomies in the graph, and has what the plugins bring.
    """
    sys.stdout.write(_text(installed=installed))


@app.command()
def diff(
    file: Annotated[
        Path,
        typer.Argument(help="An older schema, as `print` wrote it.", exists=True, dir_okay=False),
    ],
    installed: Installed = False,
) -> None:
    """Say what changed since an older schema; exits with 1 where documents of before would fail."""
    from profilegraph.api.runtime.schema_changes import schema_changes

    found = schema_changes(file.read_text(encoding="utf-8"), _text(installed=installed))
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
    from profilegraph.services.operations.file_schemas import json_schemas, schema_text

    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        (folder / name).write_text(schema_text(schema), encoding="utf-8")
        out.print(f"# yaml-language-server: $schema={folder / name}", markup=False)


def _text(*, installed: bool) -> str:
    from profilegraph.api.schema import sdl
    from profilegraph.domain.taxonomy.catalogue import Catalogue

    host, taxonomies = find_in_use(installed=installed)
    return sdl(Catalogue.of(taxonomies), host)
