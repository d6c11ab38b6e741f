"""Reads about customers that are members at only one of two moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.statements import statement

_PAGE = """
MATCH (c:Customer) WHERE c.ordinal IN $q.ordinals AND c.key > $q.after
RETURN c.key AS key ORDER BY key LIMIT $q.limit
"""


async def page_of_listed(
    database: Database, ordinals: Iterable[int], *, first: int, after: str | None = None
) -> list[str]:
    """Return the keys of at most `first` customers with these ordinals, by key, after a key."""
    asked = {"ordinals": list(ordinals), "limit": first, "after": after or ""}
    return [row["key"] for row in await database.read(_PAGE, {"q": asked})]


async def read_expired(
    database: Database, customers: Sequence[str], after: datetime, at: datetime
) -> Mapping[str, frozenset[str]]:
    """Return the tags that expired after one moment, up to another, by customer."""
    parameters = {"keys": list(customers), "after": after, "at": at}
    rows = await database.read(statement("expired"), parameters)
    return {row["customer"]: frozenset(row["tags"]) for row in rows}
