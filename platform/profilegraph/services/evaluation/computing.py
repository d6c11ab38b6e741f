"""Runs computations in the event loop while they are short, else on a thread.

The event loop answers everybody. What holds it longer than an instant holds up all others, also
those who only ask whether the service lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.language.facts import Context
from profilegraph.services.evaluation.graph_evaluator import GraphMemo
from profilegraph.services.limits.spending import Spending
from profilegraph.services.limits.workers import Workers

T = TypeVar("T")
LITTLE = 5_000_000
"""The price of what one request does in the event loop, all in all: 10 ms, twice that at worst."""
LITTLE_IN_GRAPH = 100.0
"""Points of a query of the graph that needs no turn: it is over soon."""
UNITS_A_POINT = 500_000
"""The units of the index's prices that are one point, a millisecond."""


class Computing:
    """Computes what one request asks, and remembers what it has found out for the rest of it."""

    def __init__(self, workers: Workers, spending: Spending | None = None) -> None:
        """Set the threads, and who pays; without, it is the platform itself, which may do anything."""
        self._workers = workers
        self._spending = spending or Spending()
        self._done = 0
        self._turn = asyncio.Lock()
        self._evaluators: list[Evaluator] = []
        self._graph_memos: list[tuple[Catalogue, Context, GraphMemo]] = []

    def evaluator(self, view: IndexSnapshot, catalogue: Catalogue, context: Context) -> Evaluator:
        """Return what answers filters: for equal questions the same, which remembers its answers."""
        alike = [one for one in self._evaluators if one.view is view and one.catalogue is catalogue]
        for one in alike:
            if one.context == context:
                return one
        near = next((one for one in alike if one.shares_leaves(context)), None)
        found = Evaluator(view, catalogue, context)
        if near is not None:
            found = Evaluator(view, catalogue, context, near.leaves)
        self._evaluators.append(found)
        return found

    def graph_memo(self, catalogue: Catalogue, context: Context) -> GraphMemo:
        """Return what answers from the graph have found out, for equal questions the same."""
        for known, alike, memo in self._graph_memos:
            if known is catalogue and alike == context:
                return memo
        found = GraphMemo()
        self._graph_memos.append((catalogue, context, found))
        return found

    @asynccontextmanager
    async def in_graph(self, points: float) -> AsyncIterator[None]:
        """Charge points, then hold a place while the graph is asked, if that is much work.

        Raises QueryTooExpensive, RateLimited, Overloaded.
        """
        self.charge(points)
        if points <= LITTLE_IN_GRAPH:
            yield
            return
        async with self._workers.graph_turns.turn(self._spending.owner):
            yield

    def charge(self, points: float) -> None:
        """Charge whoever asks before the work begins; raises QueryTooExpensive, RateLimited."""
        self._spending.charge(points)

    async def run(self, work: Callable[[], T], units: int) -> T:
        """Return what some work returns, whose price in units is known; raises what it raises.

        What is too much for the event loop is done on a thread, one thing after the other: a
        request takes no more than one thread, however many fields it has. Raises QueryTooExpensive
        and RateLimited before anything is done.
        """
        self.charge(units / UNITS_A_POINT)
        self._done += units
        if self._done <= LITTLE:
            return work()
        async with self._turn:
            return await self._workers.run(self._spending.owner, work, self._spending.seconds)
