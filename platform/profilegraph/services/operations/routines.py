"""The background routines of a process: each continues after an error, which is recorded.

A routine that raises is restarted after a growing pause. An item that cannot be processed is set
aside with the reason, and the others continue.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from cachetools import TTLCache
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_exponential,
)

from profilegraph.errors import ProfilegraphError

LONGEST_PAUSE = 10.0
"""The longest pause in seconds before a routine that fails repeatedly is restarted."""
MOST_ITEMS = 1_000
"""Most items of one routine recorded as set aside; beyond, the oldest are dropped …"""
REMEMBERED_SECONDS = 600.0
"""… and how long after their last failure: a deleted item is not processed again."""
_log = structlog.get_logger(__name__)


class Interrupted(Exception):
    """The work that a routine awaited was cancelled, and the routine was not."""


@dataclass
class RoutineState:
    """The record of a routine since the process started."""

    items: TTLCache[str, str]
    """Items set aside and not processed since, with the reason."""
    failures: int = 0
    in_a_row: int = 0
    reason: str = ""
    """The reason of the last failure, as a code or class name: a message could contain data."""
    set_aside: int = 0
    """How often an item was set aside."""


class Routines:
    """The states of the routines of a process, by name."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._states: dict[str, RoutineState] = {}

    def __iter__(self) -> Iterator[tuple[str, RoutineState]]:
        return iter(sorted(self._states.items()))

    def __getitem__(self, name: str) -> RoutineState:
        if name not in self._states:
            items = TTLCache[str, str](MOST_ITEMS, REMEMBERED_SECONDS, self._clock)
            self._states[name] = RoutineState(items)
        return self._states[name]

    def failed(self, name: str, error: BaseException) -> None:
        """Record that a routine, or one round of it, failed."""
        state = self[name]
        state.failures += 1
        state.in_a_row += 1
        state.reason = reason_of(error)
        _log_failure("routine_failed", error, routine=name, in_a_row=state.in_a_row)

    def succeeded(self, name: str) -> None:
        """Record that a routine works (again)."""
        self[name].in_a_row = 0

    def set_aside(self, name: str, item: str, error: BaseException) -> None:
        """Record that a routine continues without one item."""
        state = self[name]
        state.set_aside += 1
        state.items[item] = reason_of(error)
        _log_failure("item_set_aside", error, routine=name, item=item)

    def resumed(self, name: str, item: str) -> None:
        """Record that an item is processed (again)."""
        if name in self._states:
            self._states[name].items.pop(item, None)

    def items_set_aside(self, name: str) -> dict[str, str]:
        """Return the items that a routine has set aside, with the reasons."""
        return dict(self[name].items)

    def summary(self) -> str:
        """Return in a few words which routines fail and how much is set aside, without naming items."""
        summary = []
        for name, state in self:
            if state.in_a_row:
                times = "once" if state.in_a_row == 1 else f"{state.in_a_row} times in a row"
                summary.append(f"{name} failed {times} ({state.reason})")
            if aside := self.items_set_aside(name):
                reasons = ", ".join(sorted(set(aside.values())))
                summary.append(f"{name} set {len(aside)} aside ({reasons})")
        return "; ".join(summary) or "ok"

    async def keep(
        self, name: str, work: Callable[[], Awaitable[None]], pause: float = 0.0
    ) -> None:
        """Repeat some work with a pause in between, until the task is cancelled."""
        while True:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(Exception),
                wait=wait_exponential(multiplier=pause, max=LONGEST_PAUSE),
                before_sleep=lambda state: self.failed(name, _error(state)),
                sleep=asyncio.sleep,
            ):
                with attempt:
                    await _contained(work)
            self.succeeded(name)
            await asyncio.sleep(pause)


class Routine:
    """Work that is repeated with a pause in between, until it is closed."""

    def __init__(
        self,
        name: str,
        round_: Callable[[datetime], Awaitable[None]],
        clock: Callable[[], datetime],
        seconds: float,
        routines: Routines,
    ) -> None:
        self._name = name
        self._round = round_
        self._clock = clock
        self._seconds = seconds
        """The pause between rounds."""
        self._routines = routines
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start in the background."""
        work = self._routines.keep(self._name, lambda: self._round(self._clock()), self._seconds)
        self._task = asyncio.create_task(work)

    async def close(self) -> None:
        """Cancel the work."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


class ItemsInProgress:
    """Items of a routine that are processed concurrently, each at most once at a time."""

    def __init__(self, name: str, routines: Routines) -> None:
        self._name = name
        self._routines = routines
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, item: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start to process an item, unless it is in progress."""
        if item not in self._tasks:
            task = self._tasks[item] = asyncio.create_task(self._work(item, work))
            task.add_done_callback(lambda _: self._tasks.pop(item))

    async def settled(self) -> None:
        """Wait until nothing is in progress."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def close(self) -> None:
        """Cancel what is in progress."""
        for task in self._tasks.values():
            task.cancel()
        await self.settled()

    async def _work(self, item: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._routines.resumed(self._name, item)
        try:
            await _contained(work)
        except Exception as error:  # noqa: BLE001  (noted, and the others go on)
            self._routines.set_aside(self._name, item, error)


def reason_of(error: BaseException) -> str:
    """Return the reason of a failure without data: the code of an expected error, else the class."""
    match error:
        case BaseExceptionGroup():
            return ", ".join(sorted({reason_of(one) for one in error.exceptions}))
        case ProfilegraphError():
            return error.code
        case _:
            return type(error).__name__


async def _contained(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Interrupted("what it waited for was cancelled") from None


def _error(state: RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if error is not None else Interrupted("nothing is known of why")


def _log_failure(event: str, error: BaseException, **about: object) -> None:
    if isinstance(error, ProfilegraphError):
        # The database may be away for a while; the next round finds what this one left.
        _log.warning(event, code=error.code, error=str(error), **about)
    else:
        _log.error(event, code="INTERNAL", exc_info=error, **about)
