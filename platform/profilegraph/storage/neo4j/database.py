"""Connections, deadlines, retries and transactions of the Neo4j driver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from copy import copy
from typing import Any, Self, TypeVar

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    NotificationDisabledClassification,
    Query,
    unit_of_work,
)
from neo4j.exceptions import (
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from profilegraph.config import Settings
from profilegraph.domain.audit import AuditEntry
from profilegraph.errors import DatabaseFailed, InvalidConfiguration
from profilegraph.storage.feed.change_feed import ChangedPart, Publisher, Touched
from profilegraph.storage.feed.ordinals import Ordinals, OrdinalsShort
from profilegraph.storage.neo4j.events import EventDispatcher
from profilegraph.storage.neo4j.faults import Condition, expected
from profilegraph.storage.neo4j.patience import retrying, while_answering
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.neo4j.retries import is_transient, retry_policy, was_rolled_back
from profilegraph.storage.neo4j.rows import ALL, Parameters, Row, row

T = TypeVar("T")

# The server ends a query at its time-out; the client waits a little longer, so that the server's
# own answer is the one that is seen, and ends by itself where a socket went silent. Bulk work waits
# longer: it is repeated only where the server says that nothing was kept.
GRACE_SECONDS = 1.0
PATIENT_GRACE_SECONDS = 30.0
CONNECT_SECONDS = 5.0
FIRST_SECONDS = 9.0
"""The deadline of the first query: a server that was just started is slow at first."""
PROBE_SECONDS = 8.0
PATIENT_ATTEMPTS = 3


class Transaction:
    """A running write transaction; it commits when the work given to `Database.write` returns."""

    def __init__(self, managed: AsyncManagedTransaction, ordinals: Ordinals) -> None:
        self._managed = managed
        self._ordinals = ordinals
        self.touched = Touched()
        self.events: list[object] = []
        self.entries: list[AuditEntry] = []

    async def run(self, query: str, parameters: Parameters | None = None) -> list[Row]:
        """Return the rows of a query as dicts by column name."""
        result = await self._managed.run(query, dict(parameters or {}))
        return [row(record) for record in await result.fetch(ALL)]

    def touch(
        self,
        customers: Iterable[str] = (),
        *,
        people: Iterable[str] = (),
        parts: Iterable[ChangedPart] = (),
    ) -> None:
        """Record what the transaction changes, by key, to be published at its commit.

        Every change of something that a filter can read has to be recorded, or indexes become
        stale.
        """
        self.touched.customers.update(customers)
        self.touched.people.update(people)
        self.touched.parts.update(parts)

    def record(self, entry: AuditEntry) -> None:
        """Append an entry to the audit log as part of the transaction."""
        self.entries.append(entry)

    def emit(self, event: object) -> None:
        """Dispatch an event to subscribers once the transaction is committed, and only then."""
        self.events.append(event)

    def ordinals(self, count: int) -> list[int]:
        """Return ordinals for new customers; `Database.write` makes sure that there are enough."""
        return self._ordinals.take(count)


class Database:
    """A pool of Bolt connections to one database; every call has a deadline, in seconds."""

    def __init__(
        self,
        driver: AsyncDriver,
        name: str,
        *,
        address: str,
        read_timeout: float,
        write_timeout: float,
        bulk_timeout: float,
    ) -> None:
        self._driver = driver
        self._name = name
        self.address = address
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._bulk_timeout = bulk_timeout
        self._attempts = 1
        self._grace = GRACE_SECONDS
        # On a cluster, a read waits until its server has what this process wrote before.
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()
        self._ordinals = Ordinals()
        self._publisher = Publisher()
        self.condition = Condition()
        self.events = EventDispatcher()
        """Dispatches the events of committed transactions."""

    @classmethod
    async def connect(cls, settings: Settings, uri: str, user: str, password: str) -> Self:
        """Return a database after it has answered a first query.

        Raises DatabaseUnavailable, DatabaseRefused (user or password) or InvalidConfiguration
        (URI).
        """
        try:
            driver = AsyncGraphDatabase.driver(
                uri,
                auth=(user, password),
                max_connection_pool_size=settings.pool_size,
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=settings.read_timeout,
                max_transaction_retry_time=0,  # retrying is done here, by what is worth it
                notifications_disabled_classifications=[
                    NotificationDisabledClassification.UNRECOGNIZED,
                    NotificationDisabledClassification.PERFORMANCE,
                ],
                telemetry_disabled=True,
                user_agent="profilegraph",
            )
        except (ConfigurationError, ValueError) as fault:
            raise InvalidConfiguration(
                f"the database's address {uri!r} cannot be used: {fault}",
                hint="Set NEO4J_URI to an address such as bolt://localhost:7687 or neo4j+s://host.",
            ) from fault
        database = cls(
            driver,
            settings.neo4j_database,
            address=uri,
            read_timeout=settings.read_timeout,
            write_timeout=settings.write_timeout,
            bulk_timeout=settings.bulk_timeout,
        )
        try:
            await database.require_answer(FIRST_SECONDS)
        except BaseException:
            await driver.close()
            raise
        return database

    @property
    def patient(self) -> Self:
        """Return the same database for bulk work: with longer deadlines and more retries.

        Retried are reads, and transactions that the server reports as rolled back.
        """
        database = copy(self)
        database._read_timeout = database._write_timeout = self._bulk_timeout
        database._attempts = PATIENT_ATTEMPTS
        database._grace = PATIENT_GRACE_SECONDS
        return database

    async def close(self) -> None:
        """Close every connection."""
        self.condition.closed = True
        await self._driver.close()

    async def read(
        self, query: str, parameters: Parameters | None = None, *, timeout: float | None = None
    ) -> list[Row]:
        """Return the rows of a read query as dicts by column name.

        Raises DatabaseTimeout after `timeout` seconds, DatabaseUnavailable if none answers.
        """
        if self._attempts == 1:
            return await self._read(query, parameters, timeout)
        return await retry_policy(self._attempts, is_transient)(
            self._read, query, parameters, timeout
        )

    async def _read(
        self, query: str, parameters: Parameters | None, timeout: float | None
    ) -> list[Row]:
        seconds = timeout or self._read_timeout
        async with self._deadline(seconds):
            async for attempt in retrying(seconds):
                with attempt:
                    async with self._session(READ_ACCESS) as session:
                        result = await session.run(
                            Query(query, timeout=seconds), dict(parameters or {})
                        )
                        return [row(record) for record in await result.fetch(ALL)]
        raise AssertionError("retrying ends with a result or an error")

    async def reading(
        self, work: Callable[[ReadTransaction], Awaitable[T]], *, timeout: float | None = None
    ) -> T:
        """Return what `work` returns; its queries share one transaction and one deadline in seconds.

        Each query sees what was committed before it, even after the query before it. The
        transaction is retried if the server asks for it. Raises as `read` does.
        """
        seconds = timeout or self._read_timeout

        @unit_of_work(timeout=seconds)
        async def run(managed: AsyncManagedTransaction) -> T:
            return await work(ReadTransaction(managed))

        async with self._deadline(seconds), self._session(READ_ACCESS) as session:
            return await session.execute_read(run)

    async def stream(
        self,
        query: str,
        parameters: Parameters | None = None,
        *,
        batch: int = 5_000,
        timeout: float = 600.0,
    ) -> AsyncIterator[list[tuple[Any, ...]]]:
        """Yield the rows of a read query as tuples, `batch` at a time.

        `timeout` is the deadline for the whole query in seconds; it is not retried, because rows
        may have been used already.
        """
        with self._translated(timeout):
            async with self._session(READ_ACCESS, fetch_size=batch) as session:
                async with asyncio.timeout(timeout + self._grace):
                    result = await session.run(
                        Query(query, timeout=timeout), dict(parameters or {})
                    )
                while True:
                    async with asyncio.timeout(timeout + self._grace):
                        records = await result.fetch(batch)
                    if not records:
                        return
                    yield [tuple(record) for record in records]

    async def write(
        self, work: Callable[[Transaction], Awaitable[T]], *, timeout: float | None = None
    ) -> T:
        """Return what `work` returns after its transaction has been committed.

        The transaction is retried if the server asks for it (a deadlock, a new leader), so `work`
        must change nothing but the graph. Raises Conflict if a unique key exists already. Touched
        records are published and audit entries appended in the same transaction, and emitted events
        are dispatched after the commit. `timeout` is in seconds.
        """
        if self._attempts == 1:
            return await self._write(work, timeout)
        return await retry_policy(self._attempts, was_rolled_back)(self._write, work, timeout)

    async def _write(self, work: Callable[[Transaction], Awaitable[T]], timeout: float | None) -> T:
        seconds = timeout or self._write_timeout

        @unit_of_work(timeout=seconds)
        async def run(managed: AsyncManagedTransaction) -> tuple[T, list[object]]:
            transaction = Transaction(managed, self._ordinals)
            result = await work(transaction)
            await self._publisher.publish(transaction, transaction.touched, transaction.entries)
            return result, transaction.events

        async with (
            self._deadline(seconds, writing=True),
            while_answering(self._answers, self.address),
        ):
            result, events = await self._written(run, seconds)
        self.events.dispatch(events)
        return result

    async def _written(
        self, run: Callable[[AsyncManagedTransaction], Awaitable[T]], seconds: float
    ) -> T:
        while True:
            try:
                async for attempt in retrying(seconds):
                    with attempt:
                        async with self._session(WRITE_ACCESS) as session:
                            return await session.execute_write(run)
            except OrdinalsShort as short:  # rolled back; it is done again with enough of them
                await self._ordinals.reserve(short.wanted, self.write)

    async def require_answer(self, seconds: float) -> None:
        """Raise DatabaseUnavailable, or a similar error, unless a query is answered in time."""
        await self.read("RETURN 1 AS ready", timeout=seconds)

    async def _answers(self) -> bool:
        """Return whether the database answers; an error that it returns is an answer, too."""
        try:
            async with asyncio.timeout(PROBE_SECONDS), self._session(READ_ACCESS) as session:
                await (await session.run(Query("RETURN 1", timeout=PROBE_SECONDS))).consume()
        except (TimeoutError, ServiceUnavailable, SessionExpired):
            return False
        except (Neo4jError, DriverError):
            return True  # it said something, or the pool did
        return True

    async def define(self, statement: str) -> None:
        """Run one statement that changes the schema, and wait for its indexes."""
        async with self._deadline(self._write_timeout), self._session(WRITE_ACCESS) as session:
            result = await session.run(Query(statement, timeout=self._write_timeout))
            await result.consume()

    @asynccontextmanager
    async def _session(self, access: str, fetch_size: int = 1_000) -> AsyncIterator[AsyncSession]:
        session = self._driver.session(
            database=self._name,
            default_access_mode=access,
            fetch_size=fetch_size,
            bookmark_manager=self._bookmarks,
        )
        async with session:
            yield session

    @asynccontextmanager
    async def _deadline(self, seconds: float, *, writing: bool = False) -> AsyncIterator[None]:
        with self._translated(seconds, writing=writing):
            async with asyncio.timeout(seconds + self._grace):
                yield

    @contextmanager
    def _translated(self, seconds: float, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except (Neo4jError, DriverError, TimeoutError) as fault:
            error = expected(fault, self.address, seconds, writing=writing)
            if error is None:
                raise
            self.condition.failed |= isinstance(error, DatabaseFailed)
            raise error from fault
