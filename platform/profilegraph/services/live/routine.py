"""What a serving process does again and again in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from profilegraph.errors import ProfilegraphError

_log = structlog.get_logger(__name__)


class Routine:
    """Work done round after round, with a pause between, until it is closed."""

    def __init__(
        self,
        name: str,
        round_: Callable[[datetime], Awaitable[None]],
        clock: Callable[[], datetime],
        seconds: float,
    ) -> None:
        self._name = name
        self._round = round_
        self._clock = clock
        self._seconds = seconds
        """How long it pauses between rounds."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._tell)

    async def close(self) -> None:
        """End what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            try:
                await self._round(self._clock())
            except* ProfilegraphError as group:
                # The database may be away for a while; the next round finds what this one left.
                errors = [str(error) for error in group.exceptions]
                _log.warning("round_failed", work=self._name, errors=errors)
            await asyncio.sleep(self._seconds)

    def _tell(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            _log.error("bug", work=self._name, exc_info=task.exception())
