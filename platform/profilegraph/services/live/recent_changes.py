"""The newest changes of the graph, found by one routine for all subscriptions of a process."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from profilegraph.services.cache.notifier import Notifier
from profilegraph.storage.feed.follower import FeedChanges

KEPT = 64
"""Polls kept; a subscription further behind reads the feeds itself."""


class RecentChanges:
    """What the newest polls of the feeds found, counted from the first one."""

    def __init__(self, kept: int = KEPT) -> None:
        self._polls: deque[FeedChanges] = deque(maxlen=kept)
        self.signal = Notifier()
        """Signalled after each poll that found something."""
        self.count = 0
        """How many polls found something."""

    def add(self, changes: FeedChanges) -> None:
        """Add what a poll found, unless it is nothing, and wake who waits for it."""
        if changes.changes or changes.lost:
            self._polls.append(changes)
            self.count += 1
            self.signal.notify()

    def since(self, count: int) -> Sequence[FeedChanges] | None:
        """Return what was found after so many polls; None if that is not kept any more."""
        missing = self.count - count
        if missing > len(self._polls):
            return None
        return tuple(islice(self._polls, len(self._polls) - missing, None))
