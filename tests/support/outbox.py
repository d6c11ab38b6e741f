"""Processes that send what waits in the outbox: well, and until they die."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from profilegraph.domain.audit import AuditEntry
from profilegraph.domain.outbox import FailedAttempt
from profilegraph.services.outbox.kind import ItemSender, Keep, OutboxKind
from profilegraph.services.outbox.worker import OutboxWorker
from profilegraph.services.platform import Platform


async def send_all(platform: Platform, kinds: Sequence[OutboxKind], now: datetime) -> None:
    """Send what is due at a moment, as one round of one process does, and wait until it is sent."""
    worker = OutboxWorker(platform, kinds, lambda: now)
    await worker.round(now)
    await worker.settled()


async def die_after_sending(platform: Platform, kind: OutboxKind, now: datetime) -> bool:
    """Return whether something was sent by a process that died before it could keep that."""
    sent = asyncio.Event()

    async def load(key: str) -> ItemSender | None:
        sender = await kind.load(key)
        return None if sender is None else _Dying(sender, sent)

    worker = OutboxWorker(platform, [replace(kind, load=load)], lambda: now)
    await worker.round(now)
    ends = [asyncio.create_task(worker.settled()), asyncio.create_task(sent.wait())]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    await worker.close()
    for task in ends:
        task.cancel()
    await asyncio.wait(ends)
    return sent.is_set()


@dataclass(frozen=True)
class _Dying:
    sender: ItemSender
    sent: asyncio.Event

    def entry(self, now: datetime) -> AuditEntry:
        return self.sender.entry(now)

    @property
    def lanes(self) -> tuple[str, ...]:
        return self.sender.lanes

    async def send(self, now: datetime) -> Keep | FailedAttempt:
        found = await self.sender.send(now)
        self.sent.set()
        await asyncio.Event().wait()
        return found
