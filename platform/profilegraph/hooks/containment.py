"""A partner's code held apart: in threads of its own, each for a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent import futures
from concurrent.futures import Future
from typing import Any, TypeVar

from profilegraph.errors import PluginError

T = TypeVar("T")


class TimeLimit(PluginError):
    """A partner's code did not end in time; its thread is left behind, for none can be stopped."""

    def __init__(self, seconds: float, future: Future[Any]) -> None:
        super().__init__(f"it did not end within {seconds:g} s.")
        self.future = future
        """What it is still at."""


def begun(call: Callable[[], T], name: str) -> Future[T]:
    """Return what `call` will return; it runs in a thread that the process does not wait for."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = call()
        except Exception as error:  # noqa: BLE001  (a partner's code; whoever waits is told)
            future.set_exception(error)
        except BaseException as error:  # noqa: BLE001  (SystemExit and the like end no thread of ours)
            future.set_exception(PluginError(f"it tried to end the process: {error!r}."))
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def within(seconds: float, call: Callable[[], T], name: str) -> T:
    """Return what `call` returns; raises TimeLimit after so many `seconds`."""
    future = begun(call, name)
    done, _ = futures.wait([future], seconds)
    if not done:
        raise TimeLimit(seconds, future)
    return future.result()


async def within_async(seconds: float, call: Callable[[], T], name: str) -> T:
    """Return what `call` returns, while others go on; raises TimeLimit after so many `seconds`."""
    future = begun(call, name)
    waiting = asyncio.wrap_future(future)
    done, _ = await asyncio.wait([waiting], timeout=seconds)
    if not done:
        waiting.add_done_callback(_forget)
        raise TimeLimit(seconds, future)
    return waiting.result()


def _forget(waiting: asyncio.Future[Any]) -> None:
    """Take what nobody waits for any more, or asyncio complains that nobody did."""
    if not waiting.cancelled():
        waiting.exception()


def in_own_loop(call: Callable[[], Coroutine[Any, Any, T]]) -> Callable[[], T]:
    """Return a function that awaits `call` in a new event loop, which it may block as it likes."""
    return lambda: asyncio.run(call())
