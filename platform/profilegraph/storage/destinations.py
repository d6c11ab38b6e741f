"""Deliveries in the graph: their members, destinations and states.

The members are kept with the delivery: every attempt sends to the same customers under the same key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pyroaring import FrozenBitMap

from profilegraph.domain.destinations import DeliveryRecord, DeliveryRequest
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.outbox import item_fields, item_properties
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
                **item_properties(delivery),
                "destination": request.destination,
                "options": _text(request.options),
                "columns": list(request.columns),
                "version": delivery.version,
                "size": delivery.size,
                "members": members.serialize(),
                "at": delivery.at,
                "author": delivery.author,
            },
        },
    )


async def find_unfinished(transaction: Transaction, request: DeliveryRequest) -> str | None:
    """Return the key of a delivery of the same request that was not sent yet; None without any."""
    rows = await transaction.run(
        statement("unfinished_delivery"),
        {
            "segment": request.segment,
            "destination": request.destination,
            "options": _text(request.options),
            "columns": list(request.columns),
        },
    )
    return rows[0]["key"] if rows else None


async def read_deliveries(
    database: Database, *, keys: Sequence[str] | None = None, segments: Sequence[str] | None = None
) -> list[DeliveryRecord]:
    """Return deliveries, the newest first: those named, those of some segments, or all."""
    rows = await database.read(statement("read_deliveries"), {"keys": keys, "segments": segments})
    return [_delivery(row) for row in rows]


async def read_members(database: Database, delivery: str) -> FrozenBitMap:
    """Return to whom a delivery goes, by ordinal."""
    rows = await database.read(
        "MATCH (d:Delivery {key: $key}) RETURN d.members AS members", {"key": delivery}
    )
    return FrozenBitMap.deserialize(rows[0]["members"])


async def note_receipt(transaction: Transaction, delivery: str, note: str) -> bool:
    """Store where a delivery went, as the destination reports it; return False: nothing is left."""
    await transaction.run(
        "MATCH (d:Delivery {key: $key}) SET d.note = $note", {"key": delivery, "note": note}
    )
    return False


def _text(options: Mapping[str, Any]) -> str:
    return json.dumps(options, ensure_ascii=False, sort_keys=True)


def _delivery(row: Row) -> DeliveryRecord:
    own = row["delivery"]
    return DeliveryRecord(
        **item_fields(own),
        request=DeliveryRequest(
            row["segment"], own["destination"], json.loads(own["options"]), tuple(own["columns"])
        ),
        version=own["version"],
        size=own["size"],
        at=own["at"],
        author=own["author"],
        note=own.get("note"),
    )
