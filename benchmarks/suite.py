"""The whole run: every side set up, loaded, asked and taken down again."""

from __future__ import annotations

import asyncio
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import psutil

from benchmarks import graph, writing
from benchmarks.data import Customers, generate
from benchmarks.http import GraphQLClient, operation
from benchmarks.index import IndexMetrics, metrics, read_taggings, wait_for_index
from benchmarks.measuring import FAULTS, Say, measure
from benchmarks.outcome import Floor, Index, Main, Outcome, Point
from benchmarks.peers import CLICKHOUSE, CYPHER, NEO4J_GRAPHQL, POSTGRES, Side, SideUnavailable
from benchmarks.peers.clickhouse import open_clickhouse
from benchmarks.peers.cypher import open_cypher, open_driver
from benchmarks.peers.neo4j_graphql import open_neo4j_graphql
from benchmarks.peers.postgres import open_postgres
from benchmarks.peers.profilegraph import Profilegraph, serving
from benchmarks.questions import QUESTIONS, Question, Truth
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.services.keys import create_key
from profilegraph.services.platform import locate, open_platform

T = TypeVar("T")
CURVE_ROUNDS = 2
FLOOR_TIMES = 200
TYPENAME = operation("{ __typename }")


@dataclass(frozen=True)
class Plan:
    """What a run measures."""

    size: int
    seed: int
    rounds: int
    others: Sequence[int] = ()
    """Sizes at which a part of the questions is asked too."""


@dataclass(frozen=True)
class Opened:
    """All sides with the same customers, and what ours can be reached by."""

    sides: Sequence[Side]
    absent: dict[str, str]
    client: GraphQLClient
    port: int
    pid: int
    key: str
    index: IndexMetrics


def run(plan: Plan, say: Say) -> Outcome:
    """Return what was found out, on a Neo4j of the run's own that ends with it."""
    largest = max(plan.size, *plan.others, 0)
    heap, cache = (2_048, 2_048) if largest <= 300_000 else (4_096, 6_144)
    with (
        tempfile.TemporaryDirectory(prefix="profilegraph-benchmark-") as folder,
        temporary_server(heap_mb=heap, page_cache_mb=cache) as (settings, _),
    ):
        return Run(plan, settings, Path(folder), say).all()


class Run:
    """One run on one Neo4j, whose customers grow from size to size."""

    def __init__(self, plan: Plan, settings: Settings, folder: Path, say: Say) -> None:
        self._plan = plan
        self._settings = settings
        self._folder = folder
        self._say = say
        self._address = locate(settings)

    def all(self) -> Outcome:
        """Return what was found out."""
        sizes = sorted({self._plan.size, *self._plan.others})
        customers = generate(sizes[-1], self._plan.seed)
        points: list[Point] = []
        main: Main | None = None
        for size, loaded in zip(sizes, (0, *sizes), strict=False):
            some = customers.first(size)
            self._load(some, loaded)
            if size == self._plan.size:
                main = self._main(some)
                points.append(main.point)
            else:
                found = self._tried(partial(self._part, some))
                points += [] if found is None else [found]
        if main is None:
            raise ValueError("the main size is among the sizes")
        return Outcome(self._plan.seed, self._plan.rounds, _machine(), main, points)

    def _tried(self, work: Callable[[], T]) -> T | None:
        # What comes after the suite itself must not lose its results.
        try:
            return work()
        except (SideUnavailable, *FAULTS) as fault:
            self._say(f"FAILED: {fault}")
            return None

    def _load(self, customers: Customers, loaded: int) -> None:
        self._say(f"writing customers {loaded:,} to {customers.size:,} into Neo4j")
        began = time.perf_counter()
        asyncio.run(self._written(customers, loaded))
        seconds = time.perf_counter() - began
        self._say(f"written in {seconds:.0f} s")

    async def _written(self, customers: Customers, loaded: int) -> None:
        async with open_platform(self._settings, self._address, datetime.now(UTC)) as opened:
            await graph.load(opened, customers, loaded)

    def _part(self, customers: Customers) -> Point:
        questions = [one for one in QUESTIONS if one.name == "middle"]
        with self._opened(customers) as opened:
            return self._point(customers, opened, questions, CURVE_ROUNDS)

    def _main(self, customers: Customers) -> Main:
        with self._opened(customers) as opened:
            index = self._tried(partial(self._index, opened.index))
            point = self._point(customers, opened, QUESTIONS, self._plan.rounds)
            slowly = metrics(opened.port).cypher_answers
            memory = psutil.Process(opened.pid).memory_info().rss
            self._say("writing while answers are asked for")
            fresh = self._tried(lambda: asyncio.run(self._freshness(opened, customers)))
            rates = self._tried(lambda: writing.write_rates(opened.port, opened.key, customers))
        return Main(point, index, fresh, memory, slowly, rates or {})

    def _point(
        self,
        customers: Customers,
        opened: Opened,
        questions: Sequence[Question],
        rounds: int,
    ) -> Point:
        truth = Truth(customers)
        answers = {one: truth.answer(one) for one in questions}
        before = self._floor(opened.client)
        results = measure(opened.sides, answers, rounds, self._say)
        after = self._floor(opened.client)
        floor = Floor(
            statistics.median(before[0] + after[0]), statistics.median(before[1] + after[1])
        )
        for wrong in results.disagreements:
            self._say(f"DISAGREES: {wrong}")
        return Point(
            customers.size,
            customers.tags.size,
            len(customers.events),
            results,
            floor,
            opened.absent,
        )

    @contextmanager
    def _opened(self, customers: Customers) -> Iterator[Opened]:
        key = asyncio.run(self._key())
        peers: dict[str, Callable[[], AbstractContextManager[Side]]] = {
            NEO4J_GRAPHQL: lambda: open_neo4j_graphql(self._address, self._folder),
            CYPHER: lambda: open_cypher(self._address),
            POSTGRES: lambda: open_postgres(customers),
            CLICKHOUSE: lambda: open_clickhouse(customers),
        }
        with ExitStack() as stack:
            port, pid = stack.enter_context(serving(self._settings.home, self._folder))
            client = stack.enter_context(GraphQLClient(port, key=key))
            index = wait_for_index(port)
            self._say(f"the index is {index.state}, built in {index.build_seconds:.1f} s")
            sides: list[Side] = [Profilegraph(client)]
            absent: dict[str, str] = {}
            for name, opening in peers.items():
                began = time.perf_counter()
                try:
                    sides.append(stack.enter_context(opening()))
                except (SideUnavailable, *FAULTS) as fault:
                    absent[name] = str(fault)
                    self._say(f"WITHOUT {name}: {fault}")
                else:
                    self._say(f"{name} is ready after {time.perf_counter() - began:.0f} s")
            yield Opened(sides, absent, client, port, pid, key, index)

    async def _key(self) -> str:
        now = datetime.now(UTC)
        async with open_platform(self._settings, self._address, now) as opened:
            return await create_key(opened.database, "benchmark", now)

    async def _freshness(self, opened: Opened, customers: Customers) -> writing.Freshness:
        async with open_platform(self._settings, self._address, datetime.now(UTC)) as ours:
            return await writing.freshness(ours, opened.client, customers)

    def _index(self, found: IndexMetrics) -> Index | None:
        if found.state != "ready":
            return None
        with open_driver(self._address) as driver:
            seconds = read_taggings(driver)
        self._say(f"all taggings are read by one query in {seconds:.1f} s")
        return Index(found.build_seconds, found.bytes, seconds)

    def _floor(self, client: GraphQLClient) -> tuple[list[float], list[float]]:
        http, bolt = [], []
        with open_driver(self._address) as driver, driver.session() as session:
            for _ in range(FLOOR_TIMES):
                http.append(_milliseconds(lambda: client.send(TYPENAME)))
                bolt.append(_milliseconds(lambda: session.run("RETURN 1").consume()))
        return http, bolt


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1024**3
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{psutil.cpu_count()} cores, {memory:.0f} GB of memory, {system}"


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000
