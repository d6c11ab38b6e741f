"""PostgreSQL: a row a customer, its tags as an `int[]` under a GIN index of intarray."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import assert_never

import psycopg
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from benchmarks.data import NOW, TAG_KEYS, Customers, customer_key, tags_of
from benchmarks.peers import POSTGRES, SideUnavailable
from benchmarks.peers.npm import postgres_programs
from benchmarks.peers.rows import read
from benchmarks.processes import free_port, running, unprivileged_user
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

START_SECONDS = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
}
TABLES = """
CREATE EXTENSION intarray;
CREATE TABLE customer (id int PRIMARY KEY, key text, revenue int, tags int[]);
CREATE TABLE event (customer int, type int, at timestamptz);
CREATE TABLE person (customer int, role int, influence int, function int);
"""
INDEXES = """
CREATE INDEX ON customer USING gin (tags gin__int_ops);
CREATE INDEX ON customer (revenue);
CREATE INDEX ON event (type, at) INCLUDE (customer);
CREATE INDEX ON person (role, function, influence) INCLUDE (customer);
"""


class Postgres:
    """A PostgreSQL that answers by prepared statements over one connection."""

    name = POSTGRES

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def ask(self, question: Question) -> Ask | None:
        """Return what runs one prepared statement."""
        return partial(self._run, question.kind, statement_of(question))

    def _run(self, kind: Kind, statement: str) -> Answer:
        rows = self._connection.execute(statement, prepare=True).fetchall()
        return read(kind, rows, TAG_KEYS.__getitem__)


@contextmanager
def open_postgres(customers: Customers) -> Iterator[Postgres]:
    """Yield a PostgreSQL with the customers, gone afterwards; raises SideUnavailable."""
    with _server() as address, psycopg.connect(address, autocommit=True) as connection:
        _load(connection, customers)
        yield Postgres(connection)


@contextmanager
def _server() -> Iterator[str]:
    user = unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="profilegraph-postgres-") as place:
        folder, programs = Path(place), postgres_programs()
        if user is not None:  # who may not be able to reach the checkout
            programs = shutil.copytree(programs.parent, folder / "postgres", symlinks=True) / "bin"
            shutil.chown(folder, user)
        _initialise(programs / "initdb", folder / "data", user)
        port = free_port()
        settings = [f"--{name}={value}" for name, value in (SETTINGS | {"port": port}).items()]
        command = [str(programs / "postgres"), "-D", str(folder / "data"), *settings]
        with running(command, log=folder / "log", user=user):
            address = f"host=127.0.0.1 port={port} user=bench dbname=postgres"
            _wait(address, folder / "log")
            yield address


def _initialise(program: Path, data: Path, user: str | None) -> None:
    command = [str(program), "-D", str(data), "--username=bench", "--auth=trust", "--locale=C"]
    try:
        subprocess.run(
            [*command, "--encoding=UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            text=True,
            user=user,
            extra_groups=None if user is None else (),
        )
    except subprocess.CalledProcessError as fault:
        raise SideUnavailable(f"initdb failed: {fault.stderr.strip()[-500:]}") from fault


def _wait(address: str, log: Path) -> None:
    waiting = Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError),
        stop=stop_after_delay(START_SECONDS),
        wait=wait_fixed(0.1),
    )
    try:
        waiting(psycopg.connect, address).close()
    except RetryError as fault:
        raise SideUnavailable(f"PostgreSQL does not start: {log.read_text()[-500:]}") from fault


def _load(connection: psycopg.Connection, customers: Customers) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        with cursor.copy("COPY customer FROM STDIN") as copy:
            rows = zip(customers.revenue.tolist(), customers.tags.tolist(), strict=True)
            for number, (revenue, tags) in enumerate(rows):
                copy.write_row((number, customer_key(number), revenue, tags))
        with cursor.copy("COPY event FROM STDIN") as copy:
            for who, kind, age in customers.events.rows():
                copy.write_row((who, kind, NOW - timedelta(seconds=age)))
        with cursor.copy("COPY person FROM STDIN") as copy:
            for row in customers.people.rows():
                copy.write_row(row)
        cursor.execute(INDEXES)
        cursor.execute("VACUUM ANALYZE")


def statement_of(question: Question) -> str:
    """Return the statement that answers a question, as one writes it for this schema."""
    where = _where(question.conditions)
    match question.kind:
        case Kind.COUNT:
            return f"SELECT count(*) {where}"
        case Kind.PAGE:
            return f"SELECT key, tags {where} ORDER BY key LIMIT {PAGE}"
        case Kind.WATERFALL:
            # Only the first condition can use an index: all that follows is counted on its rows.
            tests = [_test(condition) for condition in question.conditions]
            counts = (f"count(*) FILTER (WHERE {' AND '.join(tests[:n])})" for n in _upto(tests))
            return f"SELECT {', '.join(counts)} FROM customer WHERE {tests[0]}"
        case Kind.BREAKDOWN:
            return f"SELECT tag, count(*) FROM (SELECT unnest(tags) AS tag {where}) GROUP BY tag"
        case Kind.CROSS_TABLE:
            rows, columns = _array(tags_of(ROWS)), _array(tags_of(COLUMNS))
            return (
                f"SELECT r, c, count(*) FROM (SELECT tags {where}) AS member,"
                f" unnest(tags & {rows}) AS r, unnest(tags & {columns}) AS c GROUP BY r, c"
            )
        case _:
            assert_never(question.kind)


def _upto(tests: Sequence[str]) -> range:
    return range(1, len(tests) + 1)


def _where(conditions: Sequence[Condition]) -> str:
    match conditions:
        case [Did(event, times, days)]:
            since = NOW - timedelta(days=days)
            return (
                f"FROM (SELECT customer FROM event WHERE type = {event} AND at >= '{since}'"
                f" GROUP BY customer HAVING count(*) >= {times})"
            )
        case [Knows(role, function, influence)]:
            return (
                f"FROM (SELECT DISTINCT customer FROM person WHERE role = {role}"
                f" AND function = {function} AND influence >= {influence})"
            )
    # One && a condition: GIN skips through all of them, which it cannot in one long query_int.
    return f"FROM customer WHERE {' AND '.join(map(_test, conditions))}"


def _test(condition: Condition) -> str:
    match condition:
        case AnyTag(tags=tags):
            return f"tags && {_array(tags)}"
        case NoTag(tags=tags):
            return f"NOT tags && {_array(tags)}"
        case RevenueAbove(revenue):
            return f"revenue > {revenue}"
        case Did() | Knows():
            raise ValueError(f"{condition} is asked alone")
        case _:
            assert_never(condition)


def _array(tags: Sequence[int]) -> str:
    return f"'{{{','.join(map(str, tags))}}}'::int[]"
