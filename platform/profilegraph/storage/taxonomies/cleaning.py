"""Finds and closes taggings of a dimension that no longer hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.rows import Parameters, Row
from profilegraph.storage.records.writing import untag
from profilegraph.storage.statements import statement


@dataclass(frozen=True)
class Staleness:
    """Which taggings are stale at a moment."""

    now: datetime
    before: datetime | None
    """Taggings last repeated before this moment are stale; None limits to expired ones."""
    awake: datetime | None
    """Customers without an event since this moment keep their taggings; None excludes nobody."""


@dataclass(frozen=True)
class Stale:
    """Stale taggings, as pairs of customer key and tag key, and the number of those that are kept."""

    taggings: tuple[tuple[str, str], ...]
    kept: int


async def find_stale(
    run_query: Callable[[str, Parameters], Awaitable[list[Row]]],
    dimension: str,
    what: Staleness,
    most: int,
) -> Stale:
    """Return at most `most` stale taggings in a dimension, by customer."""
    rows = await run_query(
        statement("stale_taggings"),
        {
            "dimension": dimension,
            "now": what.now,
            "before": what.before,
            "awake": what.awake,
            "most": most,
        },
    )
    taggings = tuple((row["customer"], row["tag"]) for row in rows if row["tag"] is not None)
    return Stale(taggings, rows[0]["kept"])


async def close_stale(
    transaction: Transaction, taggings: tuple[tuple[str, str], ...], what: Staleness
) -> int:
    """Close taggings and return how many were closed; those repeated meanwhile stay open."""
    return await untag(transaction, taggings, what.now, {"before": what.before})
