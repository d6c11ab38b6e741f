"""How long a call of the database is waited for: as long as there is somebody who may answer it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_delay,
    wait_exponential_jitter,
)

from profilegraph.storage.neo4j.faults import stopped_answering

NOBODY_SECONDS = 1.0
"""How long a server is tried that takes no connections."""
SILENCE_SECONDS = 5.0
"""How long a write is left alone before it is asked whether the database answers anybody."""

_MISSED = 2
"""How many questions in a row are not answered by a database that answers nobody."""


def retrying(seconds: float) -> AsyncRetrying:
    """Return what tries a call again where that is worth it, for so many seconds at most.

    A server that takes no connections is given a moment, and then up: it is not about to answer.
    """
    late = stop_after_delay(seconds)

    def stop(state: RetryCallState) -> bool:
        fault = None if state.outcome is None else state.outcome.exception()
        waited = state.seconds_since_start or 0.0
        return late(state) or (isinstance(fault, ServiceUnavailable) and waited >= NOBODY_SECONDS)

    return AsyncRetrying(
        retry=retry_if_exception(_worth_another_try),
        wait=wait_exponential_jitter(multiplier=0.02, max=0.5, jitter=0.02),
        stop=stop,
        reraise=True,
    )


def _worth_another_try(fault: BaseException) -> bool:
    return isinstance(fault, Neo4jError | DriverError) and fault.is_retryable()


@asynccontextmanager
async def while_answering(
    pulse: Callable[[], Awaitable[bool]], address: str
) -> AsyncIterator[None]:
    """End what is under way once the database answers nobody any more: a write may wait for long.

    `pulse` says whether it does; it is asked from time to time. Raises DatabaseUnavailable where it
    does not.
    """
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)
    watching: asyncio.Task[None] | None = None

    async def watch() -> None:
        missed = 0
        while missed < _MISSED:
            if await pulse():
                missed = 0
                await asyncio.sleep(SILENCE_SECONDS)
            else:
                missed += 1
        limit.reschedule(loop.time())

    def begin() -> None:
        nonlocal watching
        watching = loop.create_task(watch())

    beginning = loop.call_later(SILENCE_SECONDS, begin)  # most writes are over by then
    try:
        async with limit:
            yield
    except TimeoutError as fault:
        if limit.expired():
            raise stopped_answering(address) from fault
        raise
    finally:
        beginning.cancel()
        if watching is not None:
            watching.cancel()
