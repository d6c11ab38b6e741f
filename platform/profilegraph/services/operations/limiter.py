"""Limits concurrency, in total and per key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager


class Limiter:
    """Limits concurrent work per key, so that a slow one delays only its own work."""

    def __init__(self, overall: int, each: int) -> None:
        self._overall = asyncio.Semaphore(overall)
        self._each = each
        self._lanes: dict[str, tuple[asyncio.Semaphore, int]] = {}
        """By key: its semaphore, and how many use it or wait for it."""

    @asynccontextmanager
    async def slot(self, *keys: str) -> AsyncIterator[None]:
        """Wait for a slot of all the given keys, and hold it for the context."""
        async with AsyncExitStack() as stack:
            # In one order everywhere, and what all share last: nobody waits there who cannot begin.
            for key in sorted(set(keys)):
                await stack.enter_async_context(self._lane(key))
            await stack.enter_async_context(self._overall)
            yield

    @asynccontextmanager
    async def _lane(self, key: str) -> AsyncIterator[None]:
        semaphore, users = self._lanes.get(key) or (asyncio.Semaphore(self._each), 0)
        self._lanes[key] = semaphore, users + 1
        try:
            async with semaphore:
                yield
        finally:
            semaphore, users = self._lanes.pop(key)
            if users > 1:
                self._lanes[key] = semaphore, users - 1
