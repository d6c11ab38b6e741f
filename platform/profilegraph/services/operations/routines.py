"""The background routines of a process: each goes on, whatever it raises, and what fails is known.

A routine that raises is begun again, after a pause that grows. Of what it works on, one item that
cannot be worked on is set aside with the reason, and the others go on.
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
"""Seconds before a routine that failed again and again is begun anew; a database may come back."""
MOST_ITEMS = 1_000
"""Items of one routine that are remembered as set aside; of more, the oldest are forgotten …"""
REMEMBERED_SECONDS = 600.0
"""… and for how long after they failed at last: one that is deleted is not taken up again."""
_log = structlog.get_logger(__name__)


class Interrupted(Exception):
    """What a routine waited for was cancelled, and the routine was not."""


@dataclass
class RoutineState:
    """How a routine has fared since the process began."""

    items: TTLCache[str, str]
    """What was set aside and not taken up again, with the reason."""
    failures: int = 0
    in_a_row: int = 0
    reason: str = ""
    """Why it failed at last, as a code or the name of a class: a message may hold anything."""
    set_aside: int = 0
    """How often an item was."""


class Routines:
    """How the routines of a process are; each is known by its name."""

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
        """Take note that a routine, or one round of it, ended in an error."""
        state = self[name]
        state.failures += 1
        state.in_a_row += 1
        state.reason = reason_of(error)
        _tell("routine_failed", error, routine=name, in_a_row=state.in_a_row)

    def succeeded(self, name: str) -> None:
        """Take note that a routine works (again)."""
        self[name].in_a_row = 0

    def set_aside(self, name: str, item: str, error: BaseException) -> None:
        """Take note that a routine goes on without one item."""
        state = self[name]
        state.set_aside += 1
        state.items[item] = reason_of(error)
        _tell("item_set_aside", error, routine=name, item=item)

    def taken_up(self, name: str, item: str) -> None:
        """Take note that an item is worked on (again)."""
        if name in self._states:
            self._states[name].items.pop(item, None)

    def aside(self, name: str) -> dict[str, str]:
        """Return what a routine has set aside now, with the reasons."""
        return dict(self[name].items)

    def told(self) -> str:
        """Return in a few words which routines fail and what is set aside; no item is named."""
        told = []
        for name, state in self:
            if state.in_a_row:
                times = "once" if state.in_a_row == 1 else f"{state.in_a_row} times in a row"
                told.append(f"{name} failed {times} ({state.reason})")
            if aside := self.aside(name):
                reasons = ", ".join(sorted(set(aside.values())))
                told.append(f"{name} set {len(aside)} aside ({reasons})")
        return "; ".join(told) or "ok"

    async def keep(
        self, name: str, work: Callable[[], Awaitable[None]], pause: float = 0.0
    ) -> None:
        """Do some work again and again, with a pause between; it ends with the task alone."""
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
    """Work done round after round, with a pause between, until it is closed."""

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
        """How long it pauses between rounds."""
        self._routines = routines
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the background."""
        work = self._routines.keep(self._name, lambda: self._round(self._clock()), self._seconds)
        self._task = asyncio.create_task(work)

    async def close(self) -> None:
        """End what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


class ItemsInProgress:
    """Items of a routine that are worked on side by side, each by itself and once at a time."""

    def __init__(self, name: str, routines: Routines) -> None:
        self._name = name
        self._routines = routines
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, item: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin work on an item, unless it is under way already."""
        if item not in self._tasks:
            task = self._tasks[item] = asyncio.create_task(self._work(item, work))
            task.add_done_callback(lambda _: self._tasks.pop(item))

    async def settled(self) -> None:
        """Return when nothing is under way any more."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks.values():
            task.cancel()
        await self.settled()

    async def _work(self, item: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._routines.taken_up(self._name, item)
        try:
            await _contained(work)
        except Exception as error:  # noqa: BLE001  (noted, and the others go on)
            self._routines.set_aside(self._name, item, error)


def reason_of(error: BaseException) -> str:
    """Return why something failed without any value: the code of an expected error, else a class."""
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


def _tell(event: str, error: BaseException, **about: object) -> None:
    if isinstance(error, ProfilegraphError):
        # The database may be away for a while; the next round finds what this one left.
        _log.warning(event, code=error.code, error=str(error), **about)
    else:
        _log.error(event, code="INTERNAL", exc_info=error, **about)
