"""A computation in a process of its own is ended when its time is over, whatever it is at."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from profilegraph.errors import InvalidInput, PluginError
from profilegraph.hooks.hosting.isolation import Isolated

SECONDS = 0.3


@pytest.fixture(scope="module")
def isolated() -> Iterator[Isolated]:
    with Isolated("testing") as one:
        yield one


def endless() -> None:
    while True:
        pass


def endless_in_c() -> None:
    re.match(r"(a+)+b", "a" * 64)  # holds the interpreter's lock all the while


def stubborn() -> None:
    while True:
        with suppress(BaseException):
            endless()


def refuses() -> None:
    raise InvalidInput("no.", hint="Yes.", where="here")


def raises() -> None:
    raise ZeroDivisionError("one by none")


def crashes() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def children() -> list[psutil.Process]:
    return psutil.Process().children()


@pytest.mark.parametrize("call", [endless_in_c, stubborn])
def test_what_never_ends_is_ended_and_it_is_told_where_it_was(
    isolated: Isolated, call: Callable[[], None]
) -> None:
    with pytest.raises(PluginError, match=r"did not end within 0\.3 s") as error:
        isolated.call(call, SECONDS)
    assert re.search(r"test_isolation\.py:\d+ \(", error.value.message)
    assert isolated.call(lambda: 7, 60.0) == 7


def test_what_it_raises_is_raised_here(isolated: Isolated) -> None:
    with pytest.raises(InvalidInput) as refused:
        isolated.call(refuses, 60.0)
    assert str(refused.value) == "here: no. Yes."
    with pytest.raises(PluginError, match="failed: ZeroDivisionError: one by none"):
        isolated.call(raises, 60.0)


def test_a_process_that_dies_is_told_and_followed_by_another(isolated: Isolated) -> None:
    with pytest.raises(PluginError, match="ended its process by SIGSEGV"):
        isolated.call(crashes, 60.0)
    assert isolated.call(lambda: 7, 60.0) == 7


def test_what_cannot_be_passed_on_is_told(isolated: Isolated) -> None:
    lock = threading.Lock()
    with pytest.raises(PluginError, match=r"^cannot be passed to a process of its own"):
        isolated.call(lambda: lock.locked(), 60.0)


async def test_who_goes_away_leaves_no_process_behind() -> None:
    with Isolated("testing") as one:
        await one.call_async(lambda: None, 60.0)
        [process] = children()[-1:]
        waiting = asyncio.create_task(one.call_async(endless, 60.0))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(process.wait, 60)
    assert not process.is_running()
