"""Tells webhooks of the moves of live segments: in order, at least once, and each under one id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import structlog

from profilegraph.domain.webhooks import Webhook
from profilegraph.errors import ProfilegraphError
from profilegraph.hooks.outgoing import Failure, SignedMessage, post
from profilegraph.services.operations.limiter import Limiter
from profilegraph.services.operations.routines import ItemsInProgress
from profilegraph.services.platform import Platform
from profilegraph.services.webhooks.messages import Message, message
from profilegraph.storage.live import RecordedMove, read_moves
from profilegraph.storage.webhooks import hold, read_due, settle

HELD = timedelta(seconds=60)
"""How long a process holds a webhook for one message; longer than a receiver may take."""
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long it waits after each attempt in vain; after the last one a webhook is given up."""
OVERALL = 64
"""Messages that are under way at once …"""
EACH = 4
"""… and of these to one receiver, or of one segment."""
AT_ONCE = 100
"""Messages to one webhook in one round."""
TELLING = "webhooks"
"""What the routine is called."""
_log = structlog.get_logger(__name__)


Send: TypeAlias = Callable[[Webhook, Message, datetime], Awaitable[Failure | None]]
Clock: TypeAlias = Callable[[], datetime]


class WebhookWorker:
    """Sends what is due to all webhooks, each in its own time."""

    def __init__(self, platform: Platform, send: Send, clock: Clock) -> None:
        self._platform = platform
        self._database = platform.database
        self._send = send
        self._clock = clock
        self._limiter = Limiter(OVERALL, EACH)
        self._going = ItemsInProgress(TELLING, platform.cache.routines)

    async def round(self, now: datetime) -> None:
        """Begin to send what is due at a moment, and wait for no receiver.

        A webhook that is told already, by this process or another, is left to that.
        """
        for hook in await read_due(self._database, now):
            self._going.begin(hook.key, partial(self._serve, hook))

    async def settled(self) -> None:
        """Return when nothing is being sent any more."""
        await self._going.settled()

    async def close(self) -> None:
        """End what is being sent: it is held for a while, and sent again after that."""
        await self._going.close()

    async def _serve(self, hook: Webhook) -> None:
        for _ in range(AT_ONCE):
            moves = await read_moves(self._database, hook.watch, after=hook.n - 1, most=1)
            if not moves:
                return
            async with self._limiter.slot(f"to {receiver(hook.url)}", f"of {hook.segment}"):
                later = await self._attempt(hook, moves[0])
            if later is None:
                return
            hook = later

    async def _attempt(self, hook: Webhook, move: RecordedMove) -> Webhook | None:
        """Return a webhook after its next message was taken; None where it was not."""
        now = self._clock()
        held = partial(hold, hook=hook, now=now, until=now + HELD)
        if not await self._database.write(held):
            return None
        failure, last = await self._sent(hook, move, now)
        later = after(hook, failure, last=last, now=self._clock())
        settled = await self._database.write(partial(settle, before=hook, after=later))
        if failure is not None:
            _log.warning("webhook_failed", webhook=hook.key, reason=failure.reason)
        return later if settled and failure is None else None

    async def _sent(
        self, hook: Webhook, move: RecordedMove, now: datetime
    ) -> tuple[Failure | None, bool]:
        """Return why the next message was not taken, and whether it is the last of its move."""
        try:
            told, last = await message(self._platform, hook, move)
            return await self._send(hook, told, now), last
        except ProfilegraphError:
            raise  # the database's: nothing was sent, and the webhook is held for a while
        except Exception as error:  # noqa: BLE001  (kept with the webhook, and in the log)
            self._platform.cache.routines.set_aside(TELLING, hook.key, error)
            return Failure(f"it cannot be sent: {type(error).__name__}"), False


def receiver(url: str) -> str:
    """Return who takes what is sent to an address: its host and port."""
    return url.partition("://")[2].partition("/")[0].lower()


def after(hook: Webhook, failure: Failure | None, *, last: bool, now: datetime) -> Webhook:
    """Return a webhook after an attempt; `last` says whether the message was its move's last."""
    if failure is None:
        n, part = (hook.n + 1, 0) if last else (hook.n, hook.part + 1)
        return replace(hook, n=n, part=part, attempts=0, due_at=now, problem=None, delivered_at=now)
    attempts = hook.attempts + 1
    given_up = failure.final or attempts > len(PAUSES)
    return replace(
        hook,
        attempts=attempts,
        active=not given_up,
        due_at=now if given_up else now + PAUSES[attempts - 1],
        problem=failure.reason,
    )


class Sender:
    """Sends signed messages as the Standard Webhooks specification says."""

    def __init__(self, *, private: bool) -> None:
        """With `private`, also by plain HTTP and to addresses that are not public."""
        self._private = private

    async def __call__(self, hook: Webhook, told: Message, now: datetime) -> Failure | None:
        """Return why a message was not taken; None where it was."""
        signed = SignedMessage(hook.url, hook.secret, told.id, told.body)
        return await post(signed, now, private=self._private)
