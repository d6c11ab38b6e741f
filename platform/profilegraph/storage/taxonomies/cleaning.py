"""Taggings that no longer hold: found in one dimension, and closed."""

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
    """Those that were last said before this are; None where only those are that are over."""
    awake: datetime | None
    """Customers who have done nothing since keep theirs; None where none does."""


@dataclass(frozen=True)
class Stale:
    """Stale taggings, as pairs of a customer's key and a tag's, and how many are kept all the same."""

    taggings: tuple[tuple[str, str], ...]
    kept: int


async def find_stale(
    ask: Callable[[str, Parameters], Awaitable[list[Row]]],
    dimension: str,
    what: Staleness,
    most: int,
) -> Stale:
    """Return at most so many stale taggings in a dimension, by customer; reads in any transaction."""
    rows = await ask(
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
    """Return how many of some taggings are closed: those that nobody has said again meanwhile."""
    return await untag(transaction, taggings, what.now, {"before": what.before})
