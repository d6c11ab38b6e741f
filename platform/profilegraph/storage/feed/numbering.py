"""Assigns numbers to customers that were saved without: by older versions or by other programs."""

from __future__ import annotations

from profilegraph.language.cohorts import cohort_number
from profilegraph.storage.neo4j.database import Database, Transaction

_BATCH = 10_000


async def number_cohorts(database: Database) -> None:
    """Assign a cohort number to each customer without one, in batches."""
    while await database.write(_cohorts):
        pass


async def number_ordinals(database: Database) -> None:
    """Assign an ordinal to each customer without one, in batches."""
    while await database.write(_ordinals):
        pass


async def count_without_ordinal(database: Database) -> int:
    """Return how many customers have no ordinal."""
    [row] = await database.read(
        "MATCH (c:Customer) WHERE c.ordinal IS NULL RETURN count(c) AS count"
    )
    count: int = row["count"]
    return count


async def _cohorts(transaction: Transaction) -> int:
    found = await transaction.run(
        "MATCH (c:Customer) WHERE c.cohort IS NULL RETURN c.key AS key LIMIT $batch",
        {"batch": _BATCH},
    )
    rows = [{"key": row["key"], "cohort": cohort_number(row["key"])} for row in found]
    await transaction.run(
        "UNWIND $rows AS row MATCH (c:Customer {key: row.key}) SET c.cohort = row.cohort",
        {"rows": rows},
    )
    transaction.touch(row["key"] for row in found)
    return len(rows)


async def _ordinals(transaction: Transaction) -> int:
    found = await transaction.run(
        "MATCH (c:Customer) WHERE c.ordinal IS NULL RETURN c.key AS key LIMIT $batch",
        {"batch": _BATCH},
    )
    keys = [row["key"] for row in found]
    rows = [
        {"key": key, "ordinal": ordinal}
        for key, ordinal in zip(keys, transaction.ordinals(len(keys)), strict=True)
    ]
    await transaction.run(
        "UNWIND $rows AS row MATCH (c:Customer {key: row.key}) WHERE c.ordinal IS NULL"
        " SET c.ordinal = row.ordinal",
        {"rows": rows},
    )
    transaction.touch(keys)
    return len(rows)
