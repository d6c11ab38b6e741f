"""The outbox in the graph: items of all kinds, each under at most one lease.

An item is a node of its kind with the second label OutboxItem. A process leases an item to send it;
if the process dies, the lease expires. Each lease has a new turn, a fencing token: a process whose
lease has expired cannot overwrite the result of another.
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
"""The properties of an item's fields in the graph."""


async def read_due(database: Database, kinds: Sequence[str], now: datetime) -> Sequence[OutboxItem]:
    """Return the due items of some kinds that are not leased, the oldest first."""
    rows = await database.read(statement("read_due"), {"kinds": kinds, "now": now})
    return [_item(row) for row in rows]


async def read_item(database: Database, kind: str, key: str) -> OutboxItem | None:
    """Return an item; None if it does not exist."""
    rows = await database.read(
        "MATCH (i:OutboxItem {kind: $kind, key: $key}) RETURN i {.*, members: null} AS item",
        {"kind": kind, "key": key},
    )
    return _item(rows[0]) if rows else None


async def read_stuck(
    database: Database, now: datetime, overdue: datetime
) -> Sequence[tuple[OutboxItem, str | None]]:
    """Return items that were given up, failed or are overdue, and are not leased, with their segments."""
    rows = await database.read(statement("read_stuck"), {"now": now, "overdue": overdue})
    return [(_item(row), row["segment"]) for row in rows]


async def lease(
    transaction: Transaction, item: OutboxItem, now: datetime, until: datetime
) -> int | None:
    """Lease an item until a moment and return the turn; None if it was leased since it was read."""
    rows = await transaction.run(
        statement("lease_item"),
        {"kind": item.kind, "key": item.key, "turn": item.turn, "now": now, "until": until},
    )
    return rows[0]["turn"] if rows else None


async def lock(transaction: Transaction, kind: str, key: str, turn: int) -> OutboxItem | None:
    """Lock an item until the transaction ends and return it; None if it is deleted or leased again."""
    rows = await transaction.run(
        "MATCH (i:OutboxItem {kind: $kind, key: $key}) SET i.key = i.key"
        " WITH i WHERE i.turn = $turn RETURN i {.*, members: null} AS item",
        {"kind": kind, "key": key, "turn": turn},
    )
    return _item(rows[0]) if rows else None


async def settle(transaction: Transaction, item: OutboxItem) -> None:
    """Store the new state of a locked item, and end its lease."""
    await transaction.run(
        "MATCH (i:OutboxItem {kind: $kind, key: $key}) SET i += $set REMOVE i.leasedUntil",
        {"kind": item.kind, "key": item.key, "set": item_properties(item)},
    )


async def begin_again(transaction: Transaction, kind: str, key: str, now: datetime) -> None:
    """Make a waiting or given-up item due now, with its schedule restarted.

    An item that is sent, or leased, is not changed.
    """
    await transaction.run(statement("begin_again"), {"kind": kind, "key": key, "now": now})


def item_properties(item: OutboxItem) -> dict[str, Any]:
    """Return an item as properties of its node."""
    kept = {name: getattr(item, field) for field, name in _PROPERTIES.items()}
    return {**kept, "state": item.state.value}


def item_fields(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a node as the fields of an item."""
    known = {field: own.get(name) for field, name in _PROPERTIES.items()}
    return {**known, "state": OutboxState(own["state"])}


def _item(row: Row) -> OutboxItem:
    return OutboxItem(**item_fields(row["item"]))
