"""Lets long answers be made piece by piece, so that everybody else gets the event loop in between."""

from __future__ import annotations

import asyncio
from collections import deque

AT_ONCE = 16
"""Pieces that go on before the event loop looks for other work: about two milliseconds."""


class Pacer:
    """Lets a few pieces go on in each round of the event loop, in turn between those they are of.

    Without it, what waits for the same rows would go on all at once when these are read, and a list
    would be completed to its end before anybody else is served.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._waiting: dict[str, deque[tuple[int, asyncio.Future[None]]]] = {}
        self._rounds: asyncio.Task[None] | None = None

    async def turn(self, owner: str, pieces: int = 1) -> None:
        """Return when the owner may go on with some pieces."""
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append((pieces, called))
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._go_round())
        await called

    async def _go_round(self) -> None:
        try:
            while self._waiting:
                self._call()
                await asyncio.sleep(0)  # those who are called go on, then whatever has arrived
        finally:
            self._rounds = None

    def _call(self) -> None:
        left = self._at_once
        while left > 0 and self._waiting:
            owner, queue = next(iter(self._waiting.items()))
            del self._waiting[owner]
            pieces, called = queue.popleft()
            if queue:
                self._waiting[owner] = queue  # behind all others
            if not called.cancelled():
                called.set_result(None)
                left -= pieces
