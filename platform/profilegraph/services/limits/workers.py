"""Threads for computations that would block the event loop, shared fairly, and ended early."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import TypeVar

from profilegraph.engines.bitmap.interruption import interruptible
from profilegraph.errors import QueryTimeout
from profilegraph.services.limits.fair_queue import FairQueue

T = TypeVar("T")
THREADS = 2
_PER_OWNER = 1
_IN_GRAPH = (4, 2)
"""Long queries of the graph at once, and those of one owner."""
_MOST_WAITING = 256


class Abandoned(Exception):
    """Nobody waits for the result any more."""


class Work:
    """One computation, which checks in between whether it is to go on."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._abandoned = Event()
        self._clock = clock
        self._seconds = seconds
        self._until = clock() + seconds

    def do(self, work: Callable[[], T]) -> T:
        """Return what some work returns; raises what it raises, and what `check` does."""
        with interruptible(self.check):
            self.check()
            return work()

    def abandon(self) -> None:
        """Have it end at the next check."""
        self._abandoned.set()

    def check(self) -> None:
        """Raise Abandoned if nobody waits any more, QueryTimeout if it has taken too long."""
        if self._abandoned.is_set():
            raise Abandoned
        if self._clock() > self._until:
            raise QueryTimeout(
                f"the computation was ended after {self._seconds:g} s.",
                hint="Ask for fewer or cheaper conditions at once.",
            )


class Workers:
    """A few threads; each owner has one at a time, and all who wait have the same share."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, "questions")
        self._queue = FairQueue(threads, _PER_OWNER, _MOST_WAITING)
        self.graph_turns = FairQueue(*_IN_GRAPH, _MOST_WAITING)
        """The turns of long queries of the graph, which the database computes."""

    async def run(self, owner: str, work: Callable[[], T], seconds: float) -> T:
        """Return what some work returns, done on a thread; raises what it raises, and Overloaded.

        It is ended after some seconds on the thread, with QueryTimeout. Once the caller is cancelled, the work ends at its next check; its place is free after that.
        """
        async with self._queue.turn(owner):
            one = Work(seconds)
            running = asyncio.get_running_loop().run_in_executor(self._threads, one.do, work)
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError:
                one.abandon()
                await asyncio.wait([running])
                running.exception()  # nobody is told of it
                raise
            return running.result()

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
