"""Webhooks in the graph: the receivers of a live segment's moves, and their positions.

Moves are stored once for all receivers: a webhook is an outbox item with a position among the moves
of its watch. The transaction that records a move sets its webhooks to WAITING.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from profilegraph.domain.outbox import OutboxItem, OutboxState
from profilegraph.domain.webhooks import WEBHOOK, Webhook
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.outbox import item_fields, item_properties
from profilegraph.storage.statements import statement


async def save_webhook(
    transaction: Transaction, key: str, segment: str, url: str, secret: str, now: datetime
) -> Row | None:
    """Return whether a webhook of a segment is `new`, and whether it is that of `others` too.

    One that is there already keeps its place and its secret. None where the segment was never live.
    """
    item = OutboxItem(kind=WEBHOOK, key=key, state=OutboxState.SENT, due_at=now)
    rows = await transaction.run(
        statement("save_webhook"),
        {
            "key": key,
            "segment": segment,
            "url": url,
            "secret": secret,
            "item": item_properties(item),
        },
    )
    return rows[0] if rows else None


async def advance(transaction: Transaction, key: str, n: int, part: int) -> bool:
    """Move a locked webhook to its next message and return whether there is one."""
    rows = await transaction.run(statement("advance_webhook"), {"key": key, "n": n, "part": part})
    return bool(rows and rows[0]["more"])


async def delete_webhook(transaction: Transaction, key: str) -> None:
    """Have a webhook told no more."""
    await transaction.run("MATCH (h:Webhook {key: $key}) DETACH DELETE h", {"key": key})


async def read_webhooks(
    database: Database, *, keys: Sequence[str] | None = None, segments: Sequence[str] | None = None
) -> Sequence[Webhook]:
    """Return webhooks by key: those named, those of some segments, or all."""
    rows = await database.read(statement("read_webhooks"), {"keys": keys, "segments": segments})
    return [_webhook(row) for row in rows]


def _webhook(row: Row) -> Webhook:
    own = row["webhook"]
    return Webhook(
        **item_fields(own),
        segment=row["segment"],
        owner=row["owner"],
        watch=row["watch"],
        url=own["url"],
        secret=own["secret"],
        n=own["n"],
        part=own["part"],
    )
