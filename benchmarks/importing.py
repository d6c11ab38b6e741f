"""Import against the bare driver with hand-written UNWIND batches, on the same data.

`python -m benchmarks.importing --rows N` prints a table. The bare driver's rows are in memory, in
the types of the graph, before its clock starts; the import reads and checks a CSV file. Both
write batches of the same size, in turns, into an emptied graph each time.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from neo4j import Driver, GraphDatabase
from rich.console import Console
from rich.table import Table

from benchmarks.server import temporary_server
from profilegraph.importers.binding import Conventions
from profilegraph.services.imports import BATCH_ROWS, ImportJob, import_file
from profilegraph.services.platform import Platform, open_platform

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TAGS = ("ownership/private", "company_size/p20_50", "need/no_need", "temperature/warm")
EVENTS = ("page_view", "download", "purchase")
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
    since = datetime.fromisoformat(cells["since"])
    return {
        "customer": cells["customer"],
        "tag": cells["tag"],
        "set": {
            "since": since,
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
        "set": {
            "type": cells["type"],
            "at": datetime.fromisoformat(cells["at"]),
            "channel": cells["channel"],
            "amount": round(float(cells["amount"]) * 10_000),
        },
    }


def cases(platform_tags: Sequence[str], events: Sequence[str], rows: int) -> tuple[Case, ...]:
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
            tagging(platform_tags, rows),
            typed_tagging,
            "UNWIND $rows AS row MATCH (c:Customer {key: row.customer})"
            " MATCH (g:Tag {key: row.tag}) MERGE (c)-[t:TAGGED]->(g) SET t = row.set",
            "MATCH ()-[t:TAGGED]->() CALL (t) { DELETE t } IN TRANSACTIONS OF 5000 ROWS",
        ),
        Case(
            "events",
            event(events, rows),
            typed_event,
            "UNWIND $rows AS row MATCH (c:Customer {key: row.customer})"
            " MERGE (e:Event {key: row.key}) SET e += row.set MERGE (c)-[:DID]->(e)",
            "MATCH (n:Event) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
        ),
    )


def by_hand(driver: Driver, case: Case, rows: Sequence[Values]) -> float:
    """Return the seconds that the bare driver takes for `rows`."""
    began = time.perf_counter()
    with driver.session() as session:
        for start in range(0, len(rows), BATCH_ROWS):
            batch = rows[start : start + BATCH_ROWS]
            session.execute_write(
                lambda tx, batch=batch: tx.run(case.statement, rows=batch).consume()
            )
    return time.perf_counter() - began


async def by_import(platform: Platform, case: Case, path: Path, rows: int) -> float:
    """Return the seconds that the import takes for the file."""
    settings, catalogue = platform.settings, await platform.catalogues.current()
    conventions = Conventions(settings.zone, settings.currency, settings.phone_region, catalogue)
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
    typed = [case.typed(case.cells(number)) for number in range(rows)]
    hand: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{case.kind}.csv"
        write_table(path, case, rows)
        for run in range(runs):
            for by_us in (False, True) if run % 2 == 0 else (True, False):
                with driver.session() as session:
                    session.run(case.empty).consume()
                if by_us:
                    ours.append(rows / await by_import(platform, case, path, rows))
                else:
                    hand.append(rows / by_hand(driver, case, typed))
    return hand, ours


async def compare(rows: int, runs: int) -> Iterator[tuple[str, list[float], list[float]]]:
    """Return of each kind the rows a second, by hand and by import."""
    results = []
    with temporary_server() as (settings, server):
        driver = GraphDatabase.driver(server.uri, auth=(server.user, server.password))
        with driver:
            async with open_platform(settings, NOW) as platform:
                catalogue = await platform.catalogues.current()
                tags = [key for key in catalogue.tags if key.split("/")[1]][::5][:4]
                for case in cases(tags, list(catalogue.events)[:3], rows):
                    results.append((case.kind, *await measure(platform, driver, case, rows, runs)))
    return iter(results)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="rows of each kind")
    parser.add_argument("--runs", type=int, default=4, help="runs of each side, in turns")
    options = parser.parse_args(arguments)
    table = Table(title=f"Import, {options.rows:,} rows a kind, median of {options.runs} runs")
    for column in ("kind", "bare driver, rows/s", "profilegraph import, rows/s", "ratio"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind, hand, ours in asyncio.run(compare(options.rows, options.runs)):
        bare, imported = statistics.median(hand), statistics.median(ours)
        table.add_row(kind, f"{bare:,.0f}", f"{imported:,.0f}", f"{imported / bare:.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()
