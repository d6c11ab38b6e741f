"""The interface of a kind of outbox item."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from profilegraph.domain.audit import AuditEntry
from profilegraph.domain.outbox import FailedAttempt
from profilegraph.storage.neo4j.database import Transaction

OUTBOX = "outbox"
"""The name of the routine, which is also the author of what it sends."""
Keep: TypeAlias = Callable[[Transaction], Awaitable[bool]]
"""Stores the success in the transaction that settles the item; returns whether more is to be sent.

It may run more than once: the database may repeat a transaction.
"""


class ItemSender(Protocol):
    """Sends what an item has to send next."""

    @property
    def lanes(self) -> tuple[str, ...]:
        """Return the keys that concurrency is limited by, such as the receiver."""

    def entry(self, now: datetime) -> AuditEntry:
        """Return the audit entry of the attempt, without its outcome."""

    async def send(self, now: datetime) -> Keep | FailedAttempt:
        """Attempt to send it once; return how to store the success, or the failure.

        An exception is a failure, too.
        """


@dataclass(frozen=True)
class OutboxKind:
    """A kind of outbox item."""

    name: str
    """As stored with each item."""
    seconds: float
    """The longest attempt; a lease is a little longer."""
    most: int
    """Items that are sent concurrently."""
    load: Callable[[str], Awaitable[ItemSender | None]]
    """Returns the sender of the item with a key; None if it has nothing to send or is deleted."""
