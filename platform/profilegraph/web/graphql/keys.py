"""Remembers for a few seconds which API keys are good, so that not every request asks the graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from time import monotonic
from typing import Generic, TypeVar

from cachetools import TLRUCache

from profilegraph.errors import Unauthenticated

K = TypeVar("K")
REMEMBER_SECONDS = 5.0
MOST_REMEMBERED = 1_000


class KeyRing(Generic[K]):
    """API keys that were good a moment ago; a revoked one stays good that long at most."""

    def __init__(
        self,
        check: Callable[[str], Awaitable[K]],
        *,
        seconds: float = REMEMBER_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._check = check
        self._seconds = seconds
        self._clock = clock
        self._good: TLRUCache[bytes, tuple[float, K]] = TLRUCache(
            MOST_REMEMBERED, lambda _, good, __: good[0], clock
        )
        """By digest: until when a key is good, and what it stands for."""

    async def __call__(self, secret: str | None) -> K:
        """Return what the key stands for; raises Unauthenticated where it is missing or not good."""
        if secret is None:
            raise Unauthenticated(
                "the request carries no API key.",
                hint="Send the header `Authorization: Bearer pg_…`; `profilegraph key create` makes a key.",
            )
        digest = sha256(secret.encode()).digest()
        known = self._good.get(digest)
        if known is not None:
            return known[1]
        until = self._clock() + self._seconds  # from before the check: it may be revoked meanwhile
        key = await self._check(secret)
        self._good[digest] = until, key
        return key
