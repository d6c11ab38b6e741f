"""Work done side by side that leaves its caller as it was, even where some of it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def side_by_side(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Return when all is done; where one fails, the others are ended.

    Raises an ExceptionGroup of what failed.
    """

    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)

    # Before Python 3.13 a group of which a task failed leaves the task around it with a request to
    # be cancelled, and in 3.11.2 each later deadline of that task is then a cancellation: whoever
    # waits with one would end without a word. So the group has a task of its own.
    await asyncio.create_task(grouped())
