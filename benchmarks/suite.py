"""The whole run: every side set up, loaded, asked and taken down again."""

from __future__ import annotations

import asyncio
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    contextmanager,
)
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import psutil

from benchmarks import graph, live, writing
from benchmarks.data import Customers, generate
from benchmarks.http import GraphQLClient, operation
from benchmarks.index import IndexMetrics, metrics, read_taggings, wait_for_index
from benchmarks.measuring import FAULTS, Say, measure
from benchmarks.outcome import Floor, Index, Main, Outcome, Point
from benchmarks.peers import CLICKHOUSE, CYPHER, NEO4J_GRAPHQL, POSTGRES, Side
from benchmarks.peers.clickhouse import open_clickhouse
from benchmarks.peers.cypher import open_cypher, open_driver
from benchmarks.peers.neo4j_graphql import open_neo4j_graphql
from benchmarks.peers.postgres import open_postgres
from benchmarks.peers.profilegraph import Profilegraph, serving
from benchmarks.questions import QUESTIONS, Question, Truth
from benchmarks.report import summary
from benchmarks.room import room_for
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.services.identity.keys import create_key
from profilegraph.services.platform import Platform, locate, open_platform

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


def run(plan: Plan, say: Say) -> Iterator[Outcome]:
    """Yield what was found out so far: after the full suite, and after each size above it.

    All on a Neo4j of the run's own that ends with it. Raises what the full suite fails by; any other
    size is told of as failed.
    """
    room = room_for(max(plan.size, *plan.others, 0))
    disk = psutil.disk_usage(tempfile.gettempdir())
    for shortage in room.shortages(psutil.virtual_memory().available, disk.free):
        say(f"WARNING: {shortage}")
    with (
        tempfile.TemporaryDirectory(prefix="profilegraph-benchmark-") as folder,
        temporary_server(heap_mb=room.heap_mb, page_cache_mb=room.page_cache_mb) as (settings, _),
    ):
        yield from Run(plan, settings, Path(folder), say).outcomes()


class Run:
    """One run on one Neo4j, whose customers grow from size to size."""

    def __init__(self, plan: Plan, settings: Settings, folder: Path, say: Say) -> None:
        self._plan = plan
        self._settings = settings
        self._folder = folder
        self._say = say
        self._address = locate(settings)
        self._loaded = 0
        """How many customers the graph holds, with all that they carry."""
        self._main: Main | None = None
        self._points: list[Point] = []
        self._failed: dict[int, str] = {}

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what was found out so far, each time that there is more of it."""
        sizes = sorted({self._plan.size, *self._plan.others})
        customers = generate(sizes[-1], self._plan.seed)
        machine = _machine()
        for size in sizes:
            try:
                self._measure(customers.first(size))
            except FAULTS as fault:
                self._say(f"FAILED with {size:,} customers: {fault}")
                self._failed[size] = str(fault)
                if size == self._plan.size or (self._main is None and self._loaded != size):
                    raise
            if self._main is not None:
                yield Outcome(
                    self._plan.seed,
                    self._plan.rounds,
                    machine,
                    self._main,
                    tuple(self._points),
                    dict(self._failed),
                )
            if self._loaded != size:
                break  # the graph may hold a part of this size, so that no larger one would be right

    def _measure(self, customers: Customers) -> None:
        self._load(customers, self._loaded)
        self._loaded = customers.size
        # Left from a smaller size; it would be mended where this is to build one.
        shutil.rmtree(self._settings.home / "index", ignore_errors=True)
        if customers.size == self._plan.size:
            self._main = self._full(customers)
            point = self._main.point
        else:
            point = self._part(customers)
        self._points.append(point)
        self._say(f"{point.size:,} customers, {summary(point)}")

    def _tried(self, work: Callable[[], T]) -> T | None:
        # What comes after the suite itself must not lose its results.
        try:
            return work()
        except FAULTS as fault:
            self._say(f"FAILED: {fault}")
            return None

    def _load(self, customers: Customers, loaded: int) -> None:
        self._say(f"writing customers {loaded:,} to {customers.size:,} into Neo4j")
        began = time.perf_counter()
        asyncio.run(self._written(customers, loaded))
        seconds = time.perf_counter() - began
        self._say(f"written in {seconds:.0f} s")

    async def _written(self, customers: Customers, loaded: int) -> None:
        async with self._platform() as ours:
            await graph.load(ours, customers, loaded, self._say)

    def _part(self, customers: Customers) -> Point:
        questions = [one for one in QUESTIONS if one.name == "middle"]
        with self._opened(customers) as opened:
            point = self._point(customers, opened, questions, CURVE_ROUNDS)
        return self._with_live(point, customers)

    def _full(self, customers: Customers) -> Main:
        with self._opened(customers) as opened:
            index = self._tried(partial(self._index, opened.index))
            point = self._point(customers, opened, QUESTIONS, self._plan.rounds)
            slowly = metrics(opened.port, opened.key).cypher_answers
            memory = psutil.Process(opened.pid).memory_info().rss
            self._say("writing while answers are asked for")
            fresh = self._tried(lambda: asyncio.run(self._freshness(opened, customers)))
            rates = self._tried(lambda: writing.write_rates(opened.port, opened.key, customers))
        point = self._with_live(point, customers)
        return Main(point, index, fresh, memory, slowly, rates or {})

    def _with_live(self, point: Point, customers: Customers) -> Point:
        self._say("following a live segment")
        found = self._tried(lambda: asyncio.run(self._live_change(customers)))
        return replace(point, live_change_ms=found)

    async def _live_change(self, customers: Customers) -> float:
        # A server of its own: the other one's pauses are those that a front end meets.
        key = await self._key()
        quick = {"PROFILEGRAPH_WATCH_SECONDS": live.PAUSE}
        with serving(self._settings.home, self._folder, quick) as (port, _):
            wait_for_index(port, key)
            async with self._platform() as ours:
                return await live.change_ms(ours, port, key, customers)

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
        self._say("starting profilegraph, and the peers after it")
        with ExitStack() as stack:
            port, pid = stack.enter_context(serving(self._settings.home, self._folder))
            client = stack.enter_context(GraphQLClient(port, key=key))
            index = wait_for_index(port, key)
            self._say(f"the index is {index.state}, built in {index.build_seconds:.1f} s")
            sides: list[Side] = [Profilegraph(client)]
            absent: dict[str, str] = {}
            for name, opening in peers.items():
                began = time.perf_counter()
                try:
                    sides.append(stack.enter_context(opening()))
                except FAULTS as fault:
                    absent[name] = str(fault)
                    self._say(f"WITHOUT {name}: {fault}")
                else:
                    self._say(f"{name} is ready after {time.perf_counter() - began:.0f} s")
            yield Opened(sides, absent, client, port, pid, key, index)

    def _platform(self) -> AbstractAsyncContextManager[Platform]:
        return open_platform(self._settings, self._address, datetime.now(UTC))

    async def _key(self) -> str:
        async with self._platform() as ours:
            return await create_key(ours.database, "benchmark", datetime.now(UTC))

    async def _freshness(self, opened: Opened, customers: Customers) -> writing.Freshness:
        async with self._platform() as ours:
            return await writing.freshness(ours, opened.client, customers)

    def _index(self, found: IndexMetrics) -> Index | None:
        if found.state != "ready":
            return None
        with open_driver(self._address) as driver:
            seconds = read_taggings(driver)
        self._say(f"all taggings are read by one query in {seconds:.1f} s")
        return Index(found.build_seconds, found.bytes, found.parts, seconds)

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
