"""Duties in dimensions: checked before a change, assigned, and lent for a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import uuid4

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import (
    Actor,
    Assignment,
    Governance,
    Loan,
    OwnTeam,
    PermissionReason,
    may,
)
from profilegraph.domain.records.organisation import Employee
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.errors import Forbidden, InvalidInput, NotFound
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.platform import Platform
from profilegraph.storage import duties as storage
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.rows import RunQuery

_ACTS: Mapping[Duty, str] = MappingProxyType(
    {
        Duty.PLAN: "plan",
        Duty.TAG: "put tags on customers",
        Duty.CLEAN: "clean away tags",
        Duty.RESTRUCTURE: "restructure",
    }
)


@dataclass(frozen=True)
class LendDuty(ChangeCommand):
    """A duty in a dimension to lend to an employee or a team until a moment."""

    dimension: str
    duty: Duty
    until: datetime
    employee: str | None = None
    team: str | None = None
    note: str = ""


@dataclass(frozen=True)
class EndLoan(ChangeCommand):
    """A loan to end early."""

    key: str


@dataclass(frozen=True)
class AssignDuty(ChangeCommand):
    """A duty in a dimension to assign to a team, overriding the taxonomy."""

    dimension: str
    duty: Duty
    team: str | None
    """None restores the team that the taxonomy names."""


async def require(
    platform: Platform,
    transaction: Transaction,
    actor: Actor,
    duty: Duty,
    dimensions: Collection[str],
    now: datetime,
) -> None:
    """Raise Forbidden unless an actor has a duty in all these dimensions, by key.

    The error says whose duty it is and how to get it. The permission is read within the
    transaction, and a loan that it rests on cannot end before the transaction commits.
    """
    if actor.administrator or not dimensions:
        return
    catalogue = await platform.catalogue_for_change()
    wanted = sorted({catalogue.current_dimension(key) for key in dimensions})
    actor = await with_teams(transaction.run, actor)
    found = await _governance(transaction.run, catalogue, wanted, now)
    lent = [key for key in wanted if may(actor, duty, found[key], now) is PermissionReason.LOAN]
    if lent:
        relied_on = {one.key for key in lent for one in found[key].lent(duty, now)}
        await storage.lock_loans(transaction, sorted(relied_on))
        found = await _governance(transaction.run, catalogue, wanted, now)
    refused = [key for key in wanted if may(actor, duty, found[key], now) is None]
    if refused:
        raise await _refusal(
            transaction.run, actor, duty, {key: found[key] for key in refused}, now
        )


async def with_teams(run_query: RunQuery, actor: Actor) -> Actor:
    """Return an actor with its teams; raises Forbidden if the employee no longer exists."""
    if actor.employee is None:
        return actor
    teams = await storage.read_teams_of(run_query, actor.employee)
    if teams is None:
        raise Forbidden(
            f"the key {actor.name!r} is that of an employee who is not there any more.",
            hint="Ask an administrator for another key.",
        )
    return replace(actor, teams=teams)


async def governance(
    platform: Platform, dimensions: Sequence[str], now: datetime
) -> Mapping[str, Governance]:
    """Return the assignments of duties in some dimensions, by key, with the loans that hold now."""
    return await _governance(platform.database.read, await platform.catalogue(), dimensions, now)


async def own_teams(platform: Platform, keys: Sequence[str]) -> Mapping[str, OwnTeam]:
    """Return those of some of our teams that exist, by key."""
    return await storage.read_own_teams(platform.database.read, keys)


async def employees(platform: Platform, keys: Sequence[str]) -> Mapping[str, Employee]:
    """Return those of some employees that exist, by key."""
    return await storage.read_employees(platform.database.read, keys)


async def loans(
    platform: Platform, now: datetime, dimension: str | None = None, *, ended: bool = False
) -> Sequence[Loan]:
    """Return the loans in a dimension, or in all, the newest first; with `ended`, past ones too.

    Raises NotFound if there is no such dimension.
    """
    catalogue = await platform.catalogue()
    names = None
    if dimension is not None:
        names = _names(catalogue, catalogue.dimension(catalogue.current_dimension(dimension)).key)
    found = await storage.read_loans(platform.database.read, names, None if ended else now)
    return [_current(one, catalogue) for one in found]


async def lend(platform: Platform, command: LendDuty, context: CommandContext) -> Loan:
    """Lend a duty in a dimension to an employee or a team, by key, and return the loan.

    Raises Forbidden unless the actor is an administrator, InvalidInput if the end is not in the
    future or not exactly one borrower is named, NotFound if one of the named does not exist.
    """
    require_administrator(context.actor, "lend duties")
    if (command.employee is None) == (command.team is None):
        raise InvalidInput("give exactly one of employee and team.", where="employee")
    if command.until <= context.now:
        raise InvalidInput(
            "the loan would be over already.", hint="Give a later moment.", where="until"
        )
    catalogue = await platform.catalogue()
    key = catalogue.dimension(catalogue.current_dimension(command.dimension)).key
    loan = Loan(
        uuid4().hex,
        key,
        command.duty,
        command.employee,
        command.team,
        since=context.now,
        until=command.until,
        by=context.author,
        note=command.note,
    )

    async def work(transaction: Transaction) -> str:
        there = await storage.save_loan(transaction, loan)
        if not there["dimension"]:
            raise NotFound(f"no dimension is called {key!r}.", where="dimension")
        if not there["borrower"]:
            raise _no_borrower(loan)
        return loan.key

    return await _loan(platform, await run_command(platform, command, context, work))


async def end(platform: Platform, command: EndLoan, context: CommandContext) -> Loan:
    """End a loan and return it; one that has ended stays unchanged.

    Raises Forbidden unless the actor is an administrator, and NotFound.
    """
    require_administrator(context.actor, "end loans")
    key = command.key

    async def work(transaction: Transaction) -> None:
        if not await storage.end_loan(transaction, key, context.author, context.now):
            raise NotFound(f"no loan has the key {key!r}.", hint="`loans` lists them.")

    await run_command(platform, command, context, work)
    return await _loan(platform, key)


async def assign(platform: Platform, command: AssignDuty, context: CommandContext) -> str:
    """Assign a duty in a dimension to a team and return the key of the dimension.

    Without a team, the assignment of the taxonomy is restored. Raises Forbidden unless the actor is
    an administrator, NotFound if the dimension or the team does not exist.
    """
    require_administrator(context.actor, "assign duties")
    catalogue = await platform.catalogue()
    key = catalogue.dimension(catalogue.current_dimension(command.dimension)).key
    duty, team = command.duty, command.team
    assignment = None if team is None else Assignment(team, context.author, context.now)

    async def work(transaction: Transaction) -> None:
        for former in _names(catalogue, key)[1:]:
            await storage.assign(transaction, former, duty, None)
        if not await storage.assign(transaction, key, duty, assignment):
            raise NotFound(f"no team has the key {team!r}.", where="team")

    await run_command(platform, command, context, work)
    return key


def require_administrator(actor: Actor, what: str) -> None:
    """Raise Forbidden, which says what was refused, unless an actor is an administrator."""
    if not actor.administrator:
        raise Forbidden(
            f"{actor.name!r} is no administrator and may not {what}.",
            hint="Ask an administrator, or whoever runs the deployment (`profilegraph duty`).",
        )


async def _governance(
    run_query: RunQuery, catalogue: Catalogue, dimensions: Sequence[str], now: datetime
) -> dict[str, Governance]:
    names = [name for key in dimensions for name in _names(catalogue, key)]
    assigned = await storage.read_assignments(run_query, names)
    lent = [_current(one, catalogue) for one in await storage.read_loans(run_query, names, now)]
    found = {}
    for key in dimensions:
        known = catalogue.dimensions.get(key)
        # What was said under the present name counts before what was said under a former one.
        said = [assigned.get(name, {}) for name in reversed(_names(catalogue, key))]
        found[key] = Governance(
            planned={} if known is None else known.duties,
            assigned={duty: one for each in said for duty, one in each.items()},
            loans=tuple(one for one in lent if one.dimension == key),
        )
    return found


def _names(catalogue: Catalogue, key: str) -> list[str]:
    """Return the current key of a dimension and its former ones."""
    return [key, *(old for old, new in catalogue.former_dimensions.items() if new == key)]


def _current(loan: Loan, catalogue: Catalogue) -> Loan:
    return replace(loan, dimension=catalogue.current_dimension(loan.dimension))


async def find_loan(platform: Platform, key: str) -> Loan | None:
    """Return a loan by its key; None if there is none."""
    found = await storage.read_loans(platform.database.read, key=key)
    return _current(found[0], await platform.catalogue()) if found else None


async def _loan(platform: Platform, key: str) -> Loan:
    found = await find_loan(platform, key)
    assert found is not None, "it was saved or ended just now"  # noqa: S101
    return found


def _no_borrower(loan: Loan) -> NotFound:
    what, key = ("team", loan.team) if loan.employee is None else ("employee", loan.employee)
    return NotFound(f"no {what} has the key {key!r}.", where=what)


async def _refusal(
    run_query: RunQuery, actor: Actor, duty: Duty, refused: Mapping[str, Governance], now: datetime
) -> Forbidden:
    teams = {one.team(duty) for one in refused.values()} - {None}
    names = await storage.read_own_teams(run_query, [key for key in teams if key is not None])
    administrators = await storage.read_administrators(run_query, now)
    whose = [
        f"in the dimension {key!r} that is {_whose(one.team(duty), names)}"
        for key, one in refused.items()
    ]
    asked = (
        f"an administrator ({', '.join(administrators)})" if administrators else "an administrator"
    )
    return Forbidden(
        f"{actor.name!r} may not {_ACTS[duty]}: {'; '.join(whose)}.",
        hint=f"Ask {f'that team to do it, or {asked}' if teams else f'{asked} to do it, or'} to lend you"
        f" the duty {duty.upper()} for a time.",
        where=next(iter(refused)),
    )


def _whose(team: str | None, names: Mapping[str, OwnTeam]) -> str:
    if team is None:
        return "for administrators, since no team is named"
    name = names[team].name if team in names else None
    return f"the duty of the team {team!r}" + (f" ({name})" if name else "")
