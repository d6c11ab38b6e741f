"""A bell that wakes everyone in the process who waits for it."""

from __future__ import annotations

import asyncio


class Notifier:
    """Rung when something happened; whoever waits looks again what it was."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait now."""
        self._next.set()
        self._next = asyncio.Event()

    def heard(self) -> asyncio.Event:
        """Return the event that the next ring sets; take it before looking, then wait for it."""
        return self._next
