"""The keys of everything that is stored, by which all of it can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from profilegraph.storage.neo4j.database import Database

_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "taxonomy": "MATCH (n:Taxonomy) RETURN n.key AS key",
        "change of tags": "MATCH (n:TaxonomyChange) RETURN n.key AS key",
        "segment": "MATCH (n:Segment) RETURN n.key AS key",
        "segment group": "MATCH (n:SegmentGroup) RETURN n.key AS key",
        "watched segment": "MATCH (n:Segment)-[:WATCHED_BY]->() RETURN n.key AS key",
        "webhook": "MATCH (n:Webhook) RETURN n.key AS key",
        "delivery": "MATCH (n:Delivery) RETURN n.key AS key",
        "loan of a duty": "MATCH (n:DutyLoan) RETURN n.key AS key",
    }
)


async def read_stored_keys(database: Database, kind: str) -> list[str]:
    """Return the keys of all records of a kind that belongs to no customer, in order."""
    return sorted(row["key"] for row in await database.read(_KEYS[kind]))


async def next_customers(database: Database, after: str, most: int) -> list[str]:
    """Return the keys of at most `most` customers after a key, in order."""
    rows = await database.read(
        "MATCH (c:Customer) WHERE c.key > $after RETURN c.key AS key ORDER BY key LIMIT $most",
        {"after": after, "most": most},
    )
    return [row["key"] for row in rows]


async def count_customers(database: Database) -> int:
    """Return the number of customers."""
    [row] = await database.read("MATCH (c:Customer) RETURN count(c) AS count")
    count: int = row["count"]
    return count
