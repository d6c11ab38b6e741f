"""A partner's code held apart: in threads of its own, each for a time.

Python has no way to stop a thread. What has not ended in time is asked to: an exception is raised
in it at its next step, and a coroutine is cancelled. What waits outside Python (a system call, a
library of C) hears of it when that returns, and is left behind until then.
"""

from __future__ import annotations

import asyncio
import ctypes
import threading
from collections.abc import Callable, Coroutine
from concurrent import futures
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

from profilegraph.errors import PluginError

T = TypeVar("T")
GRACE_SECONDS = 0.5
"""How long a coroutine that is late may go on until it is cancelled: whoever waits is told first."""
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between the requests to end: code may catch one of them, and go on."""


class TimeIsUp(BaseException):
    """Raised in a partner's code whose time is over."""


class Running(Future[T]):
    """What a call returns that runs in a thread of its own."""

    thread: threading.Thread
    grace: float = 0.0
    """Seconds until it is asked to end by an exception: it may end by itself until then."""

    def end(self) -> None:
        """Ask the call to end, in the background, until it does."""
        threading.Thread(target=self._end, name=f"end {self.thread.name}", daemon=True).start()

    def _end(self) -> None:
        futures.wait([self], self.grace)
        for seconds in _PAUSES:
            if self.done() or self.thread.ident is None:
                return
            number = ctypes.c_ulong(self.thread.ident)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(TimeIsUp))
            futures.wait([self], seconds)


class TimeLimit(PluginError):
    """A partner's code did not end in time; it has been asked to."""

    def __init__(self, seconds: float, future: Future[Any]) -> None:
        super().__init__(f"it did not end within {seconds:g} s.")
        self.future = future
        """What it is still at."""


def begun(call: Callable[[], T], name: str) -> Running[T]:
    """Return what `call` will return; it runs in a thread that the process does not wait for."""
    future: Running[T] = Running()
    future.set_running_or_notify_cancel()  # whoever waits may go away; the call goes on
    loop = call if isinstance(call, InOwnLoop) else None
    if loop is not None:
        future.grace = 2 * GRACE_SECONDS  # it is cancelled meanwhile, and closes what it opened

    def run() -> None:
        try:
            _settle(future, call)
        except TimeIsUp:  # its time was over just when it ended
            pass
        finally:
            if not future.done():
                future.set_exception(PluginError("it was ended."))
            if loop is not None:
                loop.close()

    future.thread = threading.Thread(target=run, name=name, daemon=True)
    future.thread.start()
    return future


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    try:
        result = call()
    except Exception as error:  # noqa: BLE001  (a partner's code; whoever waits is told)
        future.set_exception(error)
    except TimeIsUp:
        future.set_exception(PluginError("it was ended when its time was over."))
    except BaseException as error:  # noqa: BLE001  (SystemExit and the like end no thread of ours)
        future.set_exception(PluginError(f"it tried to end the process: {error!r}."))
    else:
        future.set_result(result)


def within(seconds: float, call: Callable[[], T], name: str) -> T:
    """Return what `call` returns; raises TimeLimit after so many `seconds`."""
    future = begun(call, name)
    done, _ = futures.wait([future], seconds)
    if not done:
        future.end()
        raise TimeLimit(seconds, future)
    return future.result()


async def within_async(seconds: float, call: Callable[[], T], name: str) -> T:
    """Return what `call` returns, while others go on; raises TimeLimit after so many `seconds`."""
    future = begun(call, name)
    waiting = asyncio.wrap_future(future)
    try:
        done, _ = await asyncio.wait([waiting], timeout=seconds)
    except asyncio.CancelledError:
        waiting.add_done_callback(_forget)
        future.end()
        raise
    if not done:
        waiting.add_done_callback(_forget)
        future.end()
        raise TimeLimit(seconds, future)
    return waiting.result()


def _forget(waiting: asyncio.Future[Any]) -> None:
    """Take what nobody waits for any more, or asyncio complains that nobody did."""
    if not waiting.cancelled():
        waiting.exception()


class InOwnLoop(Generic[T]):
    """Awaits `call` in a new event loop, which it may block as it likes.

    Where it still waits for something a little after so many seconds, it is cancelled.
    """

    def __init__(self, call: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> T:
        """Return what the call returns; raises TimeoutError where it had to be cancelled."""
        self._loop = loop = asyncio.new_event_loop()
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(self._bounded())

    async def _bounded(self) -> T:
        async with asyncio.timeout(self._seconds + GRACE_SECONDS):
            return await self._call()

    def close(self) -> None:
        """Close the loop, where the call was ended before it could."""
        while self._loop is not None and not self._loop.is_closed():
            with suppress(TimeIsUp):  # the last request, which comes when the call is over
                self._loop.close()
