"""Wakes all tasks of the process that wait for an event."""

from __future__ import annotations

import asyncio


class Notifier:
    """Signals that something happened; the waiting tasks then look what it was."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Wake all waiting tasks."""
        self._next.set()
        self._next = asyncio.Event()

    def next_event(self) -> asyncio.Event:
        """Return the event that the next signal sets; take it before looking, then await it."""
        return self._next
