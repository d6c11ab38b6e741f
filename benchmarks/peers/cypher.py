"""Cypher over Bolt, written by hand for each question, as an expert of this graph would.

Tagged customers are reached from the condition that fewest of them meet; the rest is tested on
those, revenue first, since it lies in the customer's own record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, assert_never

from neo4j import Driver, GraphDatabase, Session

from benchmarks.data import EVENT_TYPES, FUNCTIONS, NOW, ROLES, TAG_KEYS, dimension_key
from benchmarks.graph import REVENUE
from benchmarks.peers import CYPHER
from benchmarks.peers.rows import read
from benchmarks.questions import (
    COLUMNS,
    PAGE,
    ROWS,
    Answer,
    AnyTag,
    Ask,
    Condition,
    Did,
    Kind,
    Knows,
    NoTag,
    Question,
    RevenueAbove,
)
from profilegraph.domain.properties import attribute_property
from profilegraph.services.platform import Address


class Cypher:
    """Queries in one session over one connection."""

    name = CYPHER

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, question: Question) -> Ask | None:
        """Return what runs one query, its plan cached and its values parameters."""
        writer = _Writer(self._session)
        query = writer.query(question)
        return partial(self._run, question.kind, query, writer.parameters)

    def _run(self, kind: Kind, query: str, parameters: dict[str, Any]) -> Answer:
        rows = self._session.run(query, parameters).values()
        return read(kind, rows, str)


@contextmanager
def open_cypher(address: Address) -> Iterator[Cypher]:
    """Yield a session with the graph."""
    with open_driver(address) as driver, driver.session() as session:
        yield Cypher(session)


def open_driver(address: Address) -> Driver:
    """Return the official driver, connected as the platform connects."""
    return GraphDatabase.driver(address.uri, auth=(address.user, address.password))


class _Writer:
    """Writes one query and collects its parameters."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.parameters: dict[str, Any] = {}

    def query(self, question: Question) -> str:
        """Return the query that answers a question."""
        match question.kind:
            case Kind.COUNT:
                return f"{self._members(question.conditions)} RETURN count(c)"
            case Kind.PAGE:
                return (
                    f"{self._members(question.conditions)} WITH c ORDER BY c.key LIMIT {PAGE}"
                    " RETURN c.key, COLLECT { MATCH (c)-[:TAGGED]->(t) RETURN t.key }"
                )
            case Kind.WATERFALL:
                return self._waterfall(question.conditions)
            case Kind.BREAKDOWN:
                return (
                    f"{self._members(question.conditions)}"
                    " MATCH (c)-[:TAGGED]->(t) RETURN t.key, count(*)"
                )
            case Kind.CROSS_TABLE:
                rows, columns = (self._value(dimension_key(d)) for d in (ROWS, COLUMNS))
                return (
                    f"{self._members(question.conditions)}"
                    f" MATCH (c)-[:TAGGED]->(r:Tag {{dimension: {rows}}})"
                    f" MATCH (c)-[:TAGGED]->(l:Tag {{dimension: {columns}}})"
                    " RETURN r.key, l.key, count(*)"
                )
            case _:
                assert_never(question.kind)

    def _members(self, conditions: Sequence[Condition]) -> str:
        match conditions:
            case [Did(event, times, days)]:
                return (
                    f"MATCH (c:Customer)-[:DID]->(e:Event {{type: {self._value(EVENT_TYPES[event])}}})"
                    f" WHERE e.at >= {self._value(NOW - timedelta(days=days))}"
                    f" WITH c, count(e) AS times WHERE times >= {self._value(times)}"
                )
            case [Knows(role, function, influence)]:
                return (
                    f"MATCH (c:Customer)<-[:OF]-(p:DecisionMaker {{role: {self._value(ROLES[role])}}})"
                    f"-[:WORKS_IN]->(:Department {{function: {self._value(FUNCTIONS[function])}}})"
                    f" WHERE p.influence >= {self._value(influence / 100)} WITH DISTINCT c"
                )
        first = min((one for one in conditions if isinstance(one, AnyTag)), key=self._carriers)
        # Revenue lies in the customer's own record, so it is looked at before any tag.
        own = [one for one in conditions if isinstance(one, RevenueAbove)]
        rest = [one for one in conditions if one is not first and one not in own]
        start = [f"g.key IN {self._keys(first)}", *map(self._test, own)]
        return (
            f"MATCH (g:Tag)<-[:TAGGED]-(c) WHERE {' AND '.join(start)}"
            f" WITH DISTINCT c WHERE {' AND '.join(map(self._test, rest))} WITH c"
        )

    def _waterfall(self, conditions: Sequence[Condition]) -> str:
        first, *rest = conditions
        if not isinstance(first, AnyTag):
            raise TypeError(f"a waterfall starts from tags here, not from {first}")
        names = [f"ok{place}" for place in range(len(rest))]
        tests = ", ".join(
            f"{self._test(one)} AS {name}" for one, name in zip(rest, names, strict=True)
        )
        counts = ", ".join(
            f"sum(CASE WHEN {' AND '.join(names[: place + 1])} THEN 1 ELSE 0 END)"
            for place in range(len(names))
        )
        return (
            f"MATCH (g:Tag)<-[:TAGGED]-(c) WHERE g.key IN {self._keys(first)}"
            f" WITH DISTINCT c WITH {tests} RETURN count(*), {counts}"
        )

    def _test(self, condition: Condition) -> str:
        match condition:
            case AnyTag():
                return f"EXISTS {{ (c)-[:TAGGED]->(t) WHERE t.key IN {self._keys(condition)} }}"
            case NoTag():
                return f"NOT EXISTS {{ (c)-[:TAGGED]->(t) WHERE t.key IN {self._keys(condition)} }}"
            case RevenueAbove(revenue):
                return f"c.{attribute_property(REVENUE)} > {self._value(revenue)}"
            case Did() | Knows():
                raise ValueError(f"{condition} is asked alone")
            case _:
                assert_never(condition)

    def _carriers(self, condition: AnyTag) -> int:
        rows = self._session.run(
            "MATCH (g:Tag) WHERE g.key IN $keys RETURN sum(COUNT { (g)<-[:TAGGED]-() })",
            keys=[TAG_KEYS[tag] for tag in condition.tags],
        )
        return int(rows.values()[0][0])

    def _keys(self, condition: AnyTag | NoTag) -> str:
        return self._value([TAG_KEYS[tag] for tag in condition.tags])

    def _value(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"
