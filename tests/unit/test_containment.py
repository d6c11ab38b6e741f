"""A partner's code whose time is over is ended, and fails for one receiver without failing for all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from profilegraph.errors import PluginError
from profilegraph.hooks.hosting.circuit_breaker import (
    MOST_FAILURES,
    MOST_RECEIVERS,
    CircuitBreaker,
    PluginPart,
)
from profilegraph.hooks.hosting.containment import (
    InOwnLoop,
    TimeIsUp,
    TimeLimit,
    run_within,
    run_within_async,
    start_thread,
)

PART = PluginPart("acme", "destination post")


def endless() -> None:
    while True:
        pass


def stubborn() -> None:
    with suppress(BaseException):
        endless()
    endless()


@pytest.mark.parametrize("call", [endless, stubborn])
def test_a_loop_is_ended_when_its_time_is_over(call: Callable[[], None]) -> None:
    with pytest.raises(TimeLimit) as late:
        run_within(0.05, call, "testing")
    assert isinstance(late.value.future.exception(60), PluginError)


async def test_what_waits_is_cancelled_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("profilegraph.hooks.hosting.containment.GRACE_SECONDS", 0.05)
    ended = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeLimit):
        await run_within_async(0.05, InOwnLoop(wait, 0.05), "testing")
    assert await asyncio.to_thread(ended.wait, 60)


def test_a_loop_is_closed_although_its_end_is_asked_for_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def call() -> None:
        loops.append(asyncio.get_running_loop())

    def interrupted(_: asyncio.Runner) -> None:
        raise TimeIsUp

    with monkeypatch.context() as patch:
        patch.setattr(asyncio.Runner, "close", interrupted)
        running = start_thread(InOwnLoop(call, 60.0), "testing")
        running.thread.join(60)
    assert [loop.is_closed() for loop in loops] == [True]
    assert isinstance(running.exception(0), PluginError)


async def test_who_goes_away_leaves_no_loop_behind() -> None:
    begun_ = threading.Event()
    threads: list[threading.Thread] = []

    def call() -> None:
        threads.append(threading.current_thread())
        begun_.set()
        endless()

    waiting = asyncio.create_task(run_within_async(600.0, call, "testing"))
    await asyncio.to_thread(begun_.wait, 60)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.to_thread(threads[0].join, 60)
    assert not threads[0].is_alive()


async def test_a_call_that_nobody_waits_for_any_more_ends_as_ever() -> None:
    forever = threading.Event()
    call = start_thread(lambda: forever.wait(), "testing")
    waiting = asyncio.wrap_future(call)
    waiting.cancel()
    forever.set()
    assert call.result(60) is True


def test_what_fails_for_one_receiver_is_set_aside_for_that_one() -> None:
    guard = CircuitBreaker()
    for _ in range(MOST_FAILURES):
        guard.failed(PART, ConnectionError("no route"), "one")
    with pytest.raises(PluginError, match="for this receiver"):
        guard.require(PART, "one")
    guard.require(PART, "two")
    guard.require(PART)
    assert guard.failures == {PART: MOST_FAILURES}
    guard.succeeded(PART, "one")
    guard.require(PART, "one")


def test_receivers_that_fail_take_bounded_memory() -> None:
    guard = CircuitBreaker()
    for number in range(MOST_RECEIVERS + 9):
        guard.failed(PART, ConnectionError("no route"), f"{number}")
    assert len(guard.troubles) == MOST_RECEIVERS
    assert guard.failures == {PART: MOST_RECEIVERS + 9}
