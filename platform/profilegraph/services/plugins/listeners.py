"""Queues committed changes for plugins' listeners: in order, isolated from each other, at most once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog

from profilegraph.errors import InvalidInput, PluginError
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker
from profilegraph.hooks.listeners import (
    Change,
    Listener,
    MembershipChanged,
    TaggedCustomer,
    TagsChanged,
)
from profilegraph.services.operations.routines import Routines
from profilegraph.storage.neo4j.events import TagsWritten

T = TypeVar("T")
LISTEN_SECONDS = 10.0
"""The time limit of a listener for one change."""
CLOSE_SECONDS = 10.0
"""How long shutdown waits for queued changes."""
MOST_WAITING = 1_000
"""Most queued changes per listener; further ones are dropped and counted."""
MOST_TAGGINGS = 5_000
MOST_CUSTOMERS = 1_000
_log = structlog.get_logger(__name__)


class _Queue:
    """The queue of one listener, with the number of dropped changes."""

    def __init__(self, listener: Listener, guard: CircuitBreaker, routines: Routines) -> None:
        self.listener = listener
        self.dropped = 0
        self._guard = guard
        self._routines = routines
        self._waiting: asyncio.Queue[Change] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    def put(self, change: Change) -> None:
        """Queue a change for the listener, preserving order."""
        if self._waiting.full() or self._guard.set_aside(self.listener.part):
            self._drop()
            return
        self._waiting.put_nowait(change)
        if self._task is None:
            routine = f"listener {self.listener.part}"
            self._task = asyncio.create_task(self._routines.keep(routine, self._next))

    async def close(self) -> None:
        """Wait a while for the queue to drain; the rest is dropped."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._waiting.join()
        except TimeoutError:
            for _ in range(self._waiting.qsize()):
                self._drop()
        self._task.cancel()
        await asyncio.wait([self._task])
        self._task = None

    async def _next(self) -> None:
        change = await self._waiting.get()
        try:
            if self._guard.set_aside(self.listener.part):
                self._drop()
            else:
                await self._call(change)
        finally:
            self._waiting.task_done()

    async def _call(self, change: Change) -> None:
        part, call = self.listener.part, partial(self.listener.handle, change)
        try:
            await self._guard.call_beside(part, LISTEN_SECONDS, call)
        except PluginError:
            self.dropped += 1  # the guard has taken note of why
        except InvalidInput as error:
            self.dropped += 1
            self._guard.failed(part, error)

    def _drop(self) -> None:
        self.dropped += 1
        if self.dropped & (self.dropped - 1) == 0:  # the first, second, fourth, eighth …
            part = self.listener.part
            _log.warning("listener_missed", plugin=part.plugin, part=part.name, missed=self.dropped)


class ListenerQueue:
    """The listeners of one process; queueing a change for them does not block."""

    def __init__(
        self,
        listeners: Sequence[Listener] = (),
        guard: CircuitBreaker | None = None,
        routines: Routines | None = None,
    ) -> None:
        self._routines = routines or Routines()
        self._queues = [_Queue(one, guard or CircuitBreaker(), self._routines) for one in listeners]

    @property
    def missed(self) -> dict[tuple[str, str], int]:
        """Return how many changes each listener has not handled, by plugin and hook."""
        return {one.listener.part: one.dropped for one in self._queues}

    def handles(self, kind: type[Change]) -> bool:
        """Return whether any listener handles changes of a kind."""
        return any(one.listener.handles(kind) for one in self._queues)

    def tags_written(self, event: TagsWritten) -> None:
        """Queue the taggings that a transaction added and removed."""
        if not self.handles(TagsChanged):
            return
        for tagged in _parts(event.tagged, MOST_TAGGINGS):
            self._tell(TagsChanged(event.at, tagged=tuple(TaggedCustomer(*one) for one in tagged)))
        for untagged in _parts(event.untagged, MOST_TAGGINGS):
            self._tell(
                TagsChanged(event.at, untagged=tuple(TaggedCustomer(*one) for one in untagged))
            )

    def members_moved(self, change: MembershipChanged) -> None:
        """Queue customers who entered or left a live segment."""
        for entered in _parts(change.entered, MOST_CUSTOMERS):
            self._tell(replace(change, entered=tuple(entered), left=()))
        for left in _parts(change.left, MOST_CUSTOMERS):
            self._tell(replace(change, entered=(), left=tuple(left)))

    async def close(self) -> None:
        """Wait a while for all queues to drain."""
        await asyncio.gather(*(one.close() for one in self._queues))

    def _tell(self, change: Change) -> None:
        for one in self._queues:
            try:
                if one.listener.handles(type(change)):
                    one.put(change)
            except Exception as error:  # noqa: BLE001  (it is committed: whoever wrote is told so)
                self._routines.failed(f"listener {one.listener.part}", error)


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
