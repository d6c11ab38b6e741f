"""`profilegraph db`: the embedded database of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.listing import show_table
from profilegraph.cli.terminal.running import present

if TYPE_CHECKING:
    from rich.table import Table

    from profilegraph.config import Settings
    from profilegraph.embedded.server import RunningServer


app = typer.Typer(
    help="The embedded Neo4j: start, stop, status, reset, migrate.", no_args_is_help=True
)


@app.command()
def start() -> None:
    """Start the embedded Neo4j, or find it running."""
    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.embedded import server

    settings = _settings()
    found = server.status(settings)
    running = found or server.start(settings, ServerProgress())
    out.print(f"Neo4j {running.version} {'was running' if found else 'is ready'} at {running.uri}")


@app.command()
def stop() -> None:
    """Stop the embedded Neo4j; everything is written to disk first."""
    from profilegraph.embedded import server

    out.print("Neo4j is stopped." if server.stop(_settings()) else "Neo4j was not running.")


@app.command()
def status() -> None:
    """Show where the embedded Neo4j answers and what it uses; exits with 1 if it does not run."""
    from profilegraph.embedded import server

    settings = _settings()
    running = server.status(settings)
    if running is None:
        out.print(f"Neo4j is not running. Its folder is {escape(str(settings.home))}")
        raise typer.Exit(1)
    show_table(_table(running))


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Stop the embedded Neo4j and delete all that is in it."""
    from profilegraph.embedded import server

    settings = _settings()
    if not yes:
        typer.confirm(f"Delete every customer, tag and segment in {settings.home}?", abort=True)
    server.reset(settings)
    out.print("The database is empty.")


@app.command()
def migrate() -> None:
    """Bring the graph's schema to the version of this profilegraph."""
    import asyncio

    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.config import load_settings
    from profilegraph.services.operations.schema import migrate_schema
    from profilegraph.services.platform import locate

    settings = load_settings()
    address = locate(settings, ServerProgress())
    applied = asyncio.run(migrate_schema(settings, address, present()))
    for migration in applied:
        out.print(f"{migration.number:04} {migration.name}")
    out.print("The schema is up to date." if not applied else f"{len(applied)} applied.")


def _settings() -> Settings:
    from profilegraph.config import load_settings

    settings = load_settings()
    if settings.neo4j_uri is not None:
        err.print(
            f"NEO4J_URI is set to {escape(settings.neo4j_uri)}: profilegraph uses that server, "
            "not the embedded one that this command is about."
        )
    return settings


def _table(running: RunningServer) -> Table:
    import psutil
    from rich.table import Table

    from profilegraph.config import MEGABYTE
    from profilegraph.embedded import server

    table = Table(show_header=False, box=None)
    memory = psutil.Process(running.pid).memory_info().rss
    for name, value in (
        ("address", running.uri),
        ("user", running.user),
        ("password", f"in {running.home / 'password'}"),
        ("version", running.version),
        ("process", str(running.pid)),
        ("memory", f"{memory / MEGABYTE:,.0f} MB"),
        ("folder", str(running.home)),
        ("store", f"{server.store_size(running) / MEGABYTE:,.1f} MB"),
    ):
        table.add_row(name, escape(value))
    return table
