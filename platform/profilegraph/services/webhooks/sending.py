"""Webhooks as outbox items: sends moves in order, each message under a fixed id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.outbox import AttemptOutcome, FailedAttempt
from profilegraph.domain.webhooks import WEBHOOK, Webhook
from profilegraph.hooks.outgoing import Failure, SignedMessage, post
from profilegraph.services.outbox.kind import OUTBOX, Keep, OutboxKind
from profilegraph.services.platform import Platform
from profilegraph.services.webhooks.messages import PART, Message, message
from profilegraph.storage.live import RecordedMove, read_moves
from profilegraph.storage.webhooks import advance, read_webhooks

SECONDS = 30.0
"""The longest attempt: to make a message and post it."""
MOST = 64
"""Messages that are sent concurrently."""
Post: TypeAlias = Callable[[Webhook, Message, datetime], Awaitable[Failure | None]]


def webhook_kind(platform: Platform, post: Post) -> OutboxKind:
    """Return the kind of outbox item that webhooks are."""

    async def load(key: str) -> _WebhookSender | None:
        hooks = await read_webhooks(platform.database, keys=[key])
        for hook in hooks:
            moves = await read_moves(platform.database, hook.watch, after=hook.n - 1, most=1)
            return _WebhookSender(platform, hook, moves[0], post) if moves else None
        return None

    return OutboxKind(WEBHOOK, SECONDS, MOST, load)


@dataclass(frozen=True)
class _WebhookSender:
    """Sends the next message of a webhook."""

    platform: Platform
    hook: Webhook
    move: RecordedMove
    post: Post

    @property
    def lanes(self) -> tuple[str, ...]:
        """Return the keys of the receiver and the segment."""
        return f"to {receiver(self.hook.url)}", f"of {self.hook.segment}"

    def entry(self, now: datetime) -> AuditEntry:
        """Return the audit entry of an attempt."""
        hook, move = self.hook, self.move.move
        actor = AuditActor(OUTBOX, on_behalf_of=hook.owner)
        targets = AuditTargets.of(webhook=hook.key, segment=hook.segment)
        told = min(len(move.entered) + len(move.left) - hook.part * PART, PART)
        entry = AuditEntry.of(AuditKind.DELIVERY, "sendMessage", actor, now, targets)
        return replace(entry, customer_count=told)

    async def send(self, now: datetime) -> Keep | FailedAttempt:
        """Post the message; return how to advance to the next one, or the failure."""
        hook = self.hook
        told, last = await message(self.platform, hook, self.move)
        failure = await self.post(hook, told, now)
        if failure is not None:
            outcome = AttemptOutcome.REFUSED if failure.final else AttemptOutcome.FAILED
            return FailedAttempt(failure.reason, outcome)
        n, part = (hook.n + 1, 0) if last else (hook.n, hook.part + 1)
        return partial(advance, key=hook.key, n=n, part=part)


def receiver(url: str) -> str:
    """Return who takes what is sent to an address: its host and port."""
    return url.partition("://")[2].partition("/")[0].lower()


class MessageSender:
    """Posts signed messages as the Standard Webhooks specification says."""

    def __init__(self, *, private: bool) -> None:
        """With `private`, also by plain HTTP and to addresses that are not public."""
        self._private = private

    async def __call__(self, hook: Webhook, told: Message, now: datetime) -> Failure | None:
        """Return why a message was not taken; None where it was."""
        signed = SignedMessage(hook.url, hook.secret, told.id, told.body)
        return await post(signed, now, private=self._private)
