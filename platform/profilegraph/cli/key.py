"""`profilegraph key`: who may use the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from profilegraph.cli.console import err, out
from profilegraph.cli.running import present, run
from profilegraph.services.keys import ApiKey, create_key, list_keys, revoke_key

app = typer.Typer(help="API keys: who may use the API.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is; shown as the author of changes.")],
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    employee: Annotated[
        str | None,
        typer.Option(
            help="Key of the employee whose it is; a machine's, which may everything, without."
        ),
    ] = None,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="Whether the employee may everything, too.")
    ] = False,
) -> None:
    """Make a key and print it: this once, since only a hash of it is kept."""
    now = present()
    expires = None if days is None else now + timedelta(days=days)
    secret = run(
        lambda platform: create_key(
            platform.database, name, now, expires, employee=employee, administrator=administrator
        )
    )
    out.print(secret)
    err.print("Keep it safe: it cannot be shown again. Send it as `Authorization: Bearer pg_…`.")


@app.command("list")
def list_() -> None:
    """List all keys, without their secrets."""
    now = present()
    table = Table()
    table.add_column("id", no_wrap=True)  # it is copied from here
    for column in ("name", "employee", "may", "created", "state"):
        table.add_column(column)
    for key in run(lambda platform: list_keys(platform.database)):
        table.add_row(
            key.id,
            escape(key.name),
            escape(key.employee or "none: a machine's"),
            "everything" if key.actor.administrator else "what their duties are",
            f"{key.created_at:%Y-%m-%d %H:%M}",
            _state(key, now),
        )
    out.print(table)


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="Id of the key, as `list` shows it.")]) -> None:  # noqa: A002
    """End a key; running servers follow within seconds."""
    now = present()
    run(lambda platform: revoke_key(platform.database, id, now))
    out.print(f"The key {escape(id)} is revoked.")


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "good"
    return f"{'expired' if key.expires_at <= now else 'good until'} {key.expires_at:%Y-%m-%d}"
