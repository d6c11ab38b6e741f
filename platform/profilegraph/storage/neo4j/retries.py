"""Retries of bulk work that is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable

from neo4j.exceptions import ConnectionPoolError, Neo4jError
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from profilegraph.errors import DATABASE_AWAY, DatabaseBusy, DatabaseTimeout


def retry_policy(attempts: int, again: Callable[[BaseException], bool]) -> AsyncRetrying:
    """Return the retry policy with a number of attempts, each with the full deadline."""
    return AsyncRetrying(
        retry=retry_if_exception(again),
        wait=wait_exponential_jitter(multiplier=0.5, max=10.0),
        stop=stop_after_attempt(attempts),
        reraise=True,
    )


def is_transient(error: BaseException) -> bool:
    """Return whether an error means that the database is unavailable or too busy."""
    return isinstance(error, DATABASE_AWAY)


def was_rolled_back(error: BaseException) -> bool:
    """Return whether an error means that the transaction was rolled back.

    Otherwise the transaction may have been committed.
    """
    told = isinstance(error.__cause__, Neo4jError | ConnectionPoolError)
    return told and isinstance(error, DatabaseTimeout | DatabaseBusy)
