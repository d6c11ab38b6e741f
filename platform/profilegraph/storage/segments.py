"""Filters asked of the graph: how many, which, and what each condition kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.domain.taxonomy import AttributeType
from profilegraph.domain.texts import normal_text
from profilegraph.segments.answers import (
    ByAttribute,
    ByMetric,
    Order,
    Position,
    Sort,
    Step,
)
from profilegraph.segments.nodes import Node
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage.database import Database

_BEHIND = {"ASC": ">", "DESC": "<"}


async def count_customers(
    database: Database, compiler: Compiler, node: Node, search: str | None = None
) -> int:
    """Return how many customers match, of those whose names hold the words of `search`."""
    source = _source(compiler, search)
    query = f"{source} AND {compiler.predicate(node)} RETURN count(c) AS count"
    rows = await database.read(query, compiler.parameters.values)
    count: int = rows[0]["count"]
    return count


async def run_waterfall(
    database: Database, compiler: Compiler, conditions: Sequence[Node]
) -> tuple[int, list[Step]]:
    """Return the number of all customers, and a step for each condition in the given order."""
    if not conditions:
        query = f"{_source(compiler)} RETURN count(c) AS total"
        rows = await database.read(query, compiler.parameters.values)
        return rows[0]["total"], []
    names = [f"k{index}" for index in range(len(conditions))]
    tests = [
        f"{compiler.predicate(one)} AS {name}" for name, one in zip(names, conditions, strict=True)
    ]
    columns = ["count(*) AS total"]
    for index, name in enumerate(names):
        columns.append(f"{_count(names[: index + 1])} AS after_{name}")
        columns.append(f"{_count(names[:index] + names[index + 1 :])} AS without_{name}")
    query = f"{_source(compiler)} WITH {', '.join(tests)} RETURN {', '.join(columns)}"
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
    order: Sort = Order.KEY,
    descending: bool = False,
    search: str | None = None,
    listed: Sequence[int] | None = None,
) -> list[Position]:
    """Return the positions of at most `first` customers that match, in order, after a position.

    With `listed`, only customers of these ordinals are looked at. Raises NotFound where they are to
    be sorted by what no taxonomy declares.
    """
    parameters = compiler.parameters
    direction = "DESC" if descending else "ASC"
    source = _source(compiler, search, listed)
    if order is Order.KEY:
        members = _by_key(compiler, node, after, direction)
    else:
        members = _by_value(compiler, node, order, after, direction)
    query = f"{source} {members} LIMIT {parameters.add(first)}"
    rows = await database.read(query, parameters.values)
    return [Position(row["value"], row["key"]) for row in rows]


def _by_key(compiler: Compiler, node: Node, after: Position | None, direction: str) -> str:
    """Return the rest of a query for members by key, which the index has in that order.

    Reading ends when the page is full: for that, there must always be a condition on the key, and
    no other value to sort by.
    """
    place = "c.key >= ''"
    if after is not None:
        place = f"c.key {_BEHIND[direction]} {compiler.parameters.add(after.key)}"
    return (
        f"AND {place} AND {compiler.predicate(node)}"
        f" RETURN c.key AS value, c.key AS key ORDER BY key {direction}"
    )


def _by_value(
    compiler: Compiler, node: Node, order: Sort, after: Position | None, direction: str
) -> str:
    """Return the rest of a query for members by a value; those without one come last."""
    value = _sorted_by(order, compiler)
    tests = [compiler.predicate(node)]
    if after is not None:
        sign, key = _BEHIND[direction], compiler.parameters.add(after.key)
        if after.value is None:
            tests.append(f"value IS NULL AND c.key {sign} {key}")
        else:
            reached = compiler.parameters.add(after.value)
            behind = f"value {sign} {reached} OR (value = {reached} AND c.key {sign} {key})"
            tests.append(f"(value IS NULL OR {behind})")
    return (
        f"WITH c, {value} AS value WHERE {' AND '.join(tests)} RETURN value, c.key AS key"
        f" ORDER BY value IS NULL, value {direction}, key {direction}"
    )


# Neo4j orders stored texts by code point, and those that it computed, or was given, by UTF-16: a page
# that began after a text of one kind would leave out some of the other.
_COMPUTED = "{} + ''"


def _sorted_by(order: Sort, compiler: Compiler) -> str:
    match order:
        case Order.KEY:
            return "c.key"
        case Order.NAME:
            return _COMPUTED.format("c.name")
        case Order.CREATED_AT:
            return "c.createdAt"
        case ByAttribute(key):
            kind = compiler.catalogue.attribute(key).type
            return _typed(attribute_property(key), kind, compiler)
        case ByMetric(key):
            compiler.catalogue.metric(key)
            return _typed(metric_property(key), AttributeType.NUMBER, compiler)
        case _:
            assert_never(order)


def _typed(name: str, kind: AttributeType, compiler: Compiler) -> str:
    """Return the value of a property, null where it is of another type than it should be."""
    place = f"c[{compiler.parameters.add(name)}]"
    match kind:
        case AttributeType.NUMBER:
            # Zero has two signs, which sort one after the other and are yet equal: one is taken.
            return (
                f"CASE WHEN {place} IS :: INTEGER NOT NULL OR {place} IS :: FLOAT NOT NULL"
                f" THEN {place} + 0 END"
            )
        case AttributeType.STRING:
            return f"CASE WHEN {place} IS :: STRING NOT NULL THEN {_COMPUTED.format(place)} END"
        case AttributeType.DATE:
            cypher_type = "DATE"
        case AttributeType.BOOLEAN:
            cypher_type = "BOOLEAN"
    return f"CASE WHEN {place} IS :: {cypher_type} NOT NULL THEN {place} END"


def _source(
    compiler: Compiler, search: str | None = None, listed: Sequence[int] | None = None
) -> str:
    """Return what binds each customer that may be seen to `c`; it ends in a condition."""
    if listed is not None:
        ordinals = compiler.parameters.add(list(listed))
        return f"MATCH (c:Customer) WHERE c.ordinal IN {ordinals} AND {compiler.visible()}"
    if search is None:
        return f"MATCH (c:Customer) WHERE {compiler.visible()}"
    phrase = compiler.parameters.add(_phrase(normal_text(search)))
    found = f"CALL db.index.fulltext.queryNodes('customer_search', {phrase}) YIELD node AS c"
    return f"{found} WITH c WHERE {compiler.visible()}"


def _count(names: Sequence[str]) -> str:
    if not names:
        return "count(*)"
    return f"count(CASE WHEN {' AND '.join(names)} THEN 1 END)"


def _phrase(search: str) -> str:
    """Return a full-text query for the words of `search` side by side, whatever signs it has."""
    escaped = search.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
