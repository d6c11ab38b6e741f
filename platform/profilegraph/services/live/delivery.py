"""Tells webhooks of the moves of live segments: in order, at least once, and each under one id."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import structlog

from profilegraph.hooks.outgoing import Failure, Letter, post
from profilegraph.services.live.messages import Message, message
from profilegraph.services.platform import Platform
from profilegraph.services.side_by_side import side_by_side
from profilegraph.storage.watches import read_moves
from profilegraph.storage.webhooks import Webhook, hold, read_due, settle

HELD = timedelta(seconds=60)
"""How long a process holds a webhook for one message; longer than a receiver may take."""
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long it waits after each attempt in vain; after the last one a webhook is given up."""
SIDE_BY_SIDE = 8
AT_ONCE = 100
"""Messages to one webhook in one round."""
_log = structlog.get_logger(__name__)


Send: TypeAlias = Callable[[Webhook, Message, datetime], Awaitable[Failure | None]]


class Delivery:
    """Sends what is due to all webhooks, one round after the other."""

    def __init__(self, platform: Platform, send: Send) -> None:
        self._platform = platform
        self._database = platform.database
        self._send = send

    async def round(self, now: datetime) -> None:
        """Send what is due at a moment; a webhook that another process holds is left to that."""
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def serve(hook: Webhook) -> None:
            async with gate:
                await self._serve(hook, now)

        await side_by_side(map(serve, await read_due(self._database, now)))

    async def _serve(self, hook: Webhook, now: datetime) -> None:
        for _ in range(AT_ONCE):
            moves = await read_moves(self._database, hook.watch, after=hook.n - 1, most=1)
            if not moves:
                return
            held = partial(hold, hook=hook, now=now, until=now + HELD)
            if not await self._database.write(held):
                return
            told, last = await message(self._platform, hook, moves[0])
            failure = await self._send(hook, told, now)
            later = after(hook, failure, last=last, now=now)
            settled = await self._database.write(partial(settle, before=hook, after=later))
            if failure is not None:
                _log.warning("webhook_failed", webhook=hook.key, reason=failure.reason)
            if not settled or failure is not None:
                return
            hook = later


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
        letter = Letter(hook.url, hook.secret, told.id, told.body)
        return await post(letter, now, private=self._private)
