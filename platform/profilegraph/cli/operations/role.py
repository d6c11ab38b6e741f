"""`profilegraph role`: who may do what, with which customers.

Whoever can run these commands runs the deployment: they are an administrator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.filters import read_filter
from profilegraph.cli.terminal.listing import AsJson, show_json, show_rows
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import Locale, present, run
from profilegraph.domain.access import Permission, Role, RowAccess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profilegraph.engines.reference.evaluator import Verdict
    from profilegraph.services.access.explaining import AccessExplanation
    from profilegraph.services.platform import Platform

app = typer.Typer(help="Roles: who may do what, with which customers.", no_args_is_help=True)
RoleKey = Annotated[str, typer.Argument(help="Key of the role.", show_default=False)]
EmployeeKey = Annotated[str, typer.Argument(help="Key of the employee.", show_default=False)]


@app.command("list")
def list_(locale: Locale, as_json: AsJson = False) -> None:
    """List all roles, the built-in ones first."""
    from profilegraph.services.access import roles

    found = run(roles.roles)
    if as_json:
        show_json([_json(one) for one in found])
        return
    show_rows(
        ("role", "label", "rows", "permissions"),
        (
            (
                one.key,
                one.label(locale),
                one.rows,
                "all" if one.permissions == {*Permission} else ", ".join(sorted(one.permissions)),
            )
            for one in found
        ),
    )


@app.command()
def save(
    key: RoleKey,
    permission: Annotated[
        list[Permission], typer.Option(help="What it permits; may be given more than once.")
    ],
    rows: Annotated[
        str,
        typer.Option(help="ALL, OWN, TEAM, TEAM_AND_BELOW, or a filter: JSON, or a file of it."),
    ] = "ALL",
    label_zh: Annotated[str | None, typer.Option(help="What it is called in Chinese.")] = None,
    label_en: Annotated[str | None, typer.Option(help="What it is called in English.")] = None,
) -> None:
    """Save a role, or replace it; running servers follow within seconds."""
    from profilegraph.services.access import roles

    kinds = {one.value for one in RowAccess} - {RowAccess.FILTER.value}
    kind = RowAccess(rows) if rows in kinds else RowAccess.FILTER
    filter_ = read_filter(rows, "--rows") if kind is RowAccess.FILTER else None
    command = roles.SaveRole(key, tuple(permission), kind, filter_, label_zh, label_en)
    run(lambda platform: roles.save_role(platform, command, operator_context()))
    out.print(f"The role {escape(key)} is saved.")


@app.command()
def delete(key: RoleKey) -> None:
    """Delete a role that nobody has."""
    from profilegraph.services.access import roles

    command = roles.DeleteRole(key)
    run(lambda platform: roles.delete_role(platform, command, operator_context()))
    out.print(f"The role {escape(key)} is deleted.")


@app.command()
def assign(
    employee: EmployeeKey,
    role: Annotated[
        list[str] | None,
        typer.Argument(help="Keys of the roles, in place of former ones; without any, none."),
    ] = None,
) -> None:
    """Assign roles to an employee."""
    from profilegraph.services.access import roles

    command = roles.AssignRoles(employee, tuple(role or ()))
    assigned = run(lambda platform: roles.assign_roles(platform, command, operator_context()))
    out.print(f"{escape(employee)} has {escape(', '.join(assigned)) or 'no role of their own'}.")


@app.command()
def explain(
    employee: EmployeeKey,
    customer: Annotated[str, typer.Argument(help="Key of the customer.", show_default=False)],
    locale: Locale,
) -> None:
    """Say why an employee may see a customer, or may not."""
    from profilegraph.rendering.sentences import sentence
    from profilegraph.services.access.explaining import explain_for

    async def work(platform: Platform) -> tuple[AccessExplanation, dict[str, str]]:
        found = await explain_for(platform, employee, customer, present())
        catalogue = await platform.catalogue()
        texts = {
            one.grant.role: sentence(one.verdict.node, catalogue, locale) for one in found.grants
        }
        return found, texts

    found, texts = run(work)
    may = "may" if found.visible else "may not"
    out.print(f"{escape(employee)} {may} see {escape(customer)}.")
    for one in found.grants:
        mark = "yes" if one.visible else "no"
        out.print(f"  {mark:3}  {escape(one.grant.role)}: {escape(texts[one.grant.role])}")
        for line in _false(one.verdict):
            out.print(f"         not true: {escape(line)}")


def _false(verdict: Verdict) -> Iterator[str]:
    """Yield the places of the conditions that do not hold."""
    if not verdict.children and not verdict.holds:
        yield verdict.place
    for child in verdict.children:
        yield from _false(child)


def _json(one: Role) -> dict[str, object]:
    return {
        "key": one.key,
        "labels": dict(one.labels),
        "permissions": sorted(one.permissions),
        "rows": one.rows,
        "filter": one.filter,
        "builtIn": one.built_in,
    }
