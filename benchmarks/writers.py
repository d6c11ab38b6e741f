"""Writes a second by 1, 4 and 16 writers at once: the product's path, and a bare driver's.

Run by `python -m benchmarks.writers`. Both tag one customer in each transaction, in one run on the
same server; only the product checks what it writes, locks, keeps the past, and tells of the change.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

from neo4j import AsyncGraphDatabase

from benchmarks.server import temporary_server
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Address, Platform, open_platform

WRITERS = (1, 4, 16)
SECONDS = 4.0
CUSTOMERS = 2_000
TAG = "lead_stage/mql"
BARE = (
    "MATCH (c:Customer {key: $customer}) MATCH (g:Tag {key: $tag})"
    " MERGE (c)-[t:TAGGED]->(g) SET t.since = $since"
)

Write = Callable[[str], Awaitable[object]]
"""Tags the customer of a key, in a transaction of its own."""


async def rate(write: Write, writers: int) -> float:
    """Return the writes a second of so many writers at once."""
    began, turns = time.perf_counter(), count()
    written = 0

    async def writer() -> None:
        nonlocal written
        while time.perf_counter() - began < SECONDS:
            await write(f"c{next(turns) % CUSTOMERS}")
            written += 1

    await asyncio.gather(*(writer() for _ in range(writers)))
    return written / (time.perf_counter() - began)


async def measure(platform: Platform, address: Address, now: datetime) -> dict[int, dict[str, int]]:
    """Return the writes a second of each path by number of writers."""
    await save(platform, [Customer(key=f"c{number}") for number in range(CUSTOMERS)], now)
    driver = AsyncGraphDatabase.driver(address.uri, auth=(address.user, address.password))

    async def by_product(customer: str) -> None:
        await save(platform, [Tagging(customer=customer, tag=TAG, since=now)], now)

    async def bare(customer: str) -> None:
        parameters = {"customer": customer, "tag": TAG, "since": now}
        await driver.execute_query(BARE, parameters, database_=platform.settings.neo4j_database)

    paths: dict[str, Write] = {"product": by_product, "bare": bare}
    async with driver:
        for write in paths.values():
            await rate(write, 4)  # the server compiles what it runs often
        return {
            many: {name: round(await rate(write, many)) for name, write in paths.items()}
            for many in WRITERS
        }


async def run() -> None:
    """Print a table of the rates, and all of them as one JSON object on the last line."""
    now = datetime.now(UTC)
    with temporary_server() as (settings, running):
        address = Address(running.uri, running.user, running.password)
        async with open_platform(settings, address, now) as platform:
            rates = await measure(platform, address, now)
    print("writers  product/s   bare/s  product ÷ bare")
    for many, found in rates.items():
        share = found["product"] / found["bare"]
        print(f"{many:7}  {found['product']:9}  {found['bare']:7}  {share:14.2f}")
    print(json.dumps({"writes_per_s": {str(many): found for many, found in rates.items()}}))


if __name__ == "__main__":
    asyncio.run(run())
