"""A queue in which everybody gets the same share, however much one of them asks for."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from profilegraph.errors import Overloaded


class FairQueue:
    """Lets a few work at once; of those who wait, the one who had the fewest turns is next.

    Nobody takes all places: one is left for others even while they are away. It belongs to one
    event loop.
    """

    def __init__(self, places: int, per_owner: int, most_waiting: int) -> None:
        """Set how many work at once, how many of one owner, and how many of one owner may wait."""
        self._free = places
        self._per_owner = per_owner
        self._most_waiting = most_waiting
        self._working: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._turns: Counter[str] = Counter()
        """Turns of those who wait or work; whoever comes begins with the fewest of the others."""

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """Wait for the owner's turn, and hold a place meanwhile; raises Overloaded if too many wait."""
        if owner not in self._turns:
            self._turns[owner] = min(self._turns.values(), default=0)
        try:
            if self._may_begin(owner):
                self._begin(owner)
            else:
                await self._wait(owner)
            try:
                yield
            finally:
                self._end(owner)
        finally:
            self._leave(owner)

    def waiting(self) -> int:
        """Return how many wait for their turn."""
        return sum(map(len, self._waiting.values()))

    def _may_begin(self, owner: str) -> bool:
        return self._free > 0 and self._working[owner] < self._per_owner

    def _begin(self, owner: str) -> None:
        self._free -= 1
        self._working[owner] += 1
        self._turns[owner] += 1

    def _end(self, owner: str) -> None:
        self._free += 1
        self._working[owner] -= 1
        self._admit()

    async def _wait(self, owner: str) -> None:
        queue = self._waiting.setdefault(owner, deque())
        if len(queue) >= self._most_waiting:
            raise Overloaded(
                f"{len(queue)} requests of your key wait already.",
                hint="Send fewer at once, and wait for their answers.",
            )
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(called)
        try:
            await called
        except asyncio.CancelledError:
            if called in queue:
                queue.remove(called)
            elif not called.cancelled():  # called, and gone at the same instant
                self._end(owner)
            raise

    def _admit(self) -> None:
        """Call whoever may begin now, in the order of the turns that they had."""
        while self._free > 0:
            able = [
                owner
                for owner, queue in self._waiting.items()
                if queue and self._working[owner] < self._per_owner
            ]
            if not able:
                return
            owner = min(able, key=self._turns.__getitem__)
            called = self._waiting[owner].popleft()
            if not called.cancelled():  # else whoever waited goes away at this instant
                self._begin(owner)
                called.set_result(None)

    def _leave(self, owner: str) -> None:
        if not self._working[owner] and not self._waiting.get(owner):
            self._waiting.pop(owner, None)
            del self._working[owner]
            self._turns.pop(owner, None)
