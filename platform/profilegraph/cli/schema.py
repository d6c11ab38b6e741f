"""`profilegraph schema`: the API's schema as text."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from profilegraph.api.schema import sdl
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
    host = load_host()
    catalogue = run(lambda one: one.catalogue()) if live else Catalogue.of(host.taxonomies)
    sys.stdout.write(sdl(catalogue, host))
