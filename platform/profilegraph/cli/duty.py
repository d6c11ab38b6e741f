"""`profilegraph duty`: whose it is to plan, tag, clean and restructure dimensions, and for how long.

Whoever can run these commands runs the deployment: they are an administrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from profilegraph.cli.console import out
from profilegraph.cli.running import Locale, parse_moment, present, run
from profilegraph.domain.duties import OPERATOR, Governance, Loan
from profilegraph.domain.taxonomy import Dimension, Duty
from profilegraph.services import cleaning, duties
from profilegraph.services.duties import Request
from profilegraph.services.platform import Platform

app = typer.Typer(
    help="Duties: who plans, tags, cleans and restructures dimensions.", no_args_is_help=True
)
DimensionKey = Annotated[str, typer.Argument(help="Key of the dimension.", show_default=False)]
WhichDuty = Annotated[Duty, typer.Argument(help="Which duty.", show_default=False)]


@app.command("list")
def list_(locale: Locale) -> None:
    """List the team of each duty in each dimension; a star where an administrator assigned it."""

    async def work(platform: Platform) -> list[tuple[Dimension, Governance]]:
        dimensions = (await platform.catalogue()).dimensions
        found = await duties.governance(platform, list(dimensions), present())
        return [(dimensions[key], one) for key, one in found.items()]

    table = Table("dimension", "label", *Duty)
    for dimension, governance in run(work):
        teams = [_team(governance, duty) for duty in Duty]
        table.add_row(dimension.key, escape(dimension.labels.text(locale)), *map(escape, teams))
    out.print(table)


@app.command()
def loans(
    dimension: Annotated[
        str | None, typer.Option(help="Key of a dimension.", show_default="all")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that are over, too.")] = False,
) -> None:
    """List the duties that are lent, the newest loan first."""
    now = present()
    found = run(lambda platform: duties.loans(platform, now, dimension, ended=ended))
    out.print(_table(found, now))


@app.command()
def lend(
    dimension: DimensionKey,
    duty: WhichDuty,
    until: Annotated[
        datetime,
        typer.Option(
            parser=lambda text: parse_moment(text),
            metavar="MOMENT",
            help="When it is over, such as 2026-01-31 or 2026-01-31T18:00:00+08:00.",
            show_default=False,
        ),
    ],
    employee: Annotated[
        str | None, typer.Option(help="Key of the employee.", show_default=False)
    ] = None,
    team: Annotated[
        str | None, typer.Option(help="Key of the team, instead.", show_default=False)
    ] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Lend a duty in a dimension to an employee, or to a team, until a moment."""
    loan = run(
        lambda platform: duties.lend(
            platform,
            dimension,
            duty,
            employee=employee,
            team=team,
            until=until,
            note=note,
            request=_request(),
        )
    )
    out.print(escape(f"{loan.key} lends {duty} in {loan.dimension} until {until:%Y-%m-%d %H:%M}"))


@app.command()
def end(key: Annotated[str, typer.Argument(help="Key of the loan.", show_default=False)]) -> None:
    """End a loan before its time."""
    run(lambda platform: duties.end(platform, key, _request()))
    out.print(escape(f"{key} is ended"))


@app.command()
def assign(
    dimension: DimensionKey,
    duty: WhichDuty,
    team: Annotated[
        str | None,
        typer.Argument(help="Key of the team.", show_default="the one that the taxonomy names"),
    ] = None,
) -> None:
    """Give a duty in a dimension to a team, whatever its taxonomy says."""

    async def work(platform: Platform) -> Governance:
        key = await duties.assign(platform, dimension, duty, team, _request())
        return (await duties.governance(platform, [key], present()))[key]

    out.print(escape(f"{duty} in {dimension}: {_team(run(work), duty)}"))


@app.command()
def clean(
    dimension: DimensionKey,
    older_than: Annotated[
        int, typer.Option(help="Days after which a tagging that nobody said again is stale.")
    ] = cleaning.HALF_A_YEAR,
    frozen: Annotated[
        int, typer.Option(help="Days without an event after which a customer keeps its tags.")
    ] = cleaning.A_YEAR,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
) -> None:
    """Close the taggings of a dimension that are over or stale."""

    async def work(platform: Platform) -> cleaning.Cleaned:
        return await cleaning.clean(
            platform,
            dimension,
            older_than_days=older_than,
            frozen_days=frozen,
            dry_run=dry_run,
            request=_request(),
        )

    found = run(work)
    said = "would be closed" if dry_run else "are closed"
    out.print(f"{found.closed:,} taggings {said}, {found.kept:,} kept by frozen customers")
    if found.more:
        out.print("there are more: run it again")


def _request() -> Request:
    return Request(OPERATOR, present())


def _team(governance: Governance, duty: Duty) -> str:
    star = "*" if duty in governance.assigned else ""
    nobody = "everybody" if duty is Duty.TAG else "administrators"
    return (governance.team(duty) or nobody) + star


def _table(found: Sequence[Loan], now: datetime) -> Table:
    table = Table("key", "duty", "dimension", "to", "until", "by", "note", "state")
    for one in found:
        state = "holds" if one.holds(now) else "over" if one.ended_at is None else "ended"
        to = one.employee or (f"team {one.team}" if one.team else "nobody any more")
        cells = (
            one.key,
            one.duty,
            one.dimension,
            to,
            f"{one.until:%Y-%m-%d %H:%M}",
            one.by,
            one.note,
        )
        table.add_row(*map(escape, cells), state)
    return table
