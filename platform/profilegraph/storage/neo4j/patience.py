"""Retries of connections, and detection of a database that no longer answers."""

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
"""Seconds of retries of a server that accepts no connections."""
SILENCE_SECONDS = 5.0
"""Seconds before a running write triggers checks of the database."""

_MISSED = 2
"""Failed checks in a row after which the database counts as unavailable."""


def retrying(seconds: float) -> AsyncRetrying:
    """Return the retry policy of a call, limited to some seconds.

    A server that accepts no connections is retried only for a moment: it will not answer soon.
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
    answers: Callable[[], Awaitable[bool]], address: str
) -> AsyncIterator[None]:
    """Cancel the work once the database no longer answers; a working write may take long.

    `answers` checks the database and is called periodically. Raises DatabaseUnavailable.
    """
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)
    watching: asyncio.Task[None] | None = None

    async def watch() -> None:
        missed = 0
        while missed < _MISSED:
            if await answers():
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
