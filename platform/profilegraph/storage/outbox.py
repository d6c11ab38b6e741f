"""The outbox: items of all kinds, each under one lease at a time.

An item is a node of its kind that is labelled OutboxItem as well. Whoever sends it leases it; who
dies meanwhile leaves it to others when the lease is over. Each lease has a turn, so that what one
finds out whose lease ran out is not written over what another did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from profilegraph.domain.outbox import OutboxItem, OutboxState
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement

_PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "kind": "kind",
        "key": "key",
        "state": "state",
        "attempts": "attempts",
        "due_at": "dueAt",
        "turn": "turn",
        "attempted_at": "attemptedAt",
        "delivered_at": "deliveredAt",
        "problem": "problem",
    }
)
"""What the fields of an item are called in the graph."""


async def read_due(database: Database, kinds: Sequence[str], now: datetime) -> Sequence[OutboxItem]:
    """Return the items of some kinds that may be sent at a moment and are not, the longest due first."""
    rows = await database.read(statement("read_due"), {"kinds": kinds, "now": now})
    return [_item(row) for row in rows]


async def read_item(database: Database, kind: str, key: str) -> OutboxItem | None:
    """Return an item; None where there is none."""
    rows = await database.read(
        "MATCH (i:OutboxItem {kind: $kind, key: $key}) RETURN i {.*, members: null} AS item",
        {"kind": kind, "key": key},
    )
    return _item(rows[0]) if rows else None


async def read_troubled(
    database: Database, now: datetime, overdue: datetime
) -> Sequence[tuple[OutboxItem, str | None]]:
    """Return items with their segments: given up, to be sent again, or due by then and sent by nobody."""
    rows = await database.read(statement("read_troubled"), {"now": now, "overdue": overdue})
    return [(_item(row), row["segment"]) for row in rows]


async def lease(
    transaction: Transaction, item: OutboxItem, now: datetime, until: datetime
) -> int | None:
    """Return the turn in which an item is the caller's alone until a moment.

    None where it is another's, or is not as it was read.
    """
    rows = await transaction.run(
        statement("lease_item"),
        {"kind": item.kind, "key": item.key, "turn": item.turn, "now": now, "until": until},
    )
    return rows[0]["turn"] if rows else None


async def lock(transaction: Transaction, kind: str, key: str, turn: int) -> OutboxItem | None:
    """Return an item as it is, and stays until the transaction ends.

    None where another has leased it since, or it is deleted.
    """
    rows = await transaction.run(
        "MATCH (i:OutboxItem {kind: $kind, key: $key}) SET i.key = i.key"
        " WITH i WHERE i.turn = $turn RETURN i {.*, members: null} AS item",
        {"kind": kind, "key": key, "turn": turn},
    )
    return _item(rows[0]) if rows else None


async def settle(transaction: Transaction, item: OutboxItem) -> None:
    """Keep what became of an item that is locked; its lease is over."""
    await transaction.run(
        "MATCH (i:OutboxItem {kind: $kind, key: $key}) SET i += $set REMOVE i.leasedUntil",
        {"kind": item.kind, "key": item.key, "set": item_properties(item)},
    )


async def begin_again(transaction: Transaction, kind: str, key: str, now: datetime) -> None:
    """Have an item that was not sent yet, or was given up, sent now, as if for the first time.

    One that is just being sent, or was sent, is left as it is.
    """
    await transaction.run(statement("begin_again"), {"kind": kind, "key": key, "now": now})


def item_properties(item: OutboxItem) -> dict[str, Any]:
    """Return what an item is as the graph keeps it."""
    kept = {name: getattr(item, field) for field, name in _PROPERTIES.items()}
    return {**kept, "state": item.state.value}


def item_fields(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a node has as an item, whatever its kind."""
    known = {field: own.get(name) for field, name in _PROPERTIES.items()}
    return {**known, "state": OutboxState(own["state"])}


def _item(row: Row) -> OutboxItem:
    return OutboxItem(**item_fields(row["item"]))
