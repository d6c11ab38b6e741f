"""Whoever waits gets a turn, however many wait who ask for much."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profilegraph.errors import Overloaded
from profilegraph.services.limits.fair_queue import FairQueue


class Visits:
    """Who works at a queue, and in which order they began."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.working: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.most_at_once = 0
        self.order: list[str] = []

    async def visit(self, owner: str, rounds: int = 1) -> None:
        async with self.queue.turn(owner):
            self.order.append(owner)
            self.working[owner] += 1
            self.most[owner] = max(self.most[owner], self.working[owner])
            self.most_at_once = max(self.most_at_once, self.working.total())
            try:
                for _ in range(rounds):
                    await asyncio.sleep(0)
            finally:
                self.working[owner] -= 1


async def test_who_asks_for_little_is_served_before_the_rest_of_who_asks_for_much() -> None:
    visits = Visits(FairQueue(places=1, per_owner=1, most_waiting=100))
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(visits.visit("greedy"))
        await asyncio.sleep(0)
        group.create_task(visits.visit("modest"))
    assert visits.order.index("modest") <= 3
    assert len(visits.order) == 51


async def test_a_place_is_left_for_others_even_while_nobody_else_is_there() -> None:
    visits = Visits(FairQueue(places=3, per_owner=2, most_waiting=100))
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(visits.visit("greedy", rounds=10))
        await asyncio.sleep(0)
        assert visits.working == {"greedy": 2}
        group.create_task(visits.visit("modest"))
        await asyncio.sleep(0)
        assert visits.working == {"greedy": 2, "modest": 1}


async def test_of_one_owner_only_so_many_may_wait() -> None:
    queue = FairQueue(places=1, per_owner=1, most_waiting=2)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        await stack.enter_async_context(queue.turn("a"))
        waiting = [group.create_task(Visits(queue).visit("a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="2 requests of your key wait already"):
            await Visits(queue).visit("a")
        waiting.append(group.create_task(Visits(queue).visit("b")))
        await asyncio.sleep(0)
        assert queue.waiting() == 3
        await stack.aclose()
    assert all(one.done() for one in waiting)


@pytest.mark.parametrize("rounds", range(4))
async def test_who_goes_away_while_waiting_or_when_called_takes_no_place_along(rounds: int) -> None:
    queue = FairQueue(places=1, per_owner=1, most_waiting=10)
    visits = Visits(queue)
    first = asyncio.create_task(visits.visit("a", rounds=1))
    await asyncio.sleep(0)
    gone = asyncio.create_task(visits.visit("b", rounds=5))
    for _ in range(rounds):
        await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([first, gone])
    assert gone.cancelled()
    await asyncio.wait_for(visits.visit("c"), 10)
    assert queue.waiting() == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.booleans()), max_size=30))
async def test_no_more_work_at_once_than_may_and_all_are_served(
    coming: list[tuple[str, int, bool]],
) -> None:
    visits = Visits(FairQueue(places=3, per_owner=2, most_waiting=100))
    tasks = []
    for owner, rounds, goes in coming:
        tasks.append((asyncio.create_task(visits.visit(owner, rounds)), goes))
        await asyncio.sleep(0)
    for task, goes in tasks:
        if goes:
            task.cancel()
    await asyncio.gather(*(task for task, _ in tasks), return_exceptions=True)
    assert visits.most_at_once <= 3
    assert all(most <= 2 for most in visits.most.values())
    assert all(task.cancelled() or task.exception() is None for task, _ in tasks)
    assert all(goes or not task.cancelled() for task, goes in tasks)
