"""`profilegraph segment webhooks`: who is told of the moves of live segments, and how that goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from profilegraph.cli.terminal.listing import AsJson, show_json, show_rows
from profilegraph.cli.terminal.running import run

if TYPE_CHECKING:
    from datetime import datetime

    from profilegraph.domain.webhooks import Webhook
    from profilegraph.services.platform import Platform

_STATES = {"WAITING": "waits", "SENT": "told of all", "FAILED": "given up"}


def webhooks(as_json: AsJson = False) -> None:
    """List the webhooks of live segments: how each is, its attempts, and what it fails at."""
    from profilegraph.services.webhooks import service

    async def work(platform: Platform) -> Sequence[Webhook]:
        return await service.all_webhooks(platform)

    found = run(work)
    if as_json:
        show_json([_listed(one) for one in found])
        return
    show_rows(
        ("key", "segment", "url", "state", "failures", "last attempt", "next attempt", "problem"),
        (
            (
                one.key,
                one.segment,
                one.url,
                _STATES[one.state],
                one.attempts,
                _moment(one.attempted_at),
                _moment(_next(one)),
                one.problem,
            )
            for one in found
        ),
    )


def _listed(one: Webhook) -> dict[str, object]:
    return {
        "key": one.key,
        "segment": one.segment,
        "url": one.url,
        "state": one.state,
        "failures": one.attempts,
        "lastAttemptAt": one.attempted_at,
        "nextAttemptAt": _next(one),
        "deliveredAt": one.delivered_at,
        "problem": one.problem,
    }


def _next(one: Webhook) -> datetime | None:
    """Return when the next attempt is made; None while nothing waits for one."""
    from profilegraph.domain.outbox import OutboxState

    return one.due_at if one.state is OutboxState.WAITING else None


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
