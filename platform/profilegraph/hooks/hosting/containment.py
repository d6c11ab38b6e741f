"""Runs plugins' code in threads of its own, with time limits.

Python cannot stop a thread. Code that exceeds its limit is asked to end: an exception is raised in
it at its next step, and a coroutine is cancelled. A call outside Python (a system call, a C
library) gets the exception when it returns; until then the thread is abandoned.
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
"""Seconds from the time limit of a coroutine until it is cancelled: the caller gets its error first."""
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between the exceptions: code may catch one and continue."""


class TimeIsUp(BaseException):
    """Raised in plugins' code that exceeds its time limit."""


class Running(Future[T]):
    """The future result of a call in a thread of its own."""

    thread: threading.Thread
    grace: float = 0.0
    """Seconds in which it may end by itself before the exception is raised in it."""

    def end(self) -> None:
        """Raise the exception in the call, in the background, until it ends."""
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
    """Plugins' code exceeded its time limit and was asked to end."""

    def __init__(self, seconds: float, future: Future[Any]) -> None:
        super().__init__(f"it did not end within {seconds:g} s.")
        self.future = future
        """The running call."""


def start_thread(call: Callable[[], T], name: str) -> Running[T]:
    """Start `call` in a daemon thread and return its future result."""
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


def run_within(seconds: float, call: Callable[[], T], name: str) -> T:
    """Return what `call` returns; raises TimeLimit after so many `seconds`."""
    future = start_thread(call, name)
    done, _ = futures.wait([future], seconds)
    if not done:
        future.end()
        raise TimeLimit(seconds, future)
    return future.result()


async def run_within_async(seconds: float, call: Callable[[], T], name: str) -> T:
    """Return what `call` returns without blocking; raises TimeLimit after so many `seconds`."""
    future = start_thread(call, name)
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
    """Retrieve the result of an abandoned future, or asyncio warns about it."""
    if not waiting.cancelled():
        waiting.exception()


class InOwnLoop(Generic[T]):
    """Awaits `call` in a new event loop, which it may block.

    It is cancelled a little after so many seconds.
    """

    def __init__(self, call: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> T:
        """Return what the call returns; raises TimeoutError if it was cancelled."""
        self._loop = loop = asyncio.new_event_loop()
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(self._bounded())

    async def _bounded(self) -> T:
        async with asyncio.timeout(self._seconds + GRACE_SECONDS):
            return await self._call()

    def close(self) -> None:
        """Close the loop if the call was ended before it could."""
        while self._loop is not None and not self._loop.is_closed():
            with suppress(TimeIsUp):  # the last request, which comes when the call is over
                self._loop.close()
