"""What the audit log costs: writes with and without it in turns, and the rate of sealing.

Run by `python -m benchmarks.auditing`. One process and one server do both: batches of the same write
follow each other in pairs, in either order, so that what else the machine does meets both alike. The
figures are medians of the ratios of the pairs, of the wall clock and of the processor time of both
processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import psutil

from benchmarks.server import temporary_server
from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.customers import Customer
from profilegraph.services.audit.recording import append
from profilegraph.services.audit.sealing import seal_entries
from profilegraph.services.audit.verifying import verify_audit
from profilegraph.services.customers.records import TagCustomers, save, tag_customers
from profilegraph.services.platform import Address, Platform, open_platform
from profilegraph.storage.feed.change_feed import Publisher

CUSTOMERS = 2_000
TAGS = ("lead_stage/mql", "lead_stage/sql")
BATCH = 25
"""Writes of one side in a pair."""
AT_ONCE = 1_000
"""Entries of one transaction, where many are to be sealed."""

Write = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Spent:
    """Seconds of a batch: by the wall clock, and of both processors' time."""

    wall: float
    processor: float


def _processor_seconds(processes: Sequence[psutil.Process]) -> float:
    times = [one.cpu_times() for one in processes]
    return sum(one.user + one.system for one in times)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Let transactions append nothing to the audit log."""
    publish = Publisher.publish

    async def without(self: Publisher, *arguments: object) -> None:
        await publish(self, *arguments[:2])  # type: ignore[arg-type]

    Publisher.publish = without  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        Publisher.publish = publish  # type: ignore[method-assign]


async def _batch(write: Write, processes: Sequence[psutil.Process]) -> Spent:
    before, began = _processor_seconds(processes), time.perf_counter()
    for _ in range(BATCH):
        await write()
    wall = time.perf_counter() - began
    return Spent(wall, _processor_seconds(processes) - before)


async def pairs(
    write: Write, processes: Sequence[psutil.Process], many: int, order: random.Random
) -> list[tuple[Spent, Spent]]:
    """Return what pairs of batches took, each with and without the audit log."""
    found = []
    for number in range(many):
        sides = [True, False]
        if order.random() < 0.5:
            sides.reverse()
        spent: dict[bool, Spent] = {}
        for recorded in sides:
            if recorded:
                spent[True] = await _batch(write, processes)
            else:
                with unrecorded():
                    spent[False] = await _batch(write, processes)
        if number >= many // 10:  # the server compiles what it runs often
            found.append((spent[True], spent[False]))
    return found


def cost(found: Sequence[tuple[Spent, Spent]]) -> dict[str, float]:
    """Return the median cost in percent, and that of the pairs in sum."""
    figures = {}
    for name in ("wall", "processor"):
        ratios = [getattr(one, name) / getattr(other, name) for one, other in found]
        sums = [sum(getattr(pair[side], name) for pair in found) for side in (0, 1)]
        figures[f"{name}_median_percent"] = round(100 * (statistics.median(ratios) - 1), 1)
        figures[f"{name}_sum_percent"] = round(100 * (sums[0] / sums[1] - 1), 1)
    figures["ms_a_write"] = round(
        1_000 * statistics.median(one.wall for one, _ in found) / BATCH, 2
    )
    return figures


async def sealing_rate(platform: Platform, entries: int, now: datetime) -> dict[str, float]:
    """Return how many entries a second are sealed, and verified."""
    await seal_entries(platform.database, now)
    turns = count()
    for _ in range(entries // AT_ONCE):
        some = [
            AuditEntry.of(
                AuditKind.CHANGE,
                "TagCustomers",
                AuditActor("crm", "k1", "e1"),
                now,
                AuditTargets((f"c{next(turns)}",), ("tag:lead_stage/mql",)),
            )
            for _ in range(AT_ONCE)
        ]
        await append(platform, *some)
    began = time.perf_counter()
    sealed = await seal_entries(platform.database, now)
    took = time.perf_counter() - began
    began = time.perf_counter()
    found = await verify_audit(platform.database, now)
    if found.faults or sealed != entries:
        raise RuntimeError(f"{sealed} sealed, {len(found.faults)} faults")
    verified = time.perf_counter() - began
    return {"sealed_per_s": round(sealed / took), "verified_per_s": round(found.entries / verified)}


async def measure(platform: Platform, server: int, many: int, now: datetime) -> dict[str, object]:
    """Return the cost of the audit log on the smallest write, and on a batch of records."""
    processes, order = [psutil.Process(), psutil.Process(server)], random.Random(7)
    await save(platform, [Customer(key=f"c{number}") for number in range(CUSTOMERS)], now)
    turns, context = count(), CommandContext(OPERATOR, now)

    async def tag() -> None:
        number = next(turns)
        given = ({"tag": TAGS[number // CUSTOMERS % 2]},)
        await tag_customers(platform, TagCustomers((f"c{number % CUSTOMERS}",), given), context)

    async def keep() -> None:
        start = next(turns)
        some = [Customer(key=f"c{(start + n) % CUSTOMERS}", name=f"n{start}") for n in range(100)]
        await save(platform, some, now)

    for write in (tag, keep):
        for _ in range(200):
            await write()
    return {
        "tag one customer": cost(await pairs(tag, processes, many, order)),
        "save 100 customers": cost(await pairs(keep, processes, many // 10, order)),
    }


async def run(many: int, entries: int) -> None:
    """Print the figures as JSON."""
    now = datetime.now(UTC)
    with temporary_server() as (settings, running):
        address = Address(running.uri, running.user, running.password)
        async with open_platform(settings, address, now) as platform:
            figures = await measure(platform, running.pid, many, now)
            figures |= await sealing_rate(platform, entries, now)
    print(json.dumps(figures, indent=1))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="pairs of batches")
    parser.add_argument("--entries", type=int, default=200_000, help="entries to seal")
    options = parser.parse_args()
    asyncio.run(run(options.pairs, options.entries))


if __name__ == "__main__":
    main()
