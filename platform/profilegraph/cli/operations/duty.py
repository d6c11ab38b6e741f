"""`profilegraph duty`: whose it is to plan, tag, clean and restructure dimensions, and for how long.

Whoever can run these commands runs the deployment: they are an administrator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import AsJson, labels_json, named, show_json, show_rows
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import Locale, parse_moment, present, run
from profilegraph.domain.limits import FROZEN_DAYS, STALE_DAYS
from profilegraph.domain.taxonomy.definition import Duty

if TYPE_CHECKING:
    from profilegraph.domain.duties import Governance, Loan
    from profilegraph.domain.taxonomy.definition import Dimension
    from profilegraph.services.platform import Platform
    from profilegraph.services.taxonomies import cleaning


app = typer.Typer(
    help="Duties: who plans, tags, cleans and restructures dimensions.", no_args_is_help=True
)
Names: TypeAlias = Mapping[str, str | None]
NO_NAMES: Names = {}
DimensionKey = Annotated[str, typer.Argument(help="Key of the dimension.", show_default=False)]
WhichDuty = Annotated[Duty, typer.Argument(help="Which duty.", show_default=False)]


@app.command("list")
def list_(locale: Locale, as_json: AsJson = False) -> None:
    """List the team of each duty in each dimension; a star where an administrator assigned it."""
    from profilegraph.services import duties

    async def work(platform: Platform) -> tuple[list[tuple[Dimension, Governance]], Names]:
        dimensions = (await platform.catalogue()).dimensions
        found = await duties.governance(platform, list(dimensions), present())
        teams = {one.team(duty) for one in found.values() for duty in Duty} - {None}
        names = await duties.own_teams(platform, sorted(team for team in teams if team))
        listed = [(dimensions[key], one) for key, one in found.items()]
        return listed, {key: one.name for key, one in names.items()}

    found, names = run(work)
    if as_json:
        show_json([_governance(dimension, one, names) for dimension, one in found])
        return
    show_rows(
        ("dimension", "label", *Duty),
        (
            (
                dimension.key,
                dimension.labels.text(locale),
                *(_team(one, duty, names) for duty in Duty),
            )
            for dimension, one in found
        ),
    )


def _governance(dimension: Dimension, one: Governance, names: Names) -> dict[str, object]:

    duties_of = {
        duty.value: {
            "team": one.team(duty),
            "name": names.get(one.team(duty) or ""),
            "assigned": duty in one.assigned,
        }
        for duty in Duty
    }
    return {
        "dimension": dimension.key,
        "labels": labels_json(dimension.labels),
        "duties": duties_of,
    }


@app.command()
def loans(
    dimension: Annotated[
        str | None, typer.Option(help="Key of a dimension.", show_default="all")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the duties that are lent, the newest loan first."""
    from profilegraph.services import duties

    now = present()

    async def work(platform: Platform) -> tuple[Sequence[Loan], Names]:
        found = await duties.loans(platform, now, dimension, ended=ended)
        people = await duties.employees(platform, [one.employee for one in found if one.employee])
        teams = await duties.own_teams(platform, [one.team for one in found if one.team])
        names = {key: one.name for key, one in people.items()}
        return found, names | {key: one.name for key, one in teams.items()}

    found, names = run(work)
    if as_json:
        show_json([{**asdict(one), "state": _state(one, now)} for one in found])
        return
    show_rows(
        ("key", "duty", "dimension", "to", "until", "by", "note", "state"),
        (
            (
                one.key,
                one.duty,
                one.dimension,
                _borrower(one, names),
                f"{one.until:%Y-%m-%d %H:%M}",
                one.by,
                one.note,
                _state(one, now),
            )
            for one in found
        ),
    )


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
    from profilegraph.services import duties

    command = duties.LendDuty(dimension, duty, until, employee, team, note)
    loan = run(lambda platform: duties.lend(platform, command, operator_context()))
    out.print(escape(f"{loan.key} lends {duty} in {loan.dimension} until {until:%Y-%m-%d %H:%M}"))


@app.command()
def end(key: Annotated[str, typer.Argument(help="Key of the loan.", show_default=False)]) -> None:
    """End a loan before its time."""
    from profilegraph.services import duties

    command = duties.EndLoan(key)
    run(lambda platform: duties.end(platform, command, operator_context()))
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
    from profilegraph.services import duties

    async def work(platform: Platform) -> Governance:
        command = duties.AssignDuty(dimension, duty, team)
        key = await duties.assign(platform, command, operator_context())
        return (await duties.governance(platform, [key], present()))[key]

    out.print(escape(f"{duty} in {dimension}: {_team(run(work), duty)}"))


@app.command()
def clean(
    dimension: DimensionKey,
    older_than: Annotated[
        int, typer.Option(help="Days after which a tagging that nobody said again is stale.")
    ] = STALE_DAYS,
    frozen: Annotated[
        int, typer.Option(help="Days without an event after which a customer keeps its tags.")
    ] = FROZEN_DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
) -> None:
    """Close the taggings of a dimension that are over or stale."""
    from profilegraph.services.taxonomies import cleaning

    async def work(platform: Platform) -> cleaning.Cleaned:
        command = cleaning.CleanTags(dimension, older_than, frozen, dry_run)
        return await cleaning.clean(platform, command, operator_context())

    found = run(work)
    said = "would be closed" if dry_run else "are closed"
    out.print(f"{found.closed:,} taggings {said}, {found.kept:,} kept by frozen customers")
    if found.more:
        out.print("there are more: run it again")


def _team(governance: Governance, duty: Duty, names: Names = NO_NAMES) -> str:
    star = "*" if duty in governance.assigned else ""
    team = governance.team(duty)
    if team is None:
        return ("everybody" if duty is Duty.TAG else "administrators") + star
    return named(team + star, names.get(team))


def _borrower(one: Loan, names: Names) -> str:
    if one.employee:
        return named(one.employee, names.get(one.employee))
    return f"team {named(one.team, names.get(one.team))}" if one.team else "nobody any more"


def _state(one: Loan, now: datetime) -> str:
    return "holds" if one.holds(now) else "over" if one.ended_at is None else "ended"
