"""The access of the authors of what works on its own: live segments, and deliveries that wait."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from profilegraph.domain.identity import AuthenticationMethod, Principal, roles_in_force
from profilegraph.errors import Forbidden
from profilegraph.language.row_access import FULL_ACCESS, Access
from profilegraph.services.access.granting import access_of
from profilegraph.storage.access import AuthorRoles, read_authors
from profilegraph.storage.neo4j.database import Database


async def access_of_authors(
    database: Database, names: Collection[str], now: datetime
) -> Mapping[str, Access | Forbidden]:
    """Return what authors may do as of now, by name, or why they may do nothing any more.

    A name that no key and no employee ever had is the operator's. Of several keys, the newest that is
    in force counts.
    """
    known = await read_authors(database, names)
    return {name: await _access(database, name, known.get(name, ()), now) for name in set(names)}


async def _access(
    database: Database, name: str, standing: Collection[AuthorRoles], now: datetime
) -> Access | Forbidden:
    if not standing:
        return FULL_ACCESS
    for one in standing:
        if one.ended_at is not None and one.ended_at <= now:
            continue
        rows = None if one.rows is None else json.loads(one.rows)
        principal = Principal(
            name,
            name,
            AuthenticationMethod.API_KEY,
            roles_in_force(one.own, one.employee, one.assigned),
            one.employee,
            rows=rows,
        )
        try:
            return await access_of(database, principal)
        except Forbidden as fault:
            return fault
    return Forbidden(
        f"nothing is done on behalf of {name!r} any more: all their keys have ended.",
        hint="Make a key of that name, or give the segment to somebody else"
        " (`profilegraph segment share --owner`).",
    )
