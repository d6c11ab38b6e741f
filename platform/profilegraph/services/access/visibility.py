"""Which customers whoever asks may see, or do something with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from profilegraph.domain.access import Permission
from profilegraph.errors import NotFound
from profilegraph.language.nodes import EVERYONE, Listed, Node
from profilegraph.language.row_access import FULL_ACCESS
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.storage.records.reads import read_ordinals


async def visible(
    platform: Platform,
    customers: Collection[str],
    now: datetime,
    permission: Permission = Permission.CUSTOMERS_READ,
) -> Collection[str]:
    """Return those of some customers, by key, for which whoever asks has a permission.

    A customer that does not exist is returned only to those who have it for all customers.
    """
    rows = platform.access.rows(permission)
    if rows == EVERYONE or not customers:
        return customers
    seen = await _matching(platform, rows, now)
    ordinals = await read_ordinals(platform.database.read, customers)
    return {key for key, ordinal in ordinals.items() if ordinal in seen.ordinals}


async def require_visible(
    platform: Platform,
    customers: Sequence[str],
    now: datetime,
    permission: Permission = Permission.CUSTOMERS_READ,
) -> None:
    """Raise NotFound unless whoever asks has a permission for each of some customers, by key.

    The error is the one of a customer that does not exist.
    """
    found = await visible(platform, customers, now, permission)
    for key in customers:
        if key not in found:
            raise NotFound(f"no customer has the key {key!r}.", where=key)


async def visible_customers(platform: Platform, now: datetime) -> Listed | None:
    """Return the customers that whoever asks may see, as a list; None if it is all of them."""
    rows = platform.access.rows(Permission.CUSTOMERS_READ)
    return None if rows == EVERYONE else await _matching(platform, rows, now)


async def _matching(platform: Platform, rows: Node, now: datetime) -> Listed:
    whole = replace(platform, access=FULL_ACCESS)

    async def find() -> Listed:
        return await (await engine(whole, [rows], now)).members(rows)

    return await platform.once(("rows", rows, now), find)
