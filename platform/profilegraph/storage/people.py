"""The people of a filter: the decision-makers of its customers, narrowed by what is asked of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from profilegraph.domain.organisation import DecisionMaker
from profilegraph.segments.nodes import Node, PersonTest
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage.database import Database, Row
from profilegraph.storage.statements import statement
from profilegraph.storage.stored import DECISION_MAKER


@dataclass(frozen=True)
class Seat:
    """A decision-maker and the customer that it is at, by their keys."""

    person: str
    customer: str


@dataclass(frozen=True)
class Portrait:
    """A decision-maker, with what its department and its superior are called (else their keys)."""

    person: DecisionMaker
    department: str | None
    superior: str | None


async def count_people(
    database: Database, compiler: Compiler, node: Node, where: PersonTest
) -> int:
    """Return how many decision-makers of the customers that match are as asked."""
    query = f"{_people(compiler, node, where)} RETURN count(p) AS count"
    rows = await database.read(query, compiler.parameters.values)
    count: int = rows[0]["count"]
    return count


async def page_of_people(
    database: Database,
    compiler: Compiler,
    node: Node,
    where: PersonTest,
    *,
    first: int,
    after: str | None = None,
) -> list[Seat]:
    """Return at most `first` of these decision-makers, by key, those after a key."""
    parameters = compiler.parameters
    behind = "" if after is None else f" AND p.key > {parameters.add(after)}"
    query = (
        f"{_people(compiler, node, where)}{behind} RETURN p.key AS person, c1.key AS customer"
        f" ORDER BY person LIMIT {parameters.add(first)}"
    )
    rows = await database.read(query, parameters.values)
    return [Seat(row["person"], row["customer"]) for row in rows]


async def read_portraits(database: Database, people: Sequence[str]) -> dict[str, Portrait]:
    """Return decision-makers by their keys; one who is gone is absent."""
    rows = await database.read(statement("read_people"), {"keys": list(people)})
    return {row["person"]["key"]: _portrait(row) for row in rows}


def _people(compiler: Compiler, node: Node, where: PersonTest) -> str:
    return f"MATCH {compiler.people()} WHERE {compiler.person(node, where)}"


def _portrait(row: Row) -> Portrait:
    return Portrait(DECISION_MAKER.read(row["person"]), row["department"], row["superior"])
