"""ClickHouse in the process (chdb): a row a customer, a column a dimension.

Of the schemas that were tried (a table of taggings with IN, bitmaps of customers by tag, one array
of all tags) this one answers fastest: a count reads only the columns that it asks about.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, assert_never

import chdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.data import (
    FIRST_TAGS,
    MULTI,
    NOW,
    TAG_KEYS,
    TAGS_EACH,
    TAGS_OF,
    Customers,
    customer_key,
)
from benchmarks.peers import CLICKHOUSE
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

DIMENSIONS = range(len(TAGS_OF))


class ClickHouse:
    """A ClickHouse in this process."""

    name = CLICKHOUSE

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def ask(self, question: Question) -> Ask | None:
        """Return what runs one query."""
        return partial(self._run, question.kind, statement_of(question))

    def _run(self, kind: Kind, statement: str) -> Answer:
        # One row of the answer a line, as a JSON array: the cheapest form for rows as few as these.
        lines = self._connection.query(statement, "JSONCompactEachRow").data().splitlines()
        return read(kind, [json.loads(line) for line in lines], TAG_KEYS.__getitem__)


@contextmanager
def open_clickhouse(customers: Customers) -> Iterator[ClickHouse]:
    """Yield a ClickHouse with the customers, in memory."""
    connect: Any = chdb.connect
    connection = connect(":memory:")
    try:
        with tempfile.TemporaryDirectory(prefix="profilegraph-clickhouse-") as folder:
            _load(connection, customers, Path(folder))
        yield ClickHouse(connection)
    finally:
        connection.close()


def _load(connection: Any, customers: Customers, folder: Path) -> None:
    dimensions = ", ".join(f"{_column(d)} {_type(d)}" for d in DIMENSIONS)
    tables = {
        "customer": (f"key String, revenue UInt32, tags Array(UInt8), {dimensions}", "key"),
        "event": ("customer UInt32, type UInt8, at DateTime('UTC')", "type, at"),
        "person": (
            "customer UInt32, role UInt8, influence UInt8, function UInt8",
            "role, function, influence",
        ),
    }
    rows = {
        "customer": _customers(customers),
        "event": _events(customers),
        "person": pa.table(
            dict(
                zip(
                    ("customer", "role", "influence", "function"),
                    customers.people.columns,
                    strict=True,
                )
            )
        ),
    }
    for name, (columns, order) in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(rows[name], path)
        connection.query(f"CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY ({order})")
        connection.query(f"INSERT INTO {name} SELECT * FROM file('{path}')")
        connection.query(f"OPTIMIZE TABLE {name} FINAL")


def _customers(customers: Customers) -> pa.Table:
    columns: dict[str, Any] = {
        "key": [customer_key(number) for number in range(customers.size)],
        "revenue": customers.revenue,
        "tags": pa.FixedSizeListArray.from_arrays(customers.tags.ravel(), TAGS_EACH).cast(
            pa.list_(pa.int64())
        ),
    }
    for dimension in DIMENSIONS:
        inside = (customers.tags >= FIRST_TAGS[dimension]) & (
            customers.tags < FIRST_TAGS[dimension + 1]
        )
        if dimension in MULTI:
            ends = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])
            columns[_column(dimension)] = pa.ListArray.from_arrays(
                pa.array(ends, pa.int32()), customers.tags[inside]
            )
        else:
            columns[_column(dimension)] = np.where(inside, customers.tags + 1, 0).sum(axis=1)
    return pa.table(columns)


def _events(customers: Customers) -> pa.Table:
    who, types, ages = customers.events.columns
    return pa.table({"customer": who, "type": types, "at": int(NOW.timestamp()) - ages})


def _column(dimension: int) -> str:
    return f"d{dimension}"


def _type(dimension: int) -> str:
    # Of a single-valued dimension the tag's number and one, and 0 for none: Nullable is slower.
    return "Array(UInt8)" if dimension in MULTI else "UInt8"


def statement_of(question: Question) -> str:
    """Return the query that answers a question, as one writes it for this schema."""
    where = _where(question.conditions)
    match question.kind:
        case Kind.COUNT:
            return f"SELECT count() {where}"
        case Kind.PAGE:
            return f"SELECT key, tags {where} ORDER BY key LIMIT {PAGE}"
        case Kind.WATERFALL:
            tests = [_test(condition) for condition in question.conditions]
            counts = (f"countIf({' AND '.join(tests[: n + 1])})" for n in range(len(tests)))
            return f"SELECT {', '.join(counts)} FROM customer"
        case Kind.BREAKDOWN:
            return f"SELECT arrayJoin(tags) AS tag, toUInt32(count()) {where} GROUP BY tag"
        case Kind.CROSS_TABLE:
            row, column = (f"arrayJoin({_tags(dimension)})" for dimension in (ROWS, COLUMNS))
            return f"SELECT {row} AS r, {column} AS c, toUInt32(count()) {where} GROUP BY r, c"
        case _:
            assert_never(question.kind)


def _where(conditions: Sequence[Condition]) -> str:
    match conditions:
        case [Did(event, times, days)]:
            since = int((NOW - timedelta(days=days)).timestamp())
            return (
                f"FROM (SELECT customer FROM event WHERE type = {event}"
                f" AND at >= toDateTime({since}) GROUP BY customer HAVING count() >= {times})"
            )
        case [Knows(role, function, influence)]:
            return (
                f"FROM (SELECT DISTINCT customer FROM person WHERE role = {role}"
                f" AND function = {function} AND influence >= {influence})"
            )
    return f"FROM customer WHERE {' AND '.join(map(_test, conditions))}"


def _test(condition: Condition) -> str:
    match condition:
        case AnyTag(dimension, tags):
            return _carries(dimension, tags)
        case NoTag(dimension, tags):
            return f"NOT {_carries(dimension, tags)}"
        case RevenueAbove(revenue):
            return f"revenue > {revenue}"
        case Did() | Knows():
            raise ValueError(f"{condition} is asked alone")
        case _:
            assert_never(condition)


def _carries(dimension: int, tags: Sequence[int]) -> str:
    if dimension in MULTI:
        return f"hasAny({_column(dimension)}, {list(tags)})"
    return f"({_column(dimension)} IN ({', '.join(str(tag + 1) for tag in tags)}))"


def _tags(dimension: int) -> str:
    column = _column(dimension)
    return column if dimension in MULTI else f"if({column} > 0, [{column} - 1], [])"
