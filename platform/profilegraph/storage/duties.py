"""Duties in dimensions as stored in the graph: assignments and loans, with their authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from profilegraph.domain.duties import Assignment, Loan, OwnTeam
from profilegraph.domain.records.organisation import Employee
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.rows import Row, RunQuery
from profilegraph.storage.statements import statement

_TEAMS = """
MATCH (e:Employee {key: $employee})
OPTIONAL MATCH (e)-[:MEMBER_OF]->(:Team)-[:PART_OF]->{0,}(t:Team)
RETURN count(e) > 0 AS known, collect(DISTINCT t.key) AS teams
"""
_ADMINISTRATORS = """
MATCH (k:ApiKey)
WHERE k.employee IS NOT NULL AND k.revokedAt IS NULL
  AND (k.expiresAt IS NULL OR k.expiresAt > $now)
OPTIONAL MATCH (e:Employee {key: k.employee})
WITH k.name AS name, coalesce(k.roles, e.roles, []) AS roles WHERE 'admin' IN roles
RETURN DISTINCT name ORDER BY name
"""
_END = """
MATCH (l:DutyLoan {key: $key})
SET l.key = l.key  // the lock that whoever relies on the loan takes too
WITH l
SET l.endedAt = coalesce(l.endedAt, $at), l.endedBy = coalesce(l.endedBy, $by)
RETURN count(l) AS found
"""


async def read_teams_of(run_query: RunQuery, employee: str) -> frozenset[str] | None:
    """Return an employee's team and its ancestors; None if there is no such employee."""
    [row] = await run_query(_TEAMS, {"employee": employee})
    return frozenset(row["teams"]) if row["known"] else None


async def read_assignments(
    run_query: RunQuery, dimensions: Sequence[str]
) -> dict[str, dict[Duty, Assignment]]:
    """Return the assignments by administrators in some dimensions, by dimension key."""
    rows = await run_query(
        "MATCH (d:Dimension)-[a:ASSIGNED_TO]->(t:Team) WHERE d.key IN $dimensions"
        " RETURN d.key AS dimension, a.duty AS duty, t.key AS team, a.by AS by, a.at AS at",
        {"dimensions": list(dimensions)},
    )
    found: dict[str, dict[Duty, Assignment]] = {}
    for row in rows:
        assignment = Assignment(row["team"], row["by"], row["at"])
        found.setdefault(row["dimension"], {})[_duty(row["duty"])] = assignment
    return found


async def read_loans(
    run_query: RunQuery,
    dimensions: Sequence[str] | None = None,
    holding_at: datetime | None = None,
    key: str | None = None,
) -> list[Loan]:
    """Return the loans in some dimensions, or all; with a moment, only those that hold then.

    With a `key`, only that loan. The newest comes first.
    """
    parameters = {
        "key": key,
        "dimensions": None if dimensions is None else list(dimensions),
        "now": holding_at,
    }
    return [_loan(row) for row in await run_query(statement("read_loans"), parameters)]


async def lock_loans(transaction: Transaction, keys: Sequence[str]) -> None:
    """Keep loans from being ended by others until the transaction commits."""
    await transaction.run(
        "MATCH (l:DutyLoan) WHERE l.key IN $keys SET l.key = l.key", {"keys": sorted(keys)}
    )


async def read_own_teams(run_query: RunQuery, keys: Sequence[str]) -> dict[str, OwnTeam]:
    """Return those of some teams that exist, by key."""
    rows = await run_query(
        "MATCH (t:Team) WHERE t.key IN $keys RETURN t.key AS key, t.name AS name",
        {"keys": list(keys)},
    )
    return {row["key"]: OwnTeam(row["key"], row["name"]) for row in rows}


async def read_employees(run_query: RunQuery, keys: Sequence[str]) -> dict[str, Employee]:
    """Return those of some employees that exist, by key."""
    rows = await run_query(
        "MATCH (e:Employee) WHERE e.key IN $keys OPTIONAL MATCH (e)-[:MEMBER_OF]->(t:Team)"
        " RETURN e.key AS key, e.name AS name, t.key AS team",
        {"keys": list(keys)},
    )
    return {
        row["key"]: Employee(key=row["key"], name=row["name"], team=row["team"]) for row in rows
    }


async def read_administrators(run_query: RunQuery, now: datetime) -> list[str]:
    """Return the names of the API keys of the administrators who are employees."""
    return [row["name"] for row in await run_query(_ADMINISTRATORS, {"now": now})]


async def save_loan(transaction: Transaction, loan: Loan) -> Mapping[str, bool]:
    """Save a loan and return whether the `dimension` and the `borrower` exist; otherwise nothing is saved."""
    rows = await transaction.run(
        statement("save_loan"),
        {
            "key": loan.key,
            "dimension": loan.dimension,
            "employee": loan.employee,
            "team": loan.team,
            "set": {
                "duty": loan.duty.value.upper(),
                "since": loan.since,
                "until": loan.until,
                "by": loan.by,
                "note": loan.note,
            },
        },
    )
    return {"dimension": rows[0]["dimension"], "borrower": rows[0]["borrower"]}


async def end_loan(transaction: Transaction, key: str, by: str, at: datetime) -> bool:
    """End a loan and return whether it exists; one that has ended stays unchanged."""
    rows = await transaction.run(_END, {"key": key, "by": by, "at": at})
    return bool(rows[0]["found"])


async def assign(
    transaction: Transaction, dimension: str, duty: Duty, assignment: Assignment | None
) -> bool:
    """Assign a duty and return whether the dimension and the team exist.

    Without an assignment, the present one is removed.
    """
    rows = await transaction.run(
        statement("assign_duty"),
        {
            "dimension": dimension,
            "duty": duty.value.upper(),
            "team": None if assignment is None else assignment.team,
            "by": None if assignment is None else assignment.by,
            "at": None if assignment is None else assignment.at,
        },
    )
    return bool(rows)


def _duty(text: str) -> Duty:
    return Duty(text.lower())


def _loan(row: Row) -> Loan:
    own = row["loan"]
    return Loan(
        key=own["key"],
        dimension=row["dimension"],
        duty=_duty(own["duty"]),
        employee=row["employee"],
        team=row["team"],
        since=own["since"],
        until=own["until"],
        by=own["by"],
        note=own["note"],
        ended_at=own.get("endedAt"),
        ended_by=own.get("endedBy"),
    )
