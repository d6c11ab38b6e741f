"""What a kind of outbox item brings: how one is read, how it is sent, and what is kept of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from profilegraph.domain.outbox import FailedAttempt
from profilegraph.storage.neo4j.database import Transaction

Keep: TypeAlias = Callable[[Transaction], Awaitable[bool]]
"""Keeps what was sent, in the transaction that settles the item; says whether it has more to send.

It may run again where the database has a transaction repeated.
"""


class ItemSender(Protocol):
    """What an item has to send now."""

    @property
    def lanes(self) -> tuple[str, ...]:
        """Return for whom it is sent, such as a receiver: few are sent at once for each."""

    async def send(self, now: datetime) -> Keep | FailedAttempt:
        """Send it once, and return how to keep that, or why it was not taken.

        What it raises is a failure, too.
        """


@dataclass(frozen=True)
class OutboxKind:
    """A kind of outbox item."""

    name: str
    """As it is kept with each item."""
    seconds: float
    """How long one attempt may take: so long is it leased, and a little longer."""
    most: int
    """How many are sent at once."""
    load: Callable[[str], Awaitable[ItemSender | None]]
    """Returns what the item of a key has to send; None where it is deleted."""
