"""`profilegraph doctor`: what is sound, what is not, and what to do about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.running import present
from profilegraph.errors import ProfilegraphError

if TYPE_CHECKING:
    from profilegraph.config import Settings
    from profilegraph.services.operations.doctor import HealthFinding
    from profilegraph.services.platform import Address


_STYLE = {"ok": "green", "warning": "yellow", "error": "bold red"}
"""How a finding is shown, by its health."""

AllRecords = Annotated[
    bool,
    typer.Option("--all-records", help="Read every stored record, however long that takes."),
]


def doctor(all_records: AllRecords = False) -> None:
    """Check the settings, plugins, database, schema, taxonomies, stored records, index and server.

    The exit status is 1 where the platform cannot do its work, 0 otherwise, also where a part of it
    is impaired.
    """
    import asyncio

    from profilegraph.config import load_settings
    from profilegraph.hooks.hosting.host import load_host
    from profilegraph.services.operations.doctor import RECORD_SECONDS, Health, examine

    settings = load_settings()
    seconds = None if all_records else RECORD_SECONDS
    found = asyncio.run(
        examine(settings, os.environ, _address(settings), load_host(), present(), seconds)
    )
    for finding in found:
        show(finding)
    if any(finding.health is Health.BROKEN for finding in found):
        raise typer.Exit(1)


def show(finding: HealthFinding) -> None:
    """Print what was found of one part, and what to do about it."""
    health = f"[{_STYLE[finding.health.value]}]{finding.health.value:7}[/]"
    out.print(f"{health} {finding.part}: {escape(finding.message)}", highlight=False)
    if finding.hint:
        out.print(f"        {escape(finding.hint)}", highlight=False)


def _address(settings: Settings) -> Address | ProfilegraphError:
    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.services.platform import locate

    try:
        return locate(settings, ServerProgress())
    except ProfilegraphError as error:
        return error
