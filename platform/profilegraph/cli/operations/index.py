"""`profilegraph index`: the index held against the graph, built anew, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import counted
from profilegraph.cli.terminal.running import present, run

if TYPE_CHECKING:
    from profilegraph.services.cache.verification import IndexSize, Verification
    from profilegraph.services.platform import Platform


app = typer.Typer(help="The index that answers filters.", no_args_is_help=True)


@app.callback()
def index() -> None:
    """Each process that serves keeps an index of the graph in memory, and on disk when it ends."""


@app.command()
def verify() -> None:
    """Hold the index against the graph: exit status 1 where they do not say the same.

    That of the process that serves on this machine's address, and the one that is saved for the next.
    """
    from profilegraph.services.cache.server_index import verify_all
    from profilegraph.services.platform import index_file, locate

    async def work(platform: Platform) -> dict[str, Verification]:
        settings = platform.settings
        return await verify_all(platform, index_file(settings, locate(settings)), present())

    found = run(work)
    for name, one in found.items():
        _show(name, one)
    if any(one.differing for one in found.values()):
        out.print(
            "Something changed the graph without the platform. `profilegraph index rebuild` mends it."
        )
        raise typer.Exit(1)


def _show(name: str, found: Verification) -> None:
    if not found.differing:
        out.print(f"{name} agrees with the graph on all {found.customers:,} customers.")
        return
    named = ", ".join(found.keys) or "customers that are gone, or were never numbered"
    many = counted(found.differing, "customer")
    out.print(f"{name} and the graph differ on {many}: {escape(named)}.")


@app.command()
def rebuild() -> None:
    """Have every process that serves build its index anew, at its next question."""
    from profilegraph.services.cache import verification

    run(verification.rebuild)
    out.print("Every process that serves builds its index anew; Cypher answers meanwhile.")


@app.command()
def build() -> None:
    """Build an index, say how long it takes and how large it is, and throw it away."""
    from profilegraph.services.cache import verification

    async def work(platform: Platform) -> IndexSize:
        return await verification.build(platform)

    size = run(work)
    out.print(
        f"{size.customers:,} customers, {size.taggings:,} taggings and {size.events:,} events:"
        f" {size.bytes:,} bytes, built in {size.seconds:.2f} s."
    )
