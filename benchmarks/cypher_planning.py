"""What Cypher needs for filters nobody asked before: `python -m benchmarks.cypher_planning`.

Hundreds of random filters of the property tests, each asked once as of now and, where the past is
kept, once as of a day of the past, of a graph of many customers; then filters as large as the limits
allow. The server tells how long it took until a query began to run: that is its planning. What its
processor did tells more than the clock on a machine that does other things meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Self

import psutil
from hypothesis import HealthCheck, Phase, given, seed, settings
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, Record

from benchmarks.server import temporary_server
from benchmarks.spec_world import SpecWorld
from profilegraph.config import Settings, data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.embedded.server import RunningServer
from profilegraph.engines.cypher.compiler import STATEMENTS
from profilegraph.errors import NoHistory
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language import nodes
from profilegraph.language.codec import MAX_DEPTH, MAX_LEAVES, encode_text
from profilegraph.language.facts import Context
from profilegraph.language.history import require_history
from profilegraph.language.nodes import AllOf, AnyOf, Node, Not
from profilegraph.services.evaluation.graph_evaluator import GraphEvaluator, plan
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.migrations import migrate, read_migrations
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.neo4j.rows import Parameters
from tests.conftest import NOW
from tests.property.strategies import LIBRARY, filters

SPEC = Path(__file__).parents[1] / "tests" / "spec" / "spec.yaml"
PAGE = Path(__file__).parents[1] / "docs" / "cypher-planning.md"
PAST = NOW - timedelta(days=150)
SHOWN = 300


@dataclass
class Asked:
    """One filter, and what it took to answer it, in seconds."""

    name: str
    planning: float = 0.0
    seconds: float = 0.0
    processor: float = 0.0
    members: int = 0


@dataclass
class Clocked(ReadTransaction):
    """A transaction that adds up how long its queries took to begin."""

    managed: AsyncManagedTransaction
    planning: float = field(default=0.0)

    def __post_init__(self) -> None:
        super().__init__(self.managed)

    async def _fetched(self, query: str, parameters: Parameters | None) -> list[Record]:
        result = await self.managed.run(query, dict(parameters or {}))
        records = [record async for record in result]
        self.planning += ((await result.consume()).result_available_after or 0) / 1_000
        return records


@dataclass(frozen=True)
class Bench:
    """A graph, and what asks it."""

    running: RunningServer
    settings: Settings
    catalogue: Catalogue
    driver: AsyncDriver

    @classmethod
    @asynccontextmanager
    async def open(
        cls, running: RunningServer, settings_: Settings, catalogue: Catalogue
    ) -> AsyncIterator[Self]:
        """Yield a bench with connections of its own: the platform's do not tell what they waited for."""
        login = (running.user, running.password)
        quiet: Any = "OFF"
        async with AsyncGraphDatabase.driver(
            running.uri, auth=login, notifications_min_severity=quiet
        ) as driver:
            yield cls(running, settings_, catalogue, driver)

    async def ask(self, name: str, node: Node, context: Context) -> Asked:
        """Return what it took to find the members of one filter."""
        asked = Asked(name)
        server = psutil.Process(self.running.pid)

        async def work(managed: AsyncManagedTransaction) -> None:
            reading = Clocked(managed)
            found = await GraphEvaluator(reading, self.catalogue, context).members(node)
            asked.planning, asked.members = reading.planning, len(found)

        async with self.driver.session(database=self.settings.neo4j_database) as session:
            before, began = sum(server.cpu_times()[:2]), time.perf_counter()
            await session.execute_read(work)
            asked.seconds = time.perf_counter() - began
            asked.processor = sum(server.cpu_times()[:2]) - before
        return asked


def drawn(count: int) -> list[Node]:
    """Return so many random filters, always the same."""
    found: list[Node] = []

    @seed(7)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(filters)
    def draw(node: Node) -> None:
        found.append(node)

    draw()
    return found


def largest() -> Iterator[tuple[str, Node]]:
    """Yield filters as large as the limits allow, each of conditions of one kind and of all kinds."""
    visits = [nodes.Events("visit", at_least=n % 9 + 1) for n in range(MAX_LEAVES)]
    windows = [nodes.Window(last_days=n + 1) for n in range(MAX_LEAVES)]
    visit, purchase = nodes.EventTest("visit"), nodes.EventTest("purchase")
    person = nodes.PersonTest(
        title=nodes.TextTest(contains="o"),
        department=nodes.DepartmentTest(name=nodes.TextTest(contains="o")),
        chain_depth=nodes.NumberTest(gte=0),
        did=nodes.Events("visit"),
        takes_part_in=nodes.ParticipationTest(),
    )
    yield (
        f"any of {MAX_LEAVES} event",
        AnyOf(tuple(replace(one, window=when) for one, when in zip(visits, windows, strict=True))),
    )
    yield (
        f"any of {MAX_LEAVES} sequence",
        AnyOf(tuple(nodes.Sequence(visit, purchase, n + 1) for n in range(MAX_LEAVES))),
    )
    yield (
        f"any of {MAX_LEAVES} people",
        AnyOf(
            tuple(
                nodes.People(where=replace(person, influence=nodes.NumberTest(gte=n / 100)))
                for n in range(MAX_LEAVES)
            )
        ),
    )
    yield (
        f"related, {MAX_DEPTH - 1} deep",
        nested(MAX_DEPTH - 1, lambda inner: nodes.Related(distance=5, where=inner)),
    )
    yield (
        f"not and all, {MAX_DEPTH - 1} deep",
        nested((MAX_DEPTH - 1) // 2, lambda inner: Not(AllOf((inner, nodes.People(where=person))))),
    )


def nested(depth: int, around: Callable[[Node], Node]) -> Node:
    """Return a filter so deep."""
    node: Node = nodes.Opportunities()
    for _ in range(depth):
        node = around(node)
    return node


def kept(node: Node) -> bool:
    """Return whether the past of all that a filter asks is kept."""
    try:
        require_history(node, LIBRARY)
    except NoHistory:
        return False
    return True


async def measure(bench: Bench, database: Database, count: int) -> dict[str, list[Asked]]:
    """Return what each filter took, by the sort of filters."""
    now = Context(NOW, NOW.date(), LIBRARY)
    then = Context(PAST, PAST.date(), LIBRARY, present=NOW)
    began = time.perf_counter()
    await plan(database)
    print(f"{len(STATEMENTS)} texts planned in {time.perf_counter() - began:.2f} s", flush=True)
    random = drawn(count)
    found: dict[str, list[Asked]] = {}
    for name, context, some in (
        ("random, as of now", now, random),
        ("random, as of the past", then, [one for one in random if kept(one)]),
    ):
        found[name] = []
        for place, one in enumerate(some):
            found[name].append(await bench.ask(encode_text(one), one, context))
            if place % 50 == 0:
                tell(name, found[name])
        tell(name, found[name])
    for name, context in (("largest, as of now", now), ("largest, as of the past", then)):
        found[name] = [
            await bench.ask(text, node, context)
            for text, node in largest()
            if not context.past or kept(node)
        ]
        tell(name, found[name])
    return found


def tell(name: str, asked: Sequence[Asked]) -> None:
    worst = max(asked, key=lambda one: one.seconds)
    planned = max(asked, key=lambda one: one.planning)
    print(f"{name}: {len(asked)}, planning {planned.planning:.3f} s, answer {worst.seconds:.2f} s")
    print(f"  {worst.name[:SHOWN]}", flush=True)


def render(found: dict[str, list[Asked]], customers: int) -> str:
    """Return the page of a measurement."""
    lines = [
        "# What Cypher needs for a filter that nobody asked before",
        "",
        (
            "Written by `python -m benchmarks.cypher_planning`; [ADR 0018](adr/0018-leaves-are-asked-one-by-one.md)"
            " says what is measured here, and why it is so."
        ),
        "",
        (
            f"{customers:,} customers in the taxonomy of the spec suite. Seconds; *planning* is what the"
            " server tells that its queries took to begin, *processor* what its process used."
        ),
        "",
        (
            "| filters | how many | planning, median | planning, worst | answer, median | answer, worst"
            " | processor, worst |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for name, asked in found.items():
        planning, seconds = [one.planning for one in asked], [one.seconds for one in asked]
        lines.append(
            f"| {name} | {len(asked)} | {median(planning):.3f} | {max(planning):.3f}"
            f" | {median(seconds):.2f} | {max(seconds):.2f}"
            f" | {max(one.processor for one in asked):.2f} |"
        )
    lines += ["", "## The worst", ""]
    for name, asked in found.items():
        for what, one in (
            ("planning", max(asked, key=lambda one: one.planning)),
            ("answer", max(asked, key=lambda one: one.seconds)),
        ):
            figure = one.planning if what == "planning" else one.seconds
            lines.append(f"- {name}, {what} {figure:.3f} s: `{one.name[:SHOWN]}`")
    return "\n".join([*lines, ""])


async def run(settings_: Settings, running: RunningServer, size: int, count: int) -> str:
    database = await Database.connect(settings_, running.uri, running.user, running.password)
    taxonomy = read_taxonomy(SPEC)
    try:
        await migrate(database, read_migrations(data_folder("schema") / "graph"), NOW)
        await load_taxonomies(database, [taxonomy])
        await SpecWorld(size, 7, NOW).load(database)
        async with Bench.open(running, settings_, Catalogue.of([taxonomy])) as bench:
            return render(await measure(bench, database, count), size)
    finally:
        await database.close()


def main() -> None:
    """Measure, and write docs/cypher-planning.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="customers")
    parser.add_argument("--filters", type=int, default=500)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    with temporary_server(read_timeout=600.0) as (settings_, running):
        page = asyncio.run(run(settings_, running, options.size, options.filters))
    options.page.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
