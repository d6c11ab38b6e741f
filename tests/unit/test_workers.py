"""What is computed on threads ends when nobody waits any more, or when it takes too long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from profilegraph.engines.bitmap.interruption import check
from profilegraph.errors import QueryTimeout
from profilegraph.services.limits.workers import Abandoned, Workers


class Endless:
    """A computation that checks between its steps, and would never end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended_by: list[BaseException] = []

    def __call__(self) -> None:
        self.begun.set()
        try:
            while True:
                check()
        except BaseException as error:
            self.ended_by.append(error)
            raise


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 30)


async def test_a_computation_ends_when_its_caller_is_gone_and_its_thread_is_free() -> None:
    workers, work = Workers(threads=1), Endless()
    waiting = asyncio.create_task(workers.run("a", work, 600))
    await until(work.begun)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert [type(one) for one in work.ended_by] == [Abandoned]
    assert await asyncio.wait_for(workers.run("b", lambda: 7, 600), 30) == 7
    workers.close()


async def test_a_computation_that_takes_too_long_is_ended() -> None:
    workers, work = Workers(threads=1), Endless()
    with pytest.raises(QueryTimeout, match=r"ended after 0\.05 s"):
        await workers.run("a", work, 0.05)
    workers.close()


async def test_nobody_takes_all_threads() -> None:
    workers, first, second = Workers(threads=2), Endless(), Endless()
    greedy = [asyncio.create_task(workers.run("a", work, 600)) for work in (first, second)]
    await until(first.begun)
    other: Callable[[], int] = threading.get_ident
    assert await asyncio.wait_for(workers.run("b", other, 600), 30)
    assert not second.begun.is_set()
    for one in greedy:
        one.cancel()
    await asyncio.wait(greedy)
    workers.close()


def test_what_nobody_watches_is_computed_to_its_end() -> None:
    check()
