"""`profilegraph schema`: the API's schema as text."""

from __future__ import annotations

import sys

import typer

from profilegraph.api.schema import sdl

app = typer.Typer(help="The schema of the GraphQL API.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Show the schema of the GraphQL API."""


@app.command("print")
def print_() -> None:
    """Print the schema in GraphQL's own language, as schema/api.graphql has it."""
    sys.stdout.write(sdl())
