"""Sessions of browsers, sign-in links and authors of employees in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from profilegraph.domain.identity import BrowserSession, roles_in_force
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row

_EMPLOYEE = """
MATCH (e:Employee {key: $key})
RETURN e.key AS key, e.name AS name, e.author AS author, e.roles AS roles,
  COLLECT {
    MATCH (k:ApiKey {employee: $key}) WITH k.name AS name, min(k.createdAt) AS since
    RETURN name ORDER BY since
  } AS names
"""
_CREATE_LINK = """
MATCH (e:Employee {key: $employee})
CREATE (:SignInLink {hash: $hash, employee: $employee, createdAt: $now, expiresAt: $expires})
RETURN e.key AS employee
"""
_USE_LINK = """
MATCH (l:SignInLink {hash: $hash})
SET l.hash = l.hash  // the lock is taken before it is seen whether somebody used it
WITH l WHERE l.usedAt IS NULL AND l.expiresAt > $now
SET l.usedAt = $now
RETURN l.employee AS employee
"""
_READ = """
OPTIONAL MATCH (e:Employee {key: s.employee})
RETURN properties(s) AS session, e IS NOT NULL AS employed, e.roles AS assigned, e.author AS author
ORDER BY session.createdAt, session.id
"""
_ALL = f"MATCH (s:BrowserSession) {_READ}"
_BY_HASH = f"MATCH (s:BrowserSession {{hash: $hash}}) {_READ}"
_END = """
MATCH (s:BrowserSession)
WHERE s.id = $id OR s.employee = $employee OR s.hash = $hash
DELETE s
RETURN count(*) AS ended
"""
_SEEN = """
UNWIND $ids AS id
MATCH (s:BrowserSession {id: id}) WHERE s.seenAt < $now
SET s.seenAt = $now
"""
_FORGET = """
CALL () {
  MATCH (s:BrowserSession) WHERE s.expiresAt <= $now OR s.seenAt <= $unseen RETURN s AS over
  UNION
  MATCH (l:SignInLink) WHERE l.expiresAt <= $now OR l.usedAt IS NOT NULL RETURN l AS over
}
DELETE over
"""


@dataclass(frozen=True)
class StoredEmployee:
    """An employee as somebody who signs in."""

    key: str
    name: str | None
    author: str | None
    """The name of the author of changes in sessions and by tokens; None before the first."""
    roles: tuple[str, ...]
    """The roles that are assigned to the employee."""
    key_names: tuple[str, ...]
    """The names of the employee's API keys, the oldest first."""


@dataclass(frozen=True)
class StoredSession:
    """A session as it is stored, and whether its employee is still there."""

    session: BrowserSession
    employed: bool


async def read_employee(reader: Database | Transaction, key: str) -> StoredEmployee | None:
    """Return an employee by key."""
    run = reader.run if isinstance(reader, Transaction) else reader.read
    rows = await run(_EMPLOYEE, {"key": key})
    if not rows:
        return None
    row = rows[0]
    roles, names = tuple(row["roles"] or ()), tuple(row["names"])
    return StoredEmployee(row["key"], row["name"], row["author"], roles, names)


async def read_authors(database: Database) -> set[str]:
    """Return the names of the authors of all employees who have signed in."""
    rows = await database.read(
        "MATCH (e:Employee) WHERE e.author IS NOT NULL RETURN e.author AS author"
    )
    return {row["author"] for row in rows}


async def set_author(transaction: Transaction, employee: str, author: str) -> str:
    """Return the name of the author of an employee's changes, after it is set unless there is one."""
    rows = await transaction.run(
        "MATCH (e:Employee {key: $key}) SET e.author = coalesce(e.author, $author)"
        " RETURN e.author AS author",
        {"key": employee, "author": author},
    )
    kept: str = rows[0]["author"]
    return kept


async def create_link(
    transaction: Transaction, employee: str, hash_: str, now: datetime, expires: datetime
) -> bool:
    """Create a sign-in link and return whether its employee exists."""
    values = {"employee": employee, "hash": hash_, "now": now, "expires": expires}
    return bool(await transaction.run(_CREATE_LINK, values))


async def use_link(transaction: Transaction, hash_: str, now: datetime) -> str | None:
    """Use a sign-in link up, and return the key of its employee; None unless it is valid."""
    rows = await transaction.run(_USE_LINK, {"hash": hash_, "now": now})
    return rows[0]["employee"] if rows else None


async def create_session(transaction: Transaction, session: BrowserSession, hash_: str) -> None:
    """Create a session; the roles are its own if a provider named them."""
    values = {
        "id": session.id,
        "hash": hash_,
        "employee": session.employee,
        "createdAt": session.created_at,
        "seenAt": session.seen_at,
        "expiresAt": session.expires_at,
        "provider": session.provider,
        "roles": list(session.roles) or None,
    }
    await transaction.run("CREATE (s:BrowserSession) SET s = $values", {"values": values})


async def read_sessions(database: Database) -> list[BrowserSession]:
    """Return all sessions, the oldest first."""
    return [_stored(row).session for row in await database.read(_ALL)]


async def find_session(database: Database, hash_: str) -> StoredSession | None:
    """Return the session with the hash of a secret."""
    rows = await database.read(_BY_HASH, {"hash": hash_})
    return _stored(rows[0]) if rows else None


async def end_sessions(
    transaction: Transaction,
    *,
    id_: str | None = None,
    employee: str | None = None,
    hash_: str | None = None,
) -> int:
    """End the session with an id or a hash, or all of an employee, and return how many it were."""
    rows = await transaction.run(_END, {"id": id_, "employee": employee, "hash": hash_})
    transaction.touch(parts=[ChangedPart.KEYS])
    ended: int = rows[0]["ended"]
    return ended


async def record_seen(database: Database, ids: Sequence[str], now: datetime) -> None:
    """Record that some sessions were used."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(_SEEN, {"ids": list(ids), "now": now})

    await database.write(work)


async def forget_ended(database: Database, now: datetime, unseen: datetime) -> None:
    """Delete sessions that have expired or were last seen before a moment, and links that are over."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(_FORGET, {"now": now, "unseen": unseen})

    await database.write(work)


def _stored(row: Row) -> StoredSession:
    own = row["session"]
    session = BrowserSession(
        id=own["id"],
        employee=own["employee"],
        created_at=own["createdAt"],
        seen_at=own["seenAt"],
        expires_at=own["expiresAt"],
        roles=roles_in_force(own.get("roles") or (), own["employee"], row["assigned"] or ()),
        author=row["author"] or own["employee"],
        provider=own.get("provider"),
    )
    return StoredSession(session, row["employed"])
