"""`profilegraph schema`: the API's schema as text."""

from __future__ import annotations

import sys

import typer

from profilegraph.api.schema import sdl
from profilegraph.cli.in_use import Installed, find_in_use
from profilegraph.domain.catalogue import Catalogue

app = typer.Typer(help="The schema of the GraphQL API.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Show the schema of the GraphQL API."""


@app.command("print")
def print_(installed: Installed = False) -> None:
    """Print the schema in GraphQL's own language, as a process serves it.

    It is typed by the taxonomies in the graph, and has what the plugins bring.
    """
    host, taxonomies = find_in_use(installed=installed)
    sys.stdout.write(sdl(Catalogue.of(taxonomies), host))
