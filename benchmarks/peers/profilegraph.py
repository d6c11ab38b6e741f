"""profilegraph as a front end meets it: `profilegraph serve` in a process of its own, over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, assert_never
from urllib.parse import urlsplit

from benchmarks.data import (
    EVENT_TYPES,
    FUNCTIONS,
    NOW,
    ROLES,
    TAG_KEYS,
    TAGS_OF,
    dimension_key,
)
from benchmarks.graph import REVENUE
from benchmarks.http import GraphQLClient, operation
from benchmarks.peers import OURS, SideUnavailable
from benchmarks.processes import first_line, running
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

OPERATIONS = {
    Kind.COUNT: "query ($filter: FilterInput!) { segmentPreview(filter: $filter) { count } }",
    Kind.PAGE: (
        "query ($filter: FilterInput!) { segmentPreview(filter: $filter) {"
        f" members(first: {PAGE}) {{ edges {{ node {{ key tags {{ tag {{ key }} }} }} }} }} }} }}"
    ),
    Kind.WATERFALL: (
        "query ($filter: FilterInput!) { segmentPreview(filter: $filter) {"
        " waterfall { total steps { kept removed unique } } } }"
    ),
    Kind.BREAKDOWN: (
        "query ($filter: FilterInput!, $dimensions: [String!]!) {"
        " segmentPreview(filter: $filter) { breakdown(dimensions: $dimensions) {"
        " buckets { tagKey count } } } }"
    ),
    Kind.CROSS_TABLE: (
        "query ($filter: FilterInput!, $rows: String!, $columns: String!) {"
        " crossTable(rows: $rows, columns: $columns, filter: $filter) {"
        " columns { tagKey } rows { tagKey cells { count } } } }"
    ),
}


class Profilegraph:
    """The GraphQL API of a running server."""

    name = OURS

    def __init__(self, client: GraphQLClient) -> None:
        self._client = client

    def ask(self, question: Question) -> Ask | None:
        """Return what posts one operation."""
        body = operation(OPERATIONS[question.kind], _variables(question))
        return partial(self._send, question.kind, body)

    def _send(self, kind: Kind, body: bytes) -> Answer:
        return _read(kind, self._client.send(body))


@contextmanager
def serving(
    home: Path, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield port and process id of `profilegraph serve`, its embedded database at `home`.

    `settings` are further variables of its environment. Raises SideUnavailable.
    """
    environment = {
        **(settings or {}),
        "NEO4J_URI": "",
        "PROFILEGRAPH_HOME": str(home),
        "PROFILEGRAPH_PORT": "0",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "200",
    }
    program = Path(sys.executable).with_name("profilegraph")
    log = folder / "profilegraph.log"
    with running([str(program), "serve"], log=log, environment=environment) as process:
        line = first_line(process)
        port = urlsplit(line.split()[1]).port if line else None
        if port is None:
            raise SideUnavailable(f"it does not start: {log.read_text()[-500:]}")
        yield port, process.pid


def filter_of(conditions: Sequence[Condition]) -> dict[str, Any]:
    """Return the conditions in the language of segments."""
    return {"all": [_test(condition) for condition in conditions]}


def _variables(question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = {"filter": filter_of(question.conditions)}
    match question.kind:
        case Kind.COUNT | Kind.PAGE | Kind.WATERFALL:
            return asked
        case Kind.BREAKDOWN:
            return asked | {"dimensions": [dimension_key(d) for d in range(len(TAGS_OF))]}
        case Kind.CROSS_TABLE:
            return asked | {"rows": dimension_key(ROWS), "columns": dimension_key(COLUMNS)}
        case _:
            assert_never(question.kind)


def _test(condition: Condition) -> dict[str, Any]:
    match condition:
        case AnyTag(dimension, tags):
            return {"tags": {"dimension": dimension_key(dimension), "anyOf": _names(tags)}}
        case NoTag(dimension, tags):
            return {"tags": {"dimension": dimension_key(dimension), "noneOf": _names(tags)}}
        case RevenueAbove(revenue):
            return {"attribute": {"key": REVENUE, "number": {"gt": revenue}}}
        case Did(event, times, days):
            since = (NOW - timedelta(days=days)).isoformat()
            window = {"since": since, "until": NOW.isoformat()}
            return {"event": {"type": EVENT_TYPES[event], "atLeast": times, "window": window}}
        case Knows(role, function, influence):
            person = {
                "roles": [ROLES[role]],
                "influence": {"gte": influence / 100},
                "department": {"functions": [FUNCTIONS[function]]},
            }
            return {"people": {"atLeast": 1, "where": person}}
        case _:
            assert_never(condition)


def _names(tags: Sequence[int]) -> list[str]:
    return [TAG_KEYS[tag].split("/")[1] for tag in tags]


def _read(kind: Kind, data: Any) -> Answer:
    match kind:
        case Kind.COUNT:
            return int(data["segmentPreview"]["count"])
        case Kind.PAGE:
            return {
                edge["node"]["key"]: frozenset(one["tag"]["key"] for one in edge["node"]["tags"])
                for edge in data["segmentPreview"]["members"]["edges"]
            }
        case Kind.WATERFALL:
            return tuple(step["kept"] for step in data["segmentPreview"]["waterfall"]["steps"])
        case Kind.BREAKDOWN:
            return {
                bucket["tagKey"]: bucket["count"]
                for dimension in data["segmentPreview"]["breakdown"]
                for bucket in dimension["buckets"]
                if bucket["tagKey"] and bucket["count"]
            }
        case Kind.CROSS_TABLE:
            table = data["crossTable"]
            return {
                f"{row['tagKey']} × {column['tagKey']}": cell["count"]
                for row in table["rows"]
                for column, cell in zip(table["columns"], row["cells"], strict=True)
                if row["tagKey"] and column["tagKey"] and cell["count"]
            }
        case _:
            assert_never(kind)
