"""Import against the bare driver with hand-written UNWIND batches, on the same file.

`python -m benchmarks.importing --rows N` prints a table. Both read one CSV file and write batches of
the same size into an emptied graph, in turns; the first turn of each, with a cold server, is left
out. What is written by hand trusts the file: it checks nothing, keeps no checkpoint, and hands
moments on as text for Cypher's datetime(), since the driver needs 40 µs to pack a datetime.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from neo4j import Driver, GraphDatabase, ManagedTransaction
from rich.console import Console
from rich.table import Table

from benchmarks.server import temporary_server
from profilegraph.domain.limits import BATCH_ROWS
from profilegraph.services.imports.files import ImportJob, import_file
from profilegraph.services.platform import Platform, locate, open_platform

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Values = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One kind of record: its rows as text, as the graph's types, and the statement by hand."""

    kind: str
    cells: Callable[[int], Values]
    typed: Callable[[Values], Values]
    statement: str
    empty: str


def customer(number: int) -> Values:
    return {
        "key": f"C{number}",
        "kind": "COMPANY",
        "name": f"上海第{number}贸易有限公司",
        "attributes.registered_capital": f"{number % 1000}万",
        "attributes.founded_on": f"2{number % 1000:03d}-05-01",
    }


def typed_customer(cells: Values) -> Values:
    return {
        "key": cells["key"],
        "set": {
            "kind": cells["kind"],
            "name": cells["name"],
            "attribute_registered_capital": float(cells["attributes.registered_capital"][:-1])
            * 1e4,
            "attribute_founded_on": datetime.fromisoformat(cells["attributes.founded_on"]).date(),
        },
    }


def tagging(tags: Sequence[str], customers: int) -> Callable[[int], Values]:
    def cells(number: int) -> Values:
        return {
            "customer": f"C{number % customers}",
            "tag": tags[number // customers % len(tags)],
            "since": (NOW - timedelta(minutes=number)).isoformat(),
            "source": "IMPORT",
            "confidence": "0.9",
        }

    return cells


def typed_tagging(cells: Values) -> Values:
    return {
        "customer": cells["customer"],
        "tag": cells["tag"],
        "since": cells["since"],
        "set": {
            "source": "IMPORT",
            "confidence": float(cells["confidence"]),
            "weight": 1.0,
            "weekdays": [],
        },
    }


def event(types: Sequence[str], customers: int) -> Callable[[int], Values]:
    def cells(number: int) -> Values:
        return {
            "key": f"E{number}",
            "customer": f"C{number % customers}",
            "type": types[number % len(types)],
            "at": (NOW - timedelta(minutes=number)).isoformat(),
            "channel": "website",
            "amount": f"{number % 500}.50",
        }

    return cells


def typed_event(cells: Values) -> Values:
    return {
        "key": cells["key"],
        "customer": cells["customer"],
        "at": cells["at"],
        "set": {
            "type": cells["type"],
            "channel": cells["channel"],
            "amount": round(float(cells["amount"]) * 10_000),
        },
    }


def cases(tags: Sequence[str], events: Sequence[str], rows: int) -> tuple[Case, ...]:
    """Return the cases, customers first: the others need them."""
    return (
        Case(
            "customers",
            customer,
            typed_customer,
            "UNWIND $rows AS row MERGE (c:Customer {key: row.key}) SET c += row.set",
            "MATCH (n:Customer) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
        ),
        Case(
            "taggings",
            tagging(tags, rows),
            typed_tagging,
            "UNWIND $rows AS row MATCH (c:Customer {key: row.customer})"
            " MATCH (g:Tag {key: row.tag}) MERGE (c)-[t:TAGGED]->(g)"
            " SET t = row.set, t.since = datetime(row.since)",
            "MATCH ()-[t:TAGGED]->() CALL (t) { DELETE t } IN TRANSACTIONS OF 5000 ROWS",
        ),
        Case(
            "events",
            event(events, rows),
            typed_event,
            "UNWIND $rows AS row MATCH (c:Customer {key: row.customer})"
            " MERGE (e:Event {key: row.key}) SET e += row.set, e.at = datetime(row.at)"
            " MERGE (c)-[:DID]->(e)",
            "MATCH (n:Event) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
        ),
    )


def by_hand(driver: Driver, case: Case, path: Path) -> float:
    """Return the seconds that the bare driver takes for the file."""

    def write(transaction: ManagedTransaction, rows: Sequence[Values]) -> None:
        transaction.run(case.statement, rows=rows).consume()

    began = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file, driver.session() as session:
        rows = map(case.typed, csv.DictReader(file))
        while batch := list(islice(rows, BATCH_ROWS)):
            session.execute_write(write, batch)
    return time.perf_counter() - began


async def by_import(platform: Platform, case: Case, path: Path, rows: int) -> float:
    """Return the seconds that the import takes for the file."""
    conventions = await platform.conventions()
    began = time.perf_counter()
    report = await import_file(
        platform.database, ImportJob(case.kind, path, again=True), conventions, NOW
    )
    seconds = time.perf_counter() - began
    if report.written != rows:
        raise RuntimeError(f"{report.written} of {rows} {case.kind} were written: {report}")
    return seconds


def write_table(path: Path, case: Case, rows: int) -> None:
    """Write the case's rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(case.cells(0)))
        writer.writeheader()
        writer.writerows(case.cells(number) for number in range(rows))


async def measure(
    platform: Platform, driver: Driver, case: Case, rows: int, runs: int
) -> tuple[list[float], list[float]]:
    """Return the rows a second of each run, by hand and by import, taken in turns."""
    hand: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{case.kind}.csv"
        write_table(path, case, rows)
        for run in range(runs + 1):
            for imported in (False, True) if run % 2 == 0 else (True, False):
                with driver.session() as session:
                    session.run(case.empty).consume()
                if imported:
                    ours.append(rows / await by_import(platform, case, path, rows))
                else:
                    hand.append(rows / by_hand(driver, case, path))
    return hand[1:], ours[1:]


async def compare(rows: int, runs: int) -> Table:
    """Return the table of the rows a second of each kind, by hand and by import."""
    table = Table(title=f"Import, {rows:,} rows a kind, median of {runs} runs in turns")
    for column in ("kind", "bare driver, rows/s", "profilegraph import, rows/s", "ratio"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    with (
        temporary_server() as (settings, server),
        GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver,
    ):
        async with open_platform(settings, locate(settings), NOW) as platform:
            catalogue = await platform.catalogue()
            for case in cases(list(catalogue.tags)[:4], list(catalogue.events)[:4], rows):
                hand, ours = await measure(platform, driver, case, rows, runs)
                bare, imported = statistics.median(hand), statistics.median(ours)
                ratio = f"{imported / bare:.0%}"
                table.add_row(case.kind, f"{bare:,.0f}", f"{imported:,.0f}", ratio)
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="rows of each kind")
    parser.add_argument("--runs", type=int, default=4, help="runs of each side, in turns")
    options = parser.parse_args(arguments)
    Console().print(asyncio.run(compare(options.rows, options.runs)))


if __name__ == "__main__":
    main()
