"""API keys in the graph: stored as a hash, found by it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from profilegraph.domain.identity import ApiKey, roles_in_force
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row

# Whoever gives a name to a key, or to an employee's author, takes this lock before they look.
_BEARERS = """
MERGE (l:Lock {key: 'keys'}) SET l.key = l.key
WITH l
CALL () {
  MATCH (k:ApiKey {name: $name}) RETURN k.employee AS employee
  UNION
  MATCH (e:Employee {author: $name}) RETURN e.key AS employee
}
RETURN DISTINCT employee
"""
_CREATE = """
OPTIONAL MATCH (e:Employee {key: $employee})
WITH e WHERE $employee IS NULL OR e IS NOT NULL
CREATE (k:ApiKey)
SET k = $values
RETURN k.id AS id
"""
_KEY = """
OPTIONAL MATCH (e:Employee {key: k.employee})
RETURN properties(k) AS key, e IS NOT NULL AS employed, e.roles AS assigned
ORDER BY key.createdAt, key.id
"""
_ALL = f"MATCH (k:ApiKey) {_KEY}"
_BY_HASH = f"MATCH (k:ApiKey {{hash: $hash}}) {_KEY}"
_BY_ID = f"MATCH (k:ApiKey {{id: $id}}) {_KEY}"
_REVOKE = """
MATCH (k:ApiKey {id: $id})
SET k.revokedAt = coalesce(k.revokedAt, $now)
RETURN count(k) AS found
"""
_END_BY = """
MATCH (k:ApiKey {id: $id})
SET k.expiresAt = CASE WHEN k.expiresAt < $until THEN k.expiresAt ELSE $until END
"""
_USED = """
UNWIND $ids AS id
MATCH (k:ApiKey {id: id}) WHERE k.lastUsedOn IS NULL OR k.lastUsedOn < $day
SET k.lastUsedOn = $day
"""


@dataclass(frozen=True)
class StoredKey:
    """A key as it is stored, and whether its employee is still there."""

    key: ApiKey
    hash: str
    employed: bool


async def bearers(transaction: Transaction, name: str) -> list[str | None]:
    """Return the employees who have a name, by key; None stands for a machine.

    Nobody else is given the name before the transaction commits.
    """
    return [row["employee"] for row in await transaction.run(_BEARERS, {"name": name})]


async def create_key(transaction: Transaction, key: ApiKey, hash_: str) -> bool:
    """Create a key and return whether its employee exists; otherwise nothing is created."""
    values = {
        "id": key.id,
        "hash": hash_,
        "name": key.name,
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "employee": key.employee,
        "roles": list(key.roles) if key.own_roles else None,
        "rows": None if key.rows is None else json.dumps(key.rows, ensure_ascii=False),
    }
    rows = await transaction.run(_CREATE, {"employee": key.employee, "values": values})
    transaction.touch(parts=[ChangedPart.KEYS])
    return bool(rows)


async def read_keys(database: Database) -> list[ApiKey]:
    """Return all keys, the oldest first, including revoked ones."""
    rows = await database.read(_ALL)
    return [_stored(row).key for row in rows]


async def find_by_hash(database: Database, hash_: str) -> StoredKey | None:
    """Return the key with the hash of a secret, whatever its state is."""
    rows = await database.read(_BY_HASH, {"hash": hash_})
    return _stored(rows[0]) if rows else None


async def find_by_id(transaction: Transaction, key_id: str) -> StoredKey | None:
    """Return the key with an id, whatever its state is."""
    rows = await transaction.run(_BY_ID, {"id": key_id})
    return _stored(rows[0]) if rows else None


async def read_assigned(transaction: Transaction, employee: str) -> list[str]:
    """Return the roles that are assigned to an employee."""
    rows = await transaction.run(
        "MATCH (e:Employee {key: $employee}) RETURN e.roles AS roles", {"employee": employee}
    )
    return list(rows[0]["roles"] or ()) if rows else []


async def revoke_key(transaction: Transaction, key_id: str, now: datetime) -> bool:
    """Revoke a key, unless it is revoked already, and return whether it exists."""
    rows = await transaction.run(_REVOKE, {"id": key_id, "now": now})
    transaction.touch(parts=[ChangedPart.KEYS])
    return bool(rows[0]["found"])


async def end_key_by(transaction: Transaction, key_id: str, until: datetime) -> None:
    """Have a key expire at a moment, unless it expires before."""
    await transaction.run(_END_BY, {"id": key_id, "until": until})
    transaction.touch(parts=[ChangedPart.KEYS])


async def record_use(database: Database, ids: Sequence[str], day: date) -> None:
    """Record that some keys were used on a day."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(_USED, {"ids": list(ids), "day": day})

    await database.write(work)


def _stored(row: Row) -> StoredKey:
    own: dict[str, Any] = row["key"]
    named, employee, rows = own.get("roles") or (), own.get("employee"), own.get("rows")
    key = ApiKey(
        id=own["id"],
        name=own["name"],
        created_at=own["createdAt"],
        roles=roles_in_force(named, employee, row["assigned"] or ()),
        employee=employee,
        rows=None if rows is None else json.loads(rows),
        expires_at=own.get("expiresAt"),
        revoked_at=own.get("revokedAt"),
        last_used_on=own.get("lastUsedOn"),
        own_roles=bool(named),
    )
    return StoredKey(key, own["hash"], employee is None or row["employed"])
