"""How much the requests of each key may cost in a minute, and how often sign-ins may fail."""

from __future__ import annotations

from math import ceil
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from profilegraph.errors import RateLimited

TENTHS = 10
"""Points are counted in tenths."""

KEY_EXHAUSTED = "your key has used up its {:,} points of this minute; `extensions.cost` says what a request costs."


class RateLimiter:
    """Counts points of each owner over the last minute; one per process."""

    def __init__(self, points_a_minute: int, exhausted: str = KEY_EXHAUSTED) -> None:
        """Set the most points of one owner in a minute, and how it is said that they are used up."""
        self._exhausted = exhausted.format(points_a_minute)
        self._most = RateLimitItemPerMinute(points_a_minute * TENTHS)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def take(self, owner: str, points: float) -> None:
        """Count points of an owner; raises RateLimited, counting nothing, if they are too many."""
        if not self._limiter.hit(self._most, owner, cost=max(1, ceil(points * TENTHS))):
            raise RateLimited(
                self._exhausted,
                hint="Wait as long as `retryAfter` says.",
                retry_after=self._wait(owner),
            )

    def remaining(self, owner: str) -> float:
        """Return how many points an owner has left at this moment."""
        return self._limiter.get_window_stats(self._most, owner).remaining / TENTHS

    def refuse_exhausted(self, owner: str) -> None:
        """Raise RateLimited if an owner has no point left; nothing is counted."""
        if not self._limiter.test(self._most, owner):
            self.take(owner, 1)

    def _wait(self, owner: str) -> int:
        """Return after how many seconds some of the points are there again; at least one."""
        return max(1, ceil(self._limiter.get_window_stats(self._most, owner).reset_time - time()))
