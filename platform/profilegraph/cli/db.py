"""`profilegraph db`: the embedded database of this machine."""

from __future__ import annotations

import typer

from profilegraph.cli.console import out
from profilegraph.config import load_settings
from profilegraph.embedded import server

app = typer.Typer(help="The embedded Neo4j: start, stop, look at, throw away.", no_args_is_help=True)


@app.command()
def start() -> None:
    """Start the embedded Neo4j, or find the one that runs."""
    running = server.start(load_settings())
    out.print(running.uri)


@app.command()
def stop() -> None:
    """Stop the embedded Neo4j."""
    out.print("stopped" if server.stop(load_settings()) else "none ran")
