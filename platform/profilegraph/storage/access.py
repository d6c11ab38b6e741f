"""Stored roles, and the employees to whom they are assigned."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profilegraph.domain.access import Permission, Role, RowAccess
from profilegraph.storage.neo4j.database import Database, Transaction

_ROLE = """
r.key AS key, r.permissions AS permissions, r.rows AS rows, r.filter AS filter,
r.labelZh AS zh, r.labelEn AS en
"""
_LIST = f"MATCH (r:Role) RETURN {_ROLE} ORDER BY key"
_READ = f"MATCH (r:Role) WHERE r.key IN $keys RETURN {_ROLE} ORDER BY key"
_SAVE = "MERGE (r:Role {key: $key}) SET r += $values"
_USED = """
OPTIONAL MATCH (e:Employee) WHERE $key IN e.roles
WITH collect(e.key)[..5] AS employees
OPTIONAL MATCH (k:ApiKey) WHERE $key IN k.roles AND k.revokedAt IS NULL
RETURN employees, collect(k.name)[..5] AS keys
"""
_DELETE = "MATCH (r:Role {key: $key}) DELETE r RETURN count(*) AS deleted"
_ASSIGN = "MATCH (e:Employee {key: $employee}) SET e.roles = $roles RETURN count(e) AS found"
_STANDING = """
MATCH (e:Employee {key: $employee})
OPTIONAL MATCH (e)-[:MEMBER_OF]->(t:Team)
RETURN e.roles AS roles, t.key AS team
"""
_AUTHORS = """
UNWIND $names AS name
CALL (name) {
  MATCH (k:ApiKey {name: name})
  OPTIONAL MATCH (e:Employee {key: k.employee})
  RETURN k.employee AS employee, coalesce(k.roles, []) AS own,
    coalesce(e.roles, []) AS assigned, k.rows AS rows,
    CASE WHEN k.revokedAt < k.expiresAt THEN k.revokedAt
      ELSE coalesce(k.expiresAt, k.revokedAt) END AS endedAt,
    k.createdAt AS at
  UNION
  MATCH (e:Employee {author: name})
  RETURN e.key AS employee, [] AS own, coalesce(e.roles, []) AS assigned, null AS rows, null AS endedAt,
    null AS at
}
RETURN name, employee, own, assigned, rows, endedAt ORDER BY name, at DESC
"""
_OWNERS = "MATCH (s:Segment) WHERE s.key IN $keys RETURN s.key AS key, s.owner AS owner"


@dataclass(frozen=True)
class EmployeeRoles:
    """What decides about an employee's access: the assigned roles, and the team."""

    roles: tuple[str, ...]
    team: str | None


@dataclass(frozen=True)
class AuthorRoles:
    """A key of an author, or the author's employee: what decides about their access."""

    employee: str | None
    own: tuple[str, ...]
    """The key's own roles."""
    assigned: tuple[str, ...]
    """Those assigned to the employee."""
    rows: str | None
    """The key's filter of rows, as JSON."""
    ended_at: datetime | None
    """When the key ends, or ended; None for one without an end."""


async def list_roles(database: Database) -> list[Role]:
    """Return the roles of the deployment, without the built-in ones, by key."""
    return [_role(row) for row in await database.read(_LIST)]


async def read_roles(database: Database, keys: Collection[str]) -> dict[str, Role]:
    """Return those of some roles that are stored, by key."""
    rows = await database.read(_READ, {"keys": sorted(keys)}) if keys else []
    return {row["key"]: _role(row) for row in rows}


async def read_role_keys(transaction: Transaction) -> list[str]:
    """Return the keys of the roles of the deployment's own."""
    return [row["key"] for row in await transaction.run("MATCH (r:Role) RETURN r.key AS key")]


async def save_role(transaction: Transaction, role: Role) -> None:
    """Save a role, or replace it."""
    values = {
        "permissions": sorted(one.value for one in role.permissions),
        "rows": role.rows.value,
        "filter": None if role.filter is None else json.dumps(role.filter, ensure_ascii=False),
        "labelZh": role.labels.get("zh-CN"),
        "labelEn": role.labels.get("en"),
    }
    await transaction.run(_SAVE, {"key": role.key, "values": values})


async def read_holders(transaction: Transaction, key: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return up to five employees, by key, and up to five API keys, by name, that have a role."""
    [row] = await transaction.run(_USED, {"key": key})
    return row["employees"], row["keys"]


async def delete_role(transaction: Transaction, key: str) -> bool:
    """Delete a role; return whether there was one."""
    [row] = await transaction.run(_DELETE, {"key": key})
    return bool(row["deleted"])


async def assign_roles(transaction: Transaction, employee: str, roles: Sequence[str]) -> bool:
    """Assign roles to an employee in place of others; return whether there is such an employee."""
    values = {"employee": employee, "roles": [*roles] or None}
    [row] = await transaction.run(_ASSIGN, values)
    return bool(row["found"])


async def read_standing(database: Database, employee: str) -> EmployeeRoles | None:
    """Return what decides about an employee's access; None if there is no such employee."""
    rows = await database.read(_STANDING, {"employee": employee})
    if not rows:
        return None
    return EmployeeRoles(tuple(rows[0]["roles"] or ()), rows[0]["team"])


async def read_authors(database: Database, names: Collection[str]) -> dict[str, list[AuthorRoles]]:
    """Return the keys and employees of some authors, by name, the newest first."""
    found: dict[str, list[AuthorRoles]] = {}
    for row in await database.read(_AUTHORS, {"names": sorted(set(names))}):
        one = AuthorRoles(
            row["employee"],
            tuple(row["own"]),
            tuple(row["assigned"]),
            row["rows"],
            row["endedAt"],
        )
        found.setdefault(row["name"], []).append(one)
    return found


async def read_segment_owners(database: Database, keys: Collection[str]) -> dict[str, str]:
    """Return the names of the owners of segments, by the segments' keys."""
    rows = await database.read(_OWNERS, {"keys": sorted(keys)})
    return {row["key"]: row["owner"] for row in rows if row["owner"] is not None}


def _role(row: Mapping[str, Any]) -> Role:
    known = {one.value: one for one in Permission}
    labels = {"zh-CN": row["zh"], "en": row["en"]}
    return Role(
        key=row["key"],
        # A permission that this version does not know is none that it could grant.
        permissions=frozenset(known[one] for one in row["permissions"] if one in known),
        rows=RowAccess(row["rows"]),
        filter=None if row["filter"] is None else json.loads(row["filter"]),
        labels={locale: text for locale, text in labels.items() if text},
    )
