"""Caches valid API keys for a few seconds, so that not every request queries the graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from time import monotonic
from typing import Generic, TypeVar

from cachetools import TLRUCache

from profilegraph.errors import Unauthenticated

K = TypeVar("K")
CACHE_SECONDS = 5.0
MOST_CACHED = 1_000


class KeyCache(Generic[K]):
    """Recently validated API keys; a revoked key stays valid for the cache time at most."""

    def __init__(
        self,
        check: Callable[[str], Awaitable[K]],
        *,
        seconds: float = CACHE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._check = check
        self._seconds = seconds
        self._clock = clock
        self._good: TLRUCache[bytes, tuple[float, K]] = TLRUCache(
            MOST_CACHED, lambda _, good, __: good[0], clock
        )
        """By digest: the expiry of the entry, and the key."""

    async def __call__(self, secret: str | None) -> K:
        """Return the key of a secret; raises Unauthenticated if it is missing or invalid."""
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
