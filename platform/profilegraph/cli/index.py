"""`profilegraph index`: the index held against the graph, built anew, measured."""

from __future__ import annotations

import typer
from rich.markup import escape

from profilegraph.cli.console import out
from profilegraph.cli.running import run
from profilegraph.services import index_checks
from profilegraph.services.index_checks import IndexSize, Verification
from profilegraph.services.platform import Platform, index_file, locate

app = typer.Typer(help="The index that answers filters.", no_args_is_help=True)


@app.callback()
def index() -> None:
    """Each process that serves keeps an index of the graph in memory, and on disk when it ends."""


@app.command()
def verify() -> None:
    """Hold the index against the graph: exit status 1 where they do not say the same."""

    async def work(platform: Platform) -> Verification:
        settings = platform.settings
        return await index_checks.verify(platform, index_file(settings, locate(settings)))

    found = run(work)
    if not found.differing:
        out.print(f"The index agrees with the graph on all {found.customers:,} customers.")
        return
    named = ", ".join(found.keys) or "customers that are gone, or were never numbered"
    out.print(
        f"The index and the graph differ on {found.differing:,} customers: {escape(named)}.\n"
        "Something changed the graph without the platform. `profilegraph index rebuild` mends it."
    )
    raise typer.Exit(1)


@app.command()
def rebuild() -> None:
    """Have every process that serves build its index anew, at its next question."""
    run(index_checks.rebuild)
    out.print("Every process that serves builds its index anew; Cypher answers meanwhile.")


@app.command()
def build() -> None:
    """Build an index, say how long it takes and how large it is, and throw it away."""

    async def work(platform: Platform) -> IndexSize:
        return await index_checks.build(platform)

    size = run(work)
    out.print(
        f"{size.customers:,} customers, {size.taggings:,} taggings and {size.events:,} events:"
        f" {size.bytes:,} bytes, built in {size.seconds:.2f} s."
    )
