"""The command line: one group of commands a module, and one place that shows errors."""

from __future__ import annotations

import errno
import logging
import os
import sys
from importlib.metadata import version
from typing import Annotated

import structlog
import typer
from rich.markup import escape

from profilegraph.cli.operations import (
    db,
    demo,
    doctor,
    duty,
    import_,
    index,
    key,
    schema,
    serve,
    settings,
)
from profilegraph.cli.plugins import commands as plugin
from profilegraph.cli.plugins import model
from profilegraph.cli.plugins.contributed import plugin_commands
from profilegraph.cli.segments import commands as segment
from profilegraph.cli.taxonomies import changes
from profilegraph.cli.terminal.console import err, out
from profilegraph.errors import ProfilegraphError, StorageFailed

_WHAT = "Customer profiles as a graph, segments that explain themselves."

app = typer.Typer(
    name="profilegraph",
    help=_WHAT,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        out.print(f"profilegraph {version('profilegraph')}")
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


app.add_typer(db.app, name="db")
app.command()(demo.demo)
app.command()(doctor.doctor)
app.add_typer(duty.app, name="duty")
app.command("import")(import_.import_files)
app.add_typer(index.app, name="index")
app.add_typer(key.app, name="key")
app.add_typer(model.app, name="model")
app.add_typer(plugin.app, name="plugin")
app.add_typer(schema.app, name="schema")
app.add_typer(segment.app, name="segment")
app.command()(serve.serve)
app.add_typer(settings.app, name="settings")
app.add_typer(changes.app, name="taxonomy")


def run() -> None:
    """Run the command line; exits with 0, or with the failed error's status after showing it."""
    # The driver warns of each retry on its own; what fails in the end is shown below.
    logging.getLogger("neo4j").setLevel(logging.ERROR)
    # Commands show what goes wrong themselves; `serve` has a log, and configures it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with plugin_commands(app, sys.argv[1:]):
            try:
                app()
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
    place = f"{error.where}: " if error.where else ""
    err.print(f"[bold red]{error.code}[/] {escape(place + error.message)}")
    if error.hint:
        err.print(f"  {escape(error.hint)}")
