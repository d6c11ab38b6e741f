"""Numbers for customers that were saved before there were cohorts."""

from __future__ import annotations

from profilegraph.segments.cohorts import cohort_number
from profilegraph.storage.database import Database, Transaction

_BATCH = 10_000


async def number_customers(database: Database) -> None:
    """Give each customer without a cohort number its own, some thousands in a transaction."""
    while await database.write(_number_some):
        pass


async def _number_some(transaction: Transaction) -> int:
    found = await transaction.run(
        "MATCH (c:Customer) WHERE c.cohort IS NULL RETURN c.key AS key LIMIT $batch",
        {"batch": _BATCH},
    )
    rows = [{"key": row["key"], "cohort": cohort_number(row["key"])} for row in found]
    await transaction.run(
        "UNWIND $rows AS row MATCH (c:Customer {key: row.key}) SET c.cohort = row.cohort",
        {"rows": rows},
    )
    return len(rows)
