"""API keys: 256 random bits shown once, stored as a hash, with expiry and revocation."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from profilegraph.domain.access import EMPLOYEE_ROLES, MACHINE_ROLES
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.neo4j.database import Database, Transaction

PREFIX = "pg_"
_SECRET_BYTES = 32
_ID_BYTES = 6
_BEARERS = """
MERGE (l:Lock {key: 'keys'}) SET l.key = l.key
WITH l
MATCH (k:ApiKey {name: $name})
RETURN DISTINCT k.employee AS employee
"""
_CREATE = """
OPTIONAL MATCH (e:Employee {key: $employee})
WITH e WHERE $employee IS NULL OR e IS NOT NULL
CREATE (k:ApiKey)
SET k = $values
RETURN k.id AS id
"""


@dataclass(frozen=True)
class ApiKey:
    """An API key without its secret."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    employee: str | None = None
    """Key of the employee that it belongs to; None for a machine's key."""
    administrator: bool = False

    @property
    def actor(self) -> Actor:
        """Return the actor of the key: a machine, which belongs to no employee, may do everything."""
        administrator = self.administrator or self.employee is None
        return Actor(self.name, self.employee, administrator)


def principal_of(key: ApiKey) -> Principal:
    """Return who asks by a key."""
    roles = MACHINE_ROLES if key.actor.administrator else EMPLOYEE_ROLES
    return Principal(
        key.id, key.name, AuthenticationMethod.API_KEY, roles, key.employee, key.expires_at
    )


async def create_key(
    database: Database,
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    *,
    employee: str | None = None,
    administrator: bool = False,
) -> str:
    """Create a key and return its secret, which is shown only once and stored as a hash.

    With an `employee`, by key, it belongs to that employee and permits what their duties permit, or
    everything for an administrator. Segments belong to a name: a new key may have the name of older
    keys of the same employee, or of machines if it is a machine's, so that keys can be replaced.
    Raises NotFound if there is no such employee, Conflict if the name is another's, InvalidInput if
    it is invalid.
    """
    name = _name(name)
    secret = PREFIX + random_bytes(_SECRET_BYTES).hex()
    values = {
        "id": random_bytes(_ID_BYTES).hex(),
        "hash": _hash(secret),
        "name": name,
        "createdAt": now,
        "expiresAt": expires_at,
        "employee": employee,
        "administrator": administrator,
    }

    async def work(transaction: Transaction) -> None:
        for row in await transaction.run(_BEARERS, {"name": name}):
            _require_same(name, row["employee"], employee)
        rows = await transaction.run(_CREATE, {"employee": employee, "values": values})
        if not rows:
            raise NotFound(
                f"no employee has the key {employee!r}.",
                hint="`profilegraph import` brings employees from a file.",
                where="employee",
            )
        transaction.touch(parts=[ChangedPart.KEYS])

    await database.write(work)
    return secret


async def check_key(database: Database, secret: str, now: datetime) -> ApiKey:
    """Return the key that a secret belongs to.

    Raises Unauthenticated if it is unknown, expired or revoked, or its employee no longer exists;
    the error does not say which.
    """
    if not secret.startswith(PREFIX):
        raise _unknown()
    rows = await database.read(
        "MATCH (k:ApiKey {hash: $hash})"
        " WHERE k.revokedAt IS NULL AND (k.expiresAt IS NULL OR k.expiresAt > $now)"
        # Whose employee is gone is nobody's, and must not become a machine's.
        " AND (k.employee IS NULL OR EXISTS { (:Employee {key: k.employee}) })"
        " RETURN properties(k) AS key",
        {"hash": _hash(secret), "now": now},
    )
    if not rows:
        raise _unknown()
    return _key(rows[0]["key"])


async def list_keys(database: Database) -> list[ApiKey]:
    """Return all keys, the oldest first, including revoked ones."""
    rows = await database.read(
        "MATCH (k:ApiKey) RETURN properties(k) AS key ORDER BY k.createdAt, k.id"
    )
    return [_key(row["key"]) for row in rows]


async def revoke_key(database: Database, key_id: str, now: datetime) -> None:
    """Revoke a key as of `now`; raises NotFound if there is none with this id."""

    async def work(transaction: Transaction) -> int:
        rows = await transaction.run(
            "MATCH (k:ApiKey {id: $id})"
            " SET k.revokedAt = coalesce(k.revokedAt, $now) RETURN count(k) AS found",
            {"id": key_id, "now": now},
        )
        transaction.touch(parts=[ChangedPart.KEYS])
        found: int = rows[0]["found"]
        return found

    if not await database.write(work):
        raise NotFound(f"no API key has the id {key_id!r}.", hint="See `profilegraph key list`.")


def _name(text: str) -> str:
    """Return a text as the name of a key; raises InvalidInput, or Conflict if it is the operator's."""
    name = normalize("NFC", text).strip()
    if not name or not name.isprintable():
        raise InvalidInput("the name of a key is a line of visible letters.", where="name")
    if name == OPERATOR.name:
        raise Conflict(
            f"{name!r} is whoever runs the deployment.", hint="Choose another name.", where="name"
        )
    return name


def _require_same(name: str, known: str | None, employee: str | None) -> None:
    if known != employee:
        whose = "a machine's" if known is None else f"of the employee {known!r}"
        raise Conflict(
            f"another key has the name {name!r}, {whose}: this one would have its segments.",
            hint="Choose another name (`profilegraph key list` shows those taken);"
            " `profilegraph segment share --owner` hands segments over.",
            where="name",
        )


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "the API key is unknown, expired or revoked.",
        hint="Send `Authorization: Bearer pg_…`; `profilegraph key create` makes a key.",
    )


def _hash(secret: str) -> str:
    # The secret is 256 random bits, so a plain fast hash cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: dict[str, object]) -> ApiKey:
    return ApiKey(
        id=str(row["id"]),
        name=str(row["name"]),
        created_at=row["createdAt"],  # type: ignore[arg-type]  # the graph keeps moments
        expires_at=row.get("expiresAt"),  # type: ignore[arg-type]
        revoked_at=row.get("revokedAt"),  # type: ignore[arg-type]
        employee=row.get("employee"),  # type: ignore[arg-type]
        administrator=bool(row.get("administrator")),
    )
