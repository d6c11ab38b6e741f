"""Reads customers for the index by ordinal, with everything that filters read about them.

Each statement of the index returns one kind of data about a customer `c`, as lists. After a clause
that matches many customers, it reads one kind for all of them; all statements together, in one
query, read everything about a few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX
from profilegraph.domain.records.kinds import INDEXED
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.rows import native
from profilegraph.storage.records.generated import index_statement
from profilegraph.storage.statements import statement

STATEMENTS: Mapping[str, str] = {
    "customers": "index_customers",
    "taggings": "index_taggings",
    "events": "index_events",
    "people": "index_people",
    "workplaces": "index_workplaces",
    "parts": "index_parts",
    "arrivals": "index_arrivals",
    "owners": "index_owners",
    "relations": "index_relations",
}
_INDEXED = {kind.plural: kind for kind in INDEXED}
KINDS: tuple[str, ...] = (*STATEMENTS, *_INDEXED)
"""The kinds of data read about customers."""

_PREFIXES = {"attributes": ATTRIBUTE_PREFIX, "metrics": METRIC_PREFIX}
# One row with a list of all: the driver takes thirty times as long for each row of its own.
_BETWEEN = "RETURN COLLECT { MATCH (c:Customer) WHERE $first <= c.ordinal < $end\n%s } AS found"
_LISTED = "UNWIND $ordinals AS listed MATCH (c:Customer {ordinal: listed})\n"


async def highest_ordinal(database: Database) -> int:
    """Return the highest ordinal of a customer, up to 32 bits; -1 if there is none."""
    rows = await database.read(
        "MATCH (c:Customer) WHERE c.ordinal < $end RETURN max(c.ordinal) AS highest", {"end": 2**32}
    )
    highest: int | None = rows[0]["highest"]
    return -1 if highest is None else highest


async def read_between(database: Database, kind: str, first: int, end: int) -> list[Any]:
    """Return the rows of one kind for the customers with ordinals from `first` up to `end`, exclusive."""
    parameters = {"first": first, "end": end} | _PREFIXES
    found: list[Any] = []
    async for rows in database.stream(_BETWEEN % _statement(kind), parameters):
        for (some,) in rows:
            found += some
    return [_with_dates(one) for one in found] if kind == "customers" else found


async def read_listed(database: Database, ordinals: Collection[int]) -> dict[str, list[Any]]:
    """Return the rows of every kind for the customers with some ordinals, by kind."""
    columns = [f"COLLECT {{ {_statement(kind)} }} AS {kind}" for kind in KINDS]
    query = f"{_LISTED}RETURN {', '.join(columns)}"
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    parameters = {"ordinals": list(ordinals)} | _PREFIXES
    async for rows in database.stream(query, parameters, batch=1_000):
        for row in rows:
            for kind, some in zip(KINDS, row, strict=True):
                found[kind] += some
    found["customers"] = [_with_dates(one) for one in found["customers"]]
    return found


async def read_trees(database: Database) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the teams of each employee and each channel with its ancestors, the nearest first, by key."""
    teams = await database.read(
        "MATCH (w:Employee) RETURN w.key AS key, COLLECT {"
        " MATCH path = (w)-[:MEMBER_OF]->(:Team)-[:PART_OF]->{0,}(m:Team)"
        " RETURN m.key ORDER BY length(path) } AS chain"
    )
    channels = await database.read(
        "MATCH (h:Channel) RETURN h.key AS key, COLLECT {"
        " MATCH path = (h)-[:PART_OF]->{0,}(x:Channel)"
        " RETURN x.key ORDER BY length(path) } AS chain"
    )
    return (
        {row["key"]: row["chain"] for row in teams},
        {row["key"]: row["chain"] for row in channels},
    )


def _statement(kind: str) -> str:
    if kind in STATEMENTS:
        return statement(STATEMENTS[kind])
    return index_statement(_INDEXED[kind])


def _with_dates(customer: list[Any]) -> list[Any]:
    return [*customer[:-1], [(name, native(value)) for name, value in customer[-1]]]


async def related_to(database: Database, ordinals: Iterable[int], most: int) -> list[int]:
    """Return the ordinals of at most `most` customers one relation away from some customers."""
    rows = await database.read(
        "UNWIND $ordinals AS listed"
        " MATCH (:Customer {ordinal: listed})-[:SUBSIDIARY_OF|RELATED_TO]-(other:Customer)"
        " RETURN DISTINCT other.ordinal AS ordinal LIMIT $most",
        {"ordinals": list(ordinals), "most": most},
    )
    return [row["ordinal"] for row in rows]


async def keys_of(database: Database, ordinals: Collection[int]) -> list[str]:
    """Return the keys of the customers with some ordinals, in order; deleted ones are left out."""
    rows = await database.read(
        "MATCH (c:Customer) WHERE c.ordinal IN $ordinals RETURN c.key AS key ORDER BY key",
        {"ordinals": list(ordinals)},
    )
    return [row["key"] for row in rows]
