"""What roles grant to a principal: permissions, each for the customers that match a filter."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from cachetools import TTLCache

from profilegraph.domain.access import BUILT_IN_ROLES, Role, RowAccess
from profilegraph.domain.identity import Principal
from profilegraph.errors import Forbidden
from profilegraph.language.codec import decode
from profilegraph.language.nodes import EVERYONE, AnyOf, Node, Owners, Teams
from profilegraph.language.row_access import NOBODY, Access, Grant
from profilegraph.storage.access import read_roles, read_standing
from profilegraph.storage.neo4j.database import Database

CACHE_SECONDS = 5.0
_MOST_CACHED = 1_000


async def access_of(database: Database, principal: Principal) -> Access:
    """Return what a principal may do, and with which customers.

    A role that no longer exists grants nothing. Raises Forbidden if the employee no longer exists.
    """
    own = [one for one in principal.roles if one not in BUILT_IN_ROLES]
    roles = {**BUILT_IN_ROLES, **await read_roles(database, own)}
    team: str | None = None
    if principal.employee is not None:
        standing = await read_standing(database, principal.employee)
        if standing is None:
            raise Forbidden(
                f"the employee of {principal.name!r} is not there any more.",
                hint="Ask an administrator for another key.",
            )
        team = standing.team
    granted = [roles[one] for one in principal.roles if one in roles]
    grants = [
        Grant(one.key, one.permissions, rows_of(one, principal.employee, team)) for one in granted
    ]
    within = EVERYONE if principal.rows is None else decode(principal.rows)
    return Access(tuple(grants), within)


def rows_of(role: Role, employee: str | None, team: str | None) -> Node:
    """Return the filter of the customers for which a role grants its permissions to an employee."""
    own = NOBODY if employee is None else Owners(employees=(employee,))
    match role.rows:
        case RowAccess.ALL:
            return EVERYONE
        case RowAccess.FILTER:
            return NOBODY if role.filter is None else decode(role.filter)
        case RowAccess.OWN:
            return own
        case RowAccess.TEAM | RowAccess.TEAM_AND_BELOW if team is not None:
            return AnyOf((own, Teams(teams=(team,), exact=role.rows is RowAccess.TEAM)))
        case _:
            return own


class AccessCache:
    """What principals may do, read again after a few seconds."""

    def __init__(
        self,
        database: Database,
        *,
        seconds: float = CACHE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database = database
        self._known: TTLCache[str, tuple[Principal, Access]] = TTLCache(
            _MOST_CACHED, seconds, clock
        )

    async def __call__(self, principal: Principal) -> Access:
        """Return what a principal may do; raises Forbidden as `access_of` does."""
        found = self._known.get(principal.id)
        if found is None or found[0] != principal:
            found = self._known[principal.id] = (
                principal,
                await access_of(self._database, principal),
            )
        return found[1]
