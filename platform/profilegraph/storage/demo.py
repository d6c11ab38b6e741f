"""The queries of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from profilegraph.domain.values import from_units
from profilegraph.storage.neo4j.database import Database


@dataclass(frozen=True)
class Totals:
    """Counts of customers and purchases, the sum of amounts, and the first and last purchase."""

    customers: int
    purchases: int
    spent: Decimal
    first: datetime
    last: datetime


async def only_from(database: Database, source: str, customers: int) -> bool:
    """Return whether the graph has exactly this number of customers, all from the import `source`."""
    rows = await database.read(
        "WITH COUNT { (:Customer) } AS found"
        " RETURN found = 0 OR (found <= $customers AND EXISTS { (:Import {source: $source}) }) AS fine",
        {"source": source, "customers": customers},
    )
    return bool(rows[0]["fine"])


async def read_totals(database: Database) -> Totals:
    """Return the totals of all customers and purchases."""
    rows = await database.read(
        "MATCH (e:Event {type: 'purchase'})"
        " RETURN COUNT { (:Customer) } AS customers, count(e) AS purchases,"
        " sum(e.amount) AS spent, min(e.at) AS first, max(e.at) AS last"
    )
    row = rows[0]
    spent = from_units(row["spent"])
    return Totals(row["customers"], row["purchases"], spent, row["first"], row["last"])
