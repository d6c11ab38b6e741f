"""@neo4j/graphql on the same graph, in a Node.js process of its own, asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from benchmarks.data import EVENT_TYPES, FUNCTIONS, NOW, ROLES, TAG_KEYS
from benchmarks.http import GraphQLClient, operation
from benchmarks.peers import NEO4J_GRAPHQL, SideUnavailable
from benchmarks.peers.npm import FOLDER, install, node_program
from benchmarks.processes import first_line, running
from benchmarks.questions import (
    PAGE,
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
from profilegraph.services.platform import Address

COUNT = "query ($where: CustomerWhere!) { customersConnection(where: $where) { totalCount } }"
MEMBERS = (
    "query ($where: CustomerWhere!) {"
    f" customers(where: $where, limit: {PAGE}, sort: [{{key: ASC}}]) {{ key tags {{ key }} }} }}"
)


class Neo4jGraphQL:
    """The API that @neo4j/graphql makes from type definitions alone."""

    name = NEO4J_GRAPHQL

    def __init__(self, client: GraphQLClient) -> None:
        self._client = client

    def ask(self, question: Question) -> Ask | None:
        """Return what counts or reads a page; what needs more than one query it has none for."""
        where = _where(question.conditions)
        if where is None:
            return None
        match question.kind:
            case Kind.COUNT:
                return partial(self._count, operation(COUNT, {"where": where}))
            case Kind.PAGE:
                return partial(self._page, operation(MEMBERS, {"where": where}))
            case Kind.WATERFALL | Kind.BREAKDOWN | Kind.CROSS_TABLE:
                return None
            case _:
                assert_never(question.kind)

    def _count(self, body: bytes) -> Answer:
        return int(self._client.send(body)["customersConnection"]["totalCount"])

    def _page(self, body: bytes) -> Answer:
        return {
            one["key"]: frozenset(tag["key"] for tag in one["tags"])
            for one in self._client.send(body)["customers"]
        }


@contextmanager
def open_neo4j_graphql(address: Address, folder: Path) -> Iterator[Neo4jGraphQL]:
    """Yield the API in a process that ends afterwards; raises SideUnavailable."""
    with (
        serving_neo4j_graphql(address, folder) as port,
        GraphQLClient(port) as client,
    ):
        yield Neo4jGraphQL(client)


@contextmanager
def serving_neo4j_graphql(address: Address, folder: Path) -> Iterator[int]:
    """Yield the port of the API in a process that ends afterwards; raises SideUnavailable."""
    install()
    log = folder / "neo4j_graphql.log"
    environment = {
        "NEO4J_URI": address.uri,
        "NEO4J_USER": address.user,
        "NEO4J_PASSWORD": address.password,
        "NODE_ENV": "production",
    }
    command = [str(node_program("node")), str(FOLDER / "neo4j_graphql.mjs")]
    with running(command, log=log, environment=environment) as process:
        port = first_line(process)
        if not port:
            raise SideUnavailable(f"its server does not start: {log.read_text()[-500:]}")
        yield int(port)


def _where(conditions: Sequence[Condition]) -> dict[str, Any] | None:
    tests = [_test(condition) for condition in conditions]
    return None if None in tests else {"AND": tests}


def _test(condition: Condition) -> dict[str, Any] | None:
    match condition:
        case AnyTag(tags=tags):
            return {"tags": {"some": {"key": {"in": [TAG_KEYS[tag] for tag in tags]}}}}
        case NoTag(tags=tags):
            return {"tags": {"none": {"key": {"in": [TAG_KEYS[tag] for tag in tags]}}}}
        case RevenueAbove(revenue):
            return {"revenue": {"gt": revenue}}
        case Did(event, times, days):
            if times > 1:
                return None  # it counts all events of a customer, but not those that match
            since = (NOW - timedelta(days=days)).isoformat()
            return {"events": {"some": {"type": {"eq": EVENT_TYPES[event]}, "at": {"gte": since}}}}
        case Knows(role, function, influence):
            return {
                "people": {
                    "some": {
                        "role": {"eq": ROLES[role]},
                        "influence": {"gte": influence / 100},
                        "departments": {"some": {"function": {"eq": FUNCTIONS[function]}}},
                    }
                }
            }
        case _:
            assert_never(condition)
