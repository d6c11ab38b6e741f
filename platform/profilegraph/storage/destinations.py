"""Deliveries: which members of which segment go where, and what has become of it.

The members are kept with the delivery: every attempt sends to the same customers under the same id.
Whoever sends holds the delivery for a while; who dies meanwhile leaves it to others after that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pyroaring import FrozenBitMap

from profilegraph.domain.destinations import DeliveryRecord, DeliveryRequest, DeliveryState
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement


async def create_delivery(
    transaction: Transaction, delivery: DeliveryRecord, members: FrozenBitMap
) -> None:
    """Keep a new delivery to members, by ordinal."""
    request = delivery.request
    await transaction.run(
        statement("create_delivery"),
        {
            "segment": request.segment,
            "set": {
                "id": delivery.id,
                "destination": request.destination,
                "options": _text(request.options),
                "columns": list(request.columns),
                "version": delivery.version,
                "size": delivery.size,
                "members": members.serialize(),
                "at": delivery.at,
                "author": delivery.author,
                "state": delivery.state.value,
                "attempts": delivery.attempts,
            },
        },
    )


async def find_unfinished(transaction: Transaction, request: DeliveryRequest) -> str | None:
    """Return the id of a delivery of the same request that was not sent yet; None without any."""
    rows = await transaction.run(
        statement("unfinished_delivery"),
        {
            "segment": request.segment,
            "destination": request.destination,
            "options": _text(request.options),
            "columns": list(request.columns),
        },
    )
    return rows[0]["id"] if rows else None


async def begin_again(transaction: Transaction, delivery: str) -> None:
    """Have a delivery that failed wait for another attempt."""
    await transaction.run(
        "MATCH (d:Delivery {id: $id, state: 'FAILED'}) SET d.state = 'WAITING' REMOVE d.problem",
        {"id": delivery},
    )


async def read_deliveries(
    database: Database,
    *,
    ids: Sequence[str] | None = None,
    segments: Sequence[str] | None = None,
    due: datetime | None = None,
) -> list[DeliveryRecord]:
    """Return deliveries, the newest first: by id, of some segments, or those to be sent now."""
    rows = await database.read(
        statement("read_deliveries"), {"ids": ids, "segments": segments, "due": due}
    )
    return [_delivery(row) for row in rows]


async def read_members(database: Database, delivery: str) -> FrozenBitMap:
    """Return to whom a delivery goes, by ordinal."""
    rows = await database.read(
        "MATCH (d:Delivery {id: $id}) RETURN d.members AS members", {"id": delivery}
    )
    return FrozenBitMap.deserialize(rows[0]["members"])


async def hold(transaction: Transaction, delivery: str, now: datetime, until: datetime) -> bool:
    """Return whether a delivery that waits is the caller's alone until a moment."""
    rows = await transaction.run(
        "MATCH (d:Delivery {id: $id}) SET d.id = d.id"
        " WITH d WHERE d.state = 'WAITING' AND coalesce(d.heldUntil <= $now, true)"
        " SET d.heldUntil = $until, d.attempts = d.attempts + 1 RETURN d.id AS id",
        {"id": delivery, "now": now, "until": until},
    )
    return bool(rows)


async def settle(
    transaction: Transaction, delivery: str, *, note: str | None = None, problem: str | None = None
) -> None:
    """Keep what became of an attempt: sent where there is no problem."""
    state = DeliveryState.SENT if problem is None else DeliveryState.FAILED
    await transaction.run(
        "MATCH (d:Delivery {id: $id}) SET d += $set REMOVE d.heldUntil",
        {"id": delivery, "set": {"state": state.value, "note": note, "problem": problem}},
    )


def _text(options: Mapping[str, Any]) -> str:
    return json.dumps(options, ensure_ascii=False, sort_keys=True)


def _delivery(row: Row) -> DeliveryRecord:
    own = row["delivery"]
    return DeliveryRecord(
        id=own["id"],
        request=DeliveryRequest(
            row["segment"], own["destination"], json.loads(own["options"]), tuple(own["columns"])
        ),
        version=own["version"],
        size=own["size"],
        at=own["at"],
        author=own["author"],
        state=DeliveryState(own["state"]),
        attempts=own["attempts"],
        note=own.get("note"),
        problem=own.get("problem"),
    )
