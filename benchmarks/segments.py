"""Segments against Cypher written by hand, on generated companies in one graph.

`python -m benchmarks.segments --customers N` prints a table. Each question is asked in turns: by the
platform's Cypher evaluator (catalogue, check, compilation and Bolt included) and by a query that
somebody wrote for just this question. Both must give the same count, or there is no table.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.server import temporary_server
from examples.b2b.world import KINDS, World, records
from profilegraph.segments.codec import decode
from profilegraph.segments.nodes import Node
from profilegraph.services import segments
from profilegraph.services.platform import Platform, locate, open_platform
from profilegraph.storage.database import Transaction
from profilegraph.storage.writing import upsert

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 5_000


@dataclass(frozen=True)
class Question:
    """A filter, and the same question in Cypher as one writes it."""

    name: str
    filter: dict[str, Any]
    by_hand: str

    @property
    def node(self) -> Node:
        """Return the filter as nodes."""
        return decode(self.filter)


def tag(dimension: str, *names: str) -> dict[str, Any]:
    return {"tags": {"dimension": dimension, "anyOf": list(names)}}


def carries(*keys: str) -> str:
    return f"EXISTS {{ (c)-[:TAGGED]->(g:Tag) WHERE g.key IN {list(keys)} }}"


QUESTIONS = (
    Question(
        "one tag",
        tag("company_size", "1000_plus"),
        "MATCH (c:Customer)-[:TAGGED]->(:Tag {key: 'company_size/1000_plus'}) RETURN count(c) AS n",
    ),
    Question(
        "five conditions",
        {
            "all": [
                tag("company_size", "50_500", "500_1000"),
                tag("temperature", "warm"),
                tag("buying_stage", "interested", "comparing", "deciding"),
                {"not": tag("ownership", "school")},
                {"attribute": {"key": "employee_count", "number": {"gte": 100}}},
            ]
        },
        "MATCH (c:Customer) WHERE "
        + " AND ".join(
            [
                carries("company_size/50_500", "company_size/500_1000"),
                carries("temperature/warm"),
                carries(
                    "buying_stage/interested", "buying_stage/comparing", "buying_stage/deciding"
                ),
                "NOT " + carries("ownership/school"),
                "c.attribute_employee_count >= 100",
            ]
        )
        + " RETURN count(c) AS n",
    ),
    Question(
        "events in 30 days",
        {"event": {"type": "visit_page", "atLeast": 2, "window": {"lastDays": 30}}},
        "MATCH (c:Customer)-[:DID]->(e:Event {type: 'visit_page'})"
        " WHERE e.at > datetime('2025-12-02T00:00:00Z') AND e.at <= datetime('2026-01-01T00:00:00Z')"
        " WITH c, count(e) AS times WHERE times >= 2 RETURN count(c) AS n",
    ),
    Question(
        "a technical buyer in IT or below",
        {"people": {"where": {"roles": ["TECHNICAL_BUYER"], "department": {"functions": ["IT"]}}}},
        "MATCH (c:Customer)<-[:OF]-(p:DecisionMaker {role: 'TECHNICAL_BUYER'})"
        "-[:WORKS_IN]->(:Department)-[:PART_OF]->{0,}(:Department {function: 'IT'})"
        " RETURN count(DISTINCT c) AS n",
    ),
)


async def load(platform: Platform, world: World) -> None:
    """Write a generated world into the graph."""
    for kind in KINDS:
        some = records(world, kind)
        while batch := list(islice(some, BATCH)):
            await platform.database.write(_writer(batch))


def _writer(batch: Sequence[Any]) -> Callable[[Transaction], Awaitable[None]]:
    async def work(transaction: Transaction) -> None:
        outcome = await upsert(transaction, batch, NOW)
        if outcome.refused:
            raise RuntimeError(f"the generated record does not fit: {outcome.refused[0]}")

    return work


async def timed(ask: Callable[[], Awaitable[int]]) -> tuple[float, int]:
    """Return the milliseconds that an answer takes, and the answer."""
    began = time.perf_counter()
    answer = await ask()
    return (time.perf_counter() - began) * 1_000, answer


async def measure(
    platform: Platform, question: Question, runs: int
) -> tuple[float, float, float, int]:
    """Return median milliseconds of count and waterfall, of the query by hand, and the count."""

    async def count() -> int:
        return await segments.count(platform, question.node, NOW)

    async def fall() -> int:
        return (await segments.waterfall(platform, question.node, NOW)).steps[-1].kept

    async def hand() -> int:
        rows = await platform.database.read(question.by_hand)
        return int(rows[0]["n"])

    asked = (count, fall, hand)
    times: list[list[float]] = [[], [], []]
    answers = set()
    for run in range(runs + 1):
        for column, ask in enumerate(asked):
            milliseconds, answer = await timed(ask)
            answers.add(answer)
            if run:  # the first turn meets a cold cache
                times[column].append(milliseconds)
    if len(answers) != 1:
        raise RuntimeError(f"{question.name}: the answers differ: {sorted(answers)}")
    medians = [statistics.median(column) for column in times]
    return medians[0], medians[1], medians[2], answers.pop()


async def compare(customers: int, seed: int, runs: int) -> Table:
    """Return the table of milliseconds for each question."""
    title = f"Segments by Cypher, {customers:,} customers, median of {runs} runs in turns"
    table = Table("question", title=title)
    for column in ("members", "count, ms", "waterfall, ms", "by hand, ms", "count ÷ by hand"):
        table.add_column(column, justify="right")
    with temporary_server() as (settings, _):
        async with open_platform(settings, locate(settings), NOW) as platform:
            await load(platform, World(customers=customers, seed=seed))
            for question in QUESTIONS:
                ours, fall, hand, count = await measure(platform, question, runs)
                cells = (f"{count:,}", f"{ours:,.1f}", f"{fall:,.1f}", f"{hand:,.1f}")
                table.add_row(question.name, *cells, f"{ours / hand:.2f}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--runs", type=int, default=7, help="runs of each side, in turns")
    options = parser.parse_args(arguments)
    Console().print(asyncio.run(compare(options.customers, options.seed, options.runs)))


if __name__ == "__main__":
    main()
