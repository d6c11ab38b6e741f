"""Sends the due items of the outbox: at least once, one process at a time per item."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import structlog

from profilegraph.domain.audit import AuditEntry
from profilegraph.domain.outbox import (
    AttemptOutcome,
    FailedAttempt,
    OutboxItem,
    OutboxState,
)
from profilegraph.errors import ProfilegraphError
from profilegraph.services.operations.limiter import Limiter
from profilegraph.services.operations.routines import ItemsInProgress
from profilegraph.services.outbox.kind import OUTBOX, ItemSender, Keep, OutboxKind
from profilegraph.services.platform import Platform
from profilegraph.storage import outbox as storage
from profilegraph.storage.neo4j.database import Transaction

MARGIN = timedelta(seconds=30)
"""The part of a lease beyond the longest attempt: the time to settle the item."""
EACH = 4
"""Items that are sent concurrently per lane."""
IN_A_ROW = 100
"""Attempts of one item within one round."""
_log = structlog.get_logger(__name__)
Clock: TypeAlias = Callable[[], datetime]


class OutboxWorker:
    """Sends items of some kinds concurrently, so that a slow receiver delays only its own."""

    def __init__(self, platform: Platform, kinds: Iterable[OutboxKind], clock: Clock) -> None:
        self._database = platform.database
        self._routines = platform.cache.routines
        self._attempts = platform.cache.metrics.outbox_attempts
        self._clock = clock
        self._kinds = {kind.name: kind for kind in kinds}
        self._limiters = {kind.name: Limiter(kind.most, EACH) for kind in self._kinds.values()}
        self._going = ItemsInProgress(OUTBOX, self._routines)

    async def round(self, now: datetime) -> None:
        """Start to send all due items, without waiting for receivers.

        Items that this process or another is sending are skipped.
        """
        for item in await storage.read_due(self._database, list(self._kinds), now):
            self._going.begin(_name(item), partial(self._send, item))

    async def send(self, kind: str, key: str) -> None:
        """Send a waiting item now, due or not, unless another process is sending it."""
        item = await storage.read_item(self._database, kind, key)
        if item is not None:
            await self._send(item)

    async def settled(self) -> None:
        """Wait until nothing is in progress."""
        await self._going.settled()

    async def close(self) -> None:
        """Cancel what is in progress: it is sent again when its lease is over."""
        await self._going.close()

    async def _send(self, item: OutboxItem) -> None:
        """Send an item until an attempt fails or nothing is left to send."""
        kind, later = self._kinds[item.kind], item
        for _ in range(IN_A_ROW):
            sender = await kind.load(item.key)
            if sender is None:
                return
            async with self._limiters[kind.name].slot(*sender.lanes):
                after = await self._attempt(kind, later, sender)
            if after is None or after.problem is not None or after.state is not OutboxState.WAITING:
                return
            later = after

    async def _attempt(
        self, kind: OutboxKind, item: OutboxItem, sender: ItemSender
    ) -> OutboxItem | None:
        """Attempt an item once and return it; None if another process leased it before or meanwhile."""
        now = self._clock()
        until = now + timedelta(seconds=kind.seconds) + MARGIN
        leased = partial(storage.lease, item=item, now=now, until=until)
        turn = await self._database.write(leased)
        if turn is None:
            return None
        found = await self._sent(kind, item, sender, now)
        settling = partial(
            _settle,
            item=replace(item, turn=turn),
            found=found,
            now=self._clock(),
            entry=sender.entry(now),
        )
        after = await self._database.write(settling)
        if after is not None:
            self._report(after, found)
        return after

    async def _sent(
        self, kind: OutboxKind, item: OutboxItem, sender: ItemSender, now: datetime
    ) -> Keep | FailedAttempt:
        try:
            async with asyncio.timeout(kind.seconds):  # the lease ends soon after
                return await sender.send(now)
        except ProfilegraphError as error:
            return FailedAttempt(str(error))
        except Exception as error:  # noqa: BLE001  (kept with the item, and in the log)
            self._routines.set_aside(OUTBOX, _name(item), error)
            return FailedAttempt(f"it cannot be sent: {type(error).__name__}")

    def _report(self, after: OutboxItem, found: Keep | FailedAttempt) -> None:
        if not isinstance(found, FailedAttempt):
            self._attempts.labels(after.kind, "sent").inc()
            return
        became = "given_up" if after.given_up else found.outcome.lower()
        self._attempts.labels(after.kind, became).inc()
        _log.warning(
            "outbox_attempt_failed",
            kind=after.kind,
            item=after.key,
            reason=found.reason,
            given_up=after.given_up,
        )


async def _settle(
    transaction: Transaction,
    item: OutboxItem,
    found: Keep | FailedAttempt,
    now: datetime,
    entry: AuditEntry,
) -> OutboxItem | None:
    """Store the result of an attempt and return the item; None if it was leased again meanwhile.

    What was attempted is in the audit log in either case: some of it may have been received.
    """
    outcome = found.outcome if isinstance(found, FailedAttempt) else OutboxState.SENT
    if outcome is not AttemptOutcome.HELD:
        transaction.record(replace(entry, code=outcome.value))
    locked = await storage.lock(transaction, item.kind, item.key, item.turn)
    if locked is None:
        return None
    if isinstance(found, FailedAttempt):
        after = locked.not_sent(found, now)
        await storage.settle(transaction, after)
        return after
    after = locked.sent(now)
    await storage.settle(transaction, after)
    more = await found(transaction)
    return replace(after, state=OutboxState.WAITING) if more else after


def _name(item: OutboxItem) -> str:
    return f"{item.kind} {item.key}"
