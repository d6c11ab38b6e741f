"""Limits how many subscriptions each viewer has open, over all transports together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from profilegraph.errors import SubscriptionLimit

MOST_OPEN = 64


class OpenSubscriptions:
    """The open subscriptions of one process, counted per viewer."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def opened(self, viewer: str) -> Iterator[None]:
        """Count a subscription of a viewer meanwhile; raises SubscriptionLimit at the limit."""
        if self._open[viewer] >= self._most:
            raise SubscriptionLimit(
                f"your key has {self._most} subscriptions open.",
                hint="Close some; PROFILEGRAPH_SUBSCRIPTIONS sets how many are allowed.",
            )
        self._open[viewer] += 1
        try:
            yield
        finally:
            self._open[viewer] -= 1
            if not self._open[viewer]:
                del self._open[viewer]
