"""Runs computations in the event loop while they are short, else in a thread.

The event loop answers everybody. What holds it longer than an instant holds up all others, also
those who only ask whether the service lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.language.facts import Context
from profilegraph.services.evaluation.graph_evaluator import GraphMemo

T = TypeVar("T")
LITTLE = 2_500_000
"""How much work one request does in the event loop, all in all: about 5 ms."""


class Computing:
    """Computes what one request asks, and remembers what it has found out for the rest of it."""

    def __init__(self, threads: Executor | None = None) -> None:
        self._threads = threads
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

    async def run(self, work: Callable[[], T], effort: int) -> T:
        """Return what some work returns, of which is known how much it is; raises what it raises.

        What is too much for the event loop is done on a thread, one thing after the other: a
        request takes no more than one thread, however many fields it has.
        """
        self._done += effort
        if self._done <= LITTLE:
            return work()
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
