"""Employees who sign in: who they are, and the name of the author of their changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from profilegraph.domain.duties import OPERATOR
from profilegraph.errors import Conflict, NotFound
from profilegraph.storage.identity.keys import bearers
from profilegraph.storage.identity.sessions import StoredEmployee, read_employee, set_author
from profilegraph.storage.neo4j.database import Database, Transaction


async def employee_with_author(database: Database, key: str) -> StoredEmployee:
    """Return an employee with the name of the author of their changes; raises NotFound."""
    known = await read_employee(database, key)
    if known is None:
        raise _nobody(key)
    if known.author is not None:
        return known

    async def work(transaction: Transaction) -> StoredEmployee:
        return await with_author(transaction, key)

    return await database.write(work)


async def with_author(transaction: Transaction, key: str) -> StoredEmployee:
    """Return an employee, after the author of their changes has a name; raises NotFound, Conflict.

    Segments belong to a name, so it is that of the employee's first API key, whose segments are
    theirs already, or one that nobody else has; it never changes.
    """
    known = await read_employee(transaction, key)
    if known is None:
        raise _nobody(key)
    if known.author is not None:
        return known
    for name in _names(known):
        if name != OPERATOR.name and set(await bearers(transaction, name)) <= {key}:
            return replace(known, author=await set_author(transaction, key, name))
    raise Conflict(
        f"API keys of others have every name by which the employee {key!r} could be known.",
        hint="Make an API key for the employee: sign-in uses its name.",
    )


def _names(employee: StoredEmployee) -> Iterator[str]:
    yield from employee.key_names
    if employee.name:
        yield employee.name
        yield f"{employee.name} ({employee.key})"
    yield employee.key


def _nobody(key: str) -> NotFound:
    return NotFound(
        f"no employee has the key {key!r}.",
        hint="`profilegraph import` brings employees from a file.",
        where="employee",
    )
