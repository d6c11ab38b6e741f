"""`profilegraph key`: who may use the API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.filters import read_filter
from profilegraph.cli.terminal.listing import AsJson, named, show_json, show_rows
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import present, run

if TYPE_CHECKING:
    from profilegraph.domain.identity import ApiKey
    from profilegraph.domain.records.organisation import Employee
    from profilegraph.services.identity.keys import CreatedKey
    from profilegraph.services.platform import Platform


app = typer.Typer(help="API keys: who may use the API.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is; shown as the author of changes.")],
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="Key of a role that it has; may be repeated. Without any, a machine's has `admin`,"
            " and an employee's follows the roles of the employee.",
            show_default=False,
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            help="A filter that narrows the customers of its roles: JSON, or a file of it.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    employee: Annotated[
        str | None,
        typer.Option(help="Key of the employee whose it is; a machine's without."),
    ] = None,
) -> None:
    """Make a key and print it: this once, since only a hash of it is kept."""
    from profilegraph.services.identity.keys import CreateKey
    from profilegraph.services.identity.keys import create as create_key

    context = operator_context()
    expires = None if days is None else context.now + timedelta(days=days)
    narrowed = None if rows is None else read_filter(rows, "--rows")
    command = CreateKey(name, tuple(role or ()), narrowed, expires, employee)
    _show(run(lambda platform: create_key(platform, command, context)))


@app.command()
def rotate(
    id: Annotated[str, typer.Argument(help="Id of the key, as `list` shows it.")],  # noqa: A002
    grace_hours: Annotated[
        float,
        typer.Option(min=0, max=2160, help="Hours for which the old secret is still accepted."),
    ] = 24.0,
) -> None:
    """Replace a key by one with another secret, and the same name, roles, rows and employee."""
    from profilegraph.services.identity.keys import RotateKey
    from profilegraph.services.identity.keys import rotate as rotate_key

    command = RotateKey(id, timedelta(hours=grace_hours))
    _show(run(lambda platform: rotate_key(platform, command, operator_context())))
    err.print(f"The old one ends in {grace_hours:g} h.")


def _show(created: CreatedKey) -> None:
    out.print(created.secret)
    key = created.key
    whose = "" if key.own_roles or key.employee is None else ", those of the employee"
    rows = "" if key.rows is None else ", narrowed to some customers"
    err.print(escape(f"It has the roles: {', '.join(key.roles)}{whose}{rows}."))
    err.print("Keep it safe: it cannot be shown again. Send it as `Authorization: Bearer pg_…`.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all keys, without their secrets."""
    from profilegraph.services.duties import employees
    from profilegraph.services.identity.keys import list_keys

    now = present()

    async def work(platform: Platform) -> tuple[Sequence[ApiKey], Mapping[str, Employee]]:
        keys = await list_keys(platform.database)
        return keys, await employees(platform, [one.employee for one in keys if one.employee])

    keys, people = run(work)
    if as_json:
        show_json([_json(one, people, now) for one in keys])
        return
    show_rows(
        ("id", "name", "employee", "roles", "rows", "created", "used", "state"),
        (
            (
                one.id,
                one.name,
                _holder(one, people) or "none: a machine's",
                ", ".join(one.roles),
                "all of its roles"
                if one.rows is None
                else json.dumps(one.rows, ensure_ascii=False),
                f"{one.created_at:%Y-%m-%d %H:%M}",
                "never" if one.last_used_on is None else one.last_used_on.isoformat(),
                _state(one, now),
            )
            for one in keys
        ),
    )


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="Id of the key, as `list` shows it.")]) -> None:  # noqa: A002
    """End a key; running servers follow within seconds."""
    from profilegraph.services.identity.keys import RevokeKey
    from profilegraph.services.identity.keys import revoke as revoke_key

    run(lambda platform: revoke_key(platform, RevokeKey(id), operator_context()))
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
        "roles": key.roles,
        "ownRoles": key.own_roles,
        "rows": key.rows,
        "lastUsedOn": key.last_used_on,
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
