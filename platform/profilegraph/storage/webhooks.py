"""Webhooks: whom to tell of a live segment's moves, and how far each has come.

Nothing is put into a queue: the moves are the queue, and a webhook has a place in it. Whoever
delivers holds the webhook for a while; who dies meanwhile leaves it to others when that is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from profilegraph.domain.webhooks import Webhook
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement


async def save_webhook(
    transaction: Transaction, key: str, segment: str, url: str, secret: str, now: datetime
) -> Row | None:
    """Return whether a webhook of a segment is `new`, and whether it is that of `others` too.

    One that is there already keeps its place and its secret, and is told again where it had been
    given up. None where the segment was never live.
    """
    rows = await transaction.run(
        statement("save_webhook"),
        {"key": key, "segment": segment, "url": url, "secret": secret, "now": now},
    )
    return rows[0] if rows else None


async def delete_webhook(transaction: Transaction, key: str) -> None:
    """Have a webhook told no more."""
    await transaction.run("MATCH (h:Webhook {key: $key}) DETACH DELETE h", {"key": key})


async def read_webhooks(
    database: Database, *, keys: Sequence[str] | None = None, segments: Sequence[str] | None = None
) -> Sequence[Webhook]:
    """Return webhooks by key: those named, those of some segments, or all."""
    rows = await database.read(
        statement("read_webhooks"), {"keys": keys, "segments": segments, "due": None}
    )
    return [_webhook(row) for row in rows]


async def read_due(database: Database, now: datetime) -> Sequence[Webhook]:
    """Return the webhooks that have something to be told, and may be told now."""
    rows = await database.read(
        statement("read_webhooks"), {"keys": None, "segments": None, "due": now}
    )
    return [_webhook(row) for row in rows]


async def hold(transaction: Transaction, hook: Webhook, now: datetime, until: datetime) -> bool:
    """Return whether a webhook is the caller's alone until a moment, and still as it was read."""
    rows = await transaction.run(
        "MATCH (h:Webhook {key: $key}) SET h.key = h.key"
        " WITH h WHERE h.active AND h.n = $n AND h.part = $part AND h.attempts = $attempts"
        " AND h.url = $url AND (h.heldUntil IS NULL OR h.heldUntil <= $now)"
        " SET h.heldUntil = $until RETURN h.key AS key",
        {
            "key": hook.key,
            "n": hook.n,
            "part": hook.part,
            "attempts": hook.attempts,
            "url": hook.url,
            "now": now,
            "until": until,
        },
    )
    return bool(rows)


async def settle(transaction: Transaction, before: Webhook, after: Webhook) -> bool:
    """Return whether what became of a delivery is recorded: not so where another did it."""
    rows = await transaction.run(
        "MATCH (h:Webhook {key: $key}) SET h.key = h.key"
        " WITH h WHERE h.n = $n AND h.part = $part AND h.attempts = $attempts"
        " SET h += $set REMOVE h.heldUntil RETURN h.key AS key",
        {
            "key": before.key,
            "n": before.n,
            "part": before.part,
            "attempts": before.attempts,
            "set": {
                "n": after.n,
                "part": after.part,
                "attempts": after.attempts,
                "dueAt": after.due_at,
                "active": after.active,
                "problem": after.problem,
                "deliveredAt": after.delivered_at,
            },
        },
    )
    return bool(rows)


def _webhook(row: Row) -> Webhook:
    own = row["webhook"]
    return Webhook(
        key=own["key"],
        segment=row["segment"],
        watch=row["watch"],
        url=own["url"],
        secret=own["secret"],
        n=own["n"],
        part=own["part"],
        attempts=own["attempts"],
        due_at=own["dueAt"],
        active=own["active"],
        problem=own.get("problem"),
        delivered_at=own.get("deliveredAt"),
    )
