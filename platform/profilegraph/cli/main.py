"""The command line: registers the groups of commands, and reports errors."""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated, cast

import typer
from typer.main import get_command

from profilegraph.cli.commands import PlatformCommands
from profilegraph.cli.plugins.contributed import plugin_commands
from profilegraph.errors import ProfilegraphError, StorageFailed

_WHAT = "Customer profiles as a graph, segments that explain themselves."

app = typer.Typer(
    name="profilegraph",
    cls=PlatformCommands,
    help=_WHAT,
    epilog="Plugins may bring more commands: see `profilegraph plugin list`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # what draws boxes around help takes longer to import than all else
)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"profilegraph {version('profilegraph')}")
        raise typer.Exit


@app.callback(help=_WHAT)
def profilegraph(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Take what belongs to no command."""


def run() -> None:
    """Run the command line; exits with 0, or with the failed error's status after showing it."""
    try:
        with plugin_commands(app, sys.argv[1:]):
            commands = cast("PlatformCommands", get_command(app))
            commands.before_work = _silence_logs
            try:
                commands()
            finally:
                sys.stdout.flush()  # what cannot be printed is found out here, not at the very end
    except ProfilegraphError as error:
        show(error)
        sys.exit(error.exit_status)
    except BrokenPipeError:  # whoever read what is printed has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as fault:
        failed = storage_failed(fault)
        show(failed)
        sys.exit(failed.exit_status)


def _silence_logs() -> None:
    """Leave it to commands to show what goes wrong; `serve` has a log, and configures it."""
    import logging

    import structlog

    # The driver warns of each retry on its own; what fails in the end is shown anyway.
    logging.getLogger("neo4j").setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def storage_failed(fault: OSError) -> ProfilegraphError:
    """Return what to say of a file or folder that cannot be used."""
    full = fault.errno in {errno.ENOSPC, errno.EDQUOT}
    return StorageFailed(
        f"{fault.strerror or fault}.",
        hint="Free some space."
        if full
        else "Give this user the right to it, or name another place.",
        where=str(fault.filename or ""),
    )


def show(error: ProfilegraphError) -> None:
    """Print an expected failure: its code, where and what is wrong, and what to do."""
    from rich.markup import escape

    from profilegraph.cli.terminal.console import err

    place = f"{error.where}: " if error.where else ""
    err.print(f"[bold red]{error.code}[/] {escape(place + error.message)}")
    if error.hint:
        err.print(f"  {escape(error.hint)}")
