"""`profilegraph key`: who may use the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.listing import AsJson, named, show_json, show_rows
from profilegraph.cli.terminal.running import present, run

if TYPE_CHECKING:
    from profilegraph.domain.records.organisation import Employee
    from profilegraph.services.keys import ApiKey
    from profilegraph.services.platform import Platform


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
    from profilegraph.services.keys import create_key

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
def list_(as_json: AsJson = False) -> None:
    """List all keys, without their secrets."""
    from profilegraph.services.duties import employees
    from profilegraph.services.keys import list_keys

    now = present()

    async def work(platform: Platform) -> tuple[Sequence[ApiKey], Mapping[str, Employee]]:
        keys = await list_keys(platform.database)
        return keys, await employees(platform, [one.employee for one in keys if one.employee])

    keys, people = run(work)
    if as_json:
        show_json([_json(one, people, now) for one in keys])
        return
    show_rows(
        ("id", "name", "employee", "may", "created", "state"),
        (
            (
                one.id,
                one.name,
                _holder(one, people) or "none: a machine's",
                "everything" if one.actor.administrator else "what their duties are",
                f"{one.created_at:%Y-%m-%d %H:%M}",
                _state(one, now),
            )
            for one in keys
        ),
    )


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="Id of the key, as `list` shows it.")]) -> None:  # noqa: A002
    """End a key; running servers follow within seconds."""
    from profilegraph.services.keys import revoke_key

    now = present()
    run(lambda platform: revoke_key(platform.database, id, now))
    out.print(f"The key {escape(id)} is revoked.")


def _holder(key: ApiKey, people: Mapping[str, Employee]) -> str | None:
    if key.employee is None:
        return None
    known = people.get(key.employee)
    return named(key.employee, None if known is None else known.name)


def _json(key: ApiKey, people: Mapping[str, Employee], now: datetime) -> dict[str, object]:
    known = people.get(key.employee or "")
    return {
        "id": key.id,
        "name": key.name,
        "employee": key.employee,
        "employeeName": None if known is None else known.name,
        "administrator": key.actor.administrator,
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "revokedAt": key.revoked_at,
        "state": _state(key, now),
    }


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "good"
    return f"{'expired' if key.expires_at <= now else 'good until'} {key.expires_at:%Y-%m-%d}"
