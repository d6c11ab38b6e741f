"""Who is a member at one of two moments only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from profilegraph.segments.causes import Asked
from profilegraph.segments.to_cypher import Compiler, Parameters
from profilegraph.storage.database import Database
from profilegraph.storage.statements import statement


@dataclass(frozen=True)
class Sums:
    """How many members there were at the two moments, and how many came and went in between."""

    before: int
    after: int
    entered: int
    left: int


async def count_changes(database: Database, old: Asked, new: Asked) -> Sums:
    """Return how many members two moments have each, and how many only one of them has."""
    compared, parameters = _compared(old, new)
    query = (
        f"{compared} RETURN count(CASE WHEN was THEN 1 END) AS before,"
        " count(CASE WHEN is THEN 1 END) AS after,"
        " count(CASE WHEN is AND NOT was THEN 1 END) AS entered,"
        " count(CASE WHEN was AND NOT is THEN 1 END) AS left"
    )
    [row] = await database.read(query, parameters.values)
    return Sums(**row)


async def page_of_changes(
    database: Database,
    old: Asked,
    new: Asked,
    *,
    first: int,
    after: str | None = None,
    entered: bool | None = None,
) -> list[str]:
    """Return the keys of at most `first` customers who entered or left, by key, after a key.

    With `entered`, only those who did the one or the other.
    """
    compared, parameters = _compared(old, new)
    tests = (
        ["was <> is"] if entered is None else ["is AND NOT was" if entered else "was AND NOT is"]
    )
    if after is not None:
        tests.append(f"c.key > {parameters.add(after)}")
    query = (
        f"{compared} WITH c, was, is WHERE {' AND '.join(tests)}"
        f" RETURN c.key AS key ORDER BY key LIMIT {parameters.add(first)}"
    )
    return [row["key"] for row in await database.read(query, parameters.values)]


async def read_expired(
    database: Database, customers: Sequence[str], after: datetime, at: datetime
) -> Mapping[str, frozenset[str]]:
    """Return the tags that ended by themselves later than a moment and up to another, by customer."""
    parameters = {"keys": list(customers), "after": after, "at": at}
    rows = await database.read(statement("expired"), parameters)
    return {row["customer"]: frozenset(row["tags"]) for row in rows}


def _compared(old: Asked, new: Asked) -> tuple[str, Parameters]:
    parameters = Parameters()
    was = Compiler(old.catalogue, old.context, parameters).members(old.filter)
    is_ = Compiler(new.catalogue, new.context, parameters).members(new.filter)
    return f"MATCH (c:Customer) WITH c, ({was}) AS was, ({is_}) AS is", parameters
