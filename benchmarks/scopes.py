"""What a count costs somebody who sees some customers, beside one who sees all.

`python -m benchmarks.scopes` serves a graph of customers with owners in teams, asks the same counts
by keys with different rows in turns, and prints a table: medians, and the ratio to `ALL`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.http import GraphQLClient, operation
from benchmarks.index import wait_for_index
from benchmarks.peers.profilegraph import serving
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.domain.access import Permission, RowAccess
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import Employee, Ownership, Team
from profilegraph.domain.taxonomy.definition import EventType, Taxonomy
from profilegraph.domain.values import Labels, Record
from profilegraph.services.access.roles import SaveRole, save_role
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key
from profilegraph.services.platform import Address, open_platform
from profilegraph.services.taxonomies.loading import load_taxonomies

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EMPLOYEES, TEAMS, EVENTS = 200, 20, 5
_BATCH = 5_000
_PATIENT = {"read_timeout": 60.0, "write_timeout": 600.0}
_COUNT = "query ($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
_WATERFALL = (
    "query ($f: FilterInput!) { segmentPreview(filter: $f) { waterfall { total steps { kept } } } }"
)
_FIVE: dict[str, Any] = {
    "all": [
        {"event": {"type": "purchase", "atLeast": 2}},
        {"eventTotal": {"type": "purchase", "total": {"gte": 50}}},
        {"not": {"event": {"type": "purchase", "atLeast": 5}}},
        {"event": {"type": "shop_visit", "window": {"since": "2025-06-01T00:00:00+00:00"}}},
        {"team": {"teams": [f"t{n}" for n in range(10)]}},
    ]
}
REQUESTS = {"count of five": operation(_COUNT, {"f": _FIVE}),
            "count of one": operation(_COUNT, {"f": _FIVE["all"][0]}),
            "waterfall": operation(_WATERFALL, {"f": _FIVE})}  # fmt: skip
ROWS = ("ALL", "OWN", "TEAM_AND_BELOW", "FILTER")


def records(customers: int) -> Iterator[Record]:
    """Yield teams, employees, and customers with owners and events."""
    yield from (Team(key=f"t{n}", parent=f"t{n // 4}" if n else None) for n in range(TEAMS))
    yield from (Employee(key=f"e{n}", team=f"t{n % TEAMS}") for n in range(EMPLOYEES))
    for number in range(customers):
        key = f"c{number}"
        yield Customer(key=key, name=key)
        yield Ownership(employee=f"e{number % EMPLOYEES}", customer=key, since=NOW)
        for place in range(EVENTS):
            ago = timedelta(hours=(number * 7 + place * 131) % 8_000)
            kind = "purchase" if place % 2 else "shop_visit"
            yield Event(
                key=f"{key}-{place}", customer=key, type=kind, at=NOW - ago, amount=place * 9
            )


async def load(settings: Settings, address: Address, customers: int) -> dict[str, str]:
    """Write the graph; return an API key for each sort of rows."""
    labels = Labels(zh_cn="Shop", en="Shop")
    events = tuple(EventType(key=key, labels=labels) for key in ("shop_visit",))
    taxonomy = Taxonomy(key="shop", version="1.0.0", labels=labels, events=events)
    now = datetime.now(UTC)
    async with open_platform(settings, address, now) as ours:
        await load_taxonomies(ours.database, [taxonomy])
        kinds = (Team, Employee, Customer, Ownership, Event)
        everything = sorted(records(customers), key=lambda one: kinds.index(type(one)))
        for start in range(0, len(everything), _BATCH):
            await save(ours, everything[start : start + _BATCH], NOW)
        granted = (Permission.CUSTOMERS_READ, Permission.SEGMENTS_READ)
        keys = {}
        for rows in ROWS:
            visits = {"event": {"type": "shop_visit", "atLeast": 3}} if rows == "FILTER" else None
            role = SaveRole(f"rows_{rows.lower()}", granted, RowAccess(rows), visits)
            await save_role(ours, role, CommandContext(OPERATOR, now))
            employee = f"e{ROWS.index(rows)}"
            keys[rows] = await create_key(
                ours.database, rows.lower(), now, employee=employee, roles=[role.key]
            )
        keys["admin"] = await create_key(ours.database, "metrics", now)
        return keys


def measure(port: int, keys: dict[str, str], runs: int) -> dict[str, dict[str, list[float]]]:
    """Return how long each request took with each key, in seconds, asked in turns."""
    found: dict[str, dict[str, list[float]]] = {
        name: {rows: [] for rows in ROWS} for name in REQUESTS
    }
    clients = {rows: GraphQLClient(port, key=keys[rows]) for rows in ROWS}
    for turn in range(runs + 10):
        for name, body in REQUESTS.items():
            for rows, client in clients.items():
                start = time.perf_counter()
                client.send(body)
                if turn >= 10:
                    found[name][rows].append(time.perf_counter() - start)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    patient = {f"PROFILEGRAPH_{name.upper()}": str(value) for name, value in _PATIENT.items()}
    with (
        temporary_server(**_PATIENT) as (settings, server),
        tempfile.TemporaryDirectory() as folder,
    ):
        address = Address(server.uri, server.user, server.password)
        keys = asyncio.run(load(settings, address, options.customers))
        with serving(settings.home, Path(folder), patient) as (port, _):
            wait_for_index(port, keys["admin"])
            found = measure(port, keys, options.runs)
    table = Table(
        "request", *(f"{rows}, ms" for rows in ROWS), *(f"{rows} / ALL" for rows in ROWS[1:])
    )
    for name, by_rows in found.items():
        medians = [median(by_rows[rows]) * 1000 for rows in ROWS]
        ratios = [f"{one / medians[0]:.2f}" for one in medians[1:]]
        table.add_row(name, *(f"{one:.2f}" for one in medians), *ratios)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
