"""`profilegraph settings`: what amounts, phone numbers and days mean in this graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.running import present

if TYPE_CHECKING:
    from rich.table import Table

    from profilegraph.domain.deployment import Deployment
    from profilegraph.services.operations.deployment import SettingsChange
    from profilegraph.services.operations.schema import DatabaseWork


T = TypeVar("T")
app = typer.Typer(
    help="Currency, phone region and time zone, which the graph keeps: show, change.",
    no_args_is_help=True,
)


@app.command()
def show() -> None:
    """Show the settings that the graph keeps for all processes."""
    from profilegraph.services.operations import deployment

    out.print(_table(_run(deployment.kept_settings)))


@app.command()
def change(
    currency: Annotated[str | None, typer.Option(help="Of all amounts, such as EUR.")] = None,
    phone_region: Annotated[
        str | None, typer.Option(help="Country of phone numbers without their own, such as DE.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="In which days begin, such as Europe/Berlin.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Change without asking.")] = False,
) -> None:
    """Say what a change of settings means for what is in the graph, and make it."""
    from profilegraph.config import load_settings
    from profilegraph.services.operations import deployment

    given = {"currency": currency, "phone_region": phone_region, "timezone": timezone}
    load_settings(**{name: value for name, value in given.items() if value is not None})
    planned = _run(lambda database: deployment.plan(database, given))
    for sentence in planned.meaning:
        out.print(f"- {escape(sentence)}")
    if planned.meaning and not yes:
        typer.confirm("Change the settings of this graph?", abort=True)
    _run(lambda database: deployment.change(database, planned, present()))
    _print_plan(planned)


def _print_plan(planned: SettingsChange) -> None:
    out.print(_table(planned.after))
    out.print(
        "Processes that run go by them from their next question on. One that is started with other"
        " values in its PROFILEGRAPH_ variables is refused: correct or unset those."
    )


def _table(kept: Deployment) -> Table:
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in (
        ("currency", kept.currency),
        ("phone region", kept.phone_region),
        ("time zone", kept.timezone),
    ):
        table.add_row(name, escape(value))
    return table


def _run(work: DatabaseWork[T]) -> T:
    """Return what `work` returns for the database, whatever this process is set to."""
    import asyncio

    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.config import load_settings
    from profilegraph.services.operations.schema import on_migrated
    from profilegraph.services.platform import locate

    settings = load_settings()
    return asyncio.run(on_migrated(settings, locate(settings, ServerProgress()), work))
