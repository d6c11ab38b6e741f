"""Filters asked of the graph: how many, which, and what each condition kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from profilegraph.segments.nodes import Node
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage.database import Database


class Order(Enum):
    """By what customers are sorted; the key decides between equals."""

    KEY = "c.key"
    NAME = "coalesce(c.name, '')"
    CREATED_AT = "c.createdAt"


@dataclass(frozen=True)
class Position:
    """Where a page ended: the value that it is sorted by, and the key, of its last customer."""

    value: Any
    key: str


@dataclass(frozen=True)
class Step:
    """What one condition of a waterfall did; all are numbers of customers."""

    kept: int
    """Those left after this condition and all before it."""
    removed: int
    """Those that passed all before it, but not this one."""
    unique: int
    """Those that this condition alone keeps out: they pass all others."""


async def count_customers(
    database: Database, compiler: Compiler, node: Node, search: str | None = None
) -> int:
    """Return how many customers match, of those whose names hold the words of `search`."""
    source = _source(compiler, search)
    query = f"{source} WITH c WHERE {compiler.predicate(node)} RETURN count(c) AS count"
    rows = await database.read(query, compiler.parameters.values)
    count: int = rows[0]["count"]
    return count


async def run_waterfall(
    database: Database, compiler: Compiler, conditions: Sequence[Node]
) -> tuple[int, list[Step]]:
    """Return the number of all customers, and a step for each condition in the given order."""
    if not conditions:
        everyone = f"{_source(compiler, None)} RETURN count(c) AS total"
        rows = await database.read(everyone, compiler.parameters.values)
        return rows[0]["total"], []
    names = [f"k{index}" for index in range(len(conditions))]
    tests = [
        f"{compiler.predicate(one)} AS {name}" for name, one in zip(names, conditions, strict=True)
    ]
    columns = ["count(*) AS total"]
    for index, name in enumerate(names):
        columns.append(f"{_count(names[: index + 1])} AS after_{name}")
        columns.append(f"{_count(names[:index] + names[index + 1 :])} AS without_{name}")
    query = f"{_source(compiler, None)} WITH {', '.join(tests)} RETURN {', '.join(columns)}"
    row = (await database.read(query, compiler.parameters.values))[0]
    everyone = row[f"after_{names[-1]}"]
    before = [row["total"], *(row[f"after_{name}"] for name in names)]
    return row["total"], [
        Step(
            kept=before[index + 1],
            removed=before[index] - before[index + 1],
            unique=row[f"without_{name}"] - everyone,
        )
        for index, name in enumerate(names)
    ]


async def page_of_keys(
    database: Database,
    compiler: Compiler,
    node: Node,
    *,
    first: int,
    after: Position | None = None,
    order: Order = Order.KEY,
    descending: bool = False,
    search: str | None = None,
) -> list[Position]:
    """Return the positions of at most `first` customers that match, in order, after a position."""
    parameters = compiler.parameters
    source = _source(compiler, search)
    tests = [compiler.predicate(node)]
    if after is not None:
        sign = "<" if descending else ">"
        tests.append(_behind(order, sign, parameters.add(after.value), parameters.add(after.key)))
    direction = "DESC" if descending else "ASC"
    query = (
        f"{source} WITH c WHERE {' AND '.join(tests)}"
        f" RETURN {order.value} AS value, c.key AS key"
        f" ORDER BY value {direction}, key {direction} LIMIT {parameters.add(first)}"
    )
    rows = await database.read(query, parameters.values)
    return [Position(row["value"], row["key"]) for row in rows]


def _source(compiler: Compiler, search: str | None) -> str:
    if search is None:
        return f"MATCH (c:Customer){compiler.known()}"
    phrase = compiler.parameters.add(_phrase(search))
    return f"CALL db.index.fulltext.queryNodes('customer_search', {phrase}) YIELD node AS c"


def _behind(order: Order, sign: str, value: str, key: str) -> str:
    if order is Order.KEY:  # the index goes straight to the place; with OR it would be read whole
        return f"c.key {sign} {key}"
    return f"({order.value} {sign} {value} OR ({order.value} = {value} AND c.key {sign} {key}))"


def _count(names: Sequence[str]) -> str:
    if not names:
        return "count(*)"
    return f"count(CASE WHEN {' AND '.join(names)} THEN 1 END)"


def _phrase(search: str) -> str:
    """Return a full-text query for the words of `search` side by side, whatever signs it has."""
    escaped = search.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
