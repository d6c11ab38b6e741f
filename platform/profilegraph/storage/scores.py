"""What models read from the graph, and what they leave in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from profilegraph.storage.database import Database, Row, Transaction
from profilegraph.storage.statements import statement


async def read_customer_keys(database: Database) -> AsyncIterator[list[str]]:
    """Yield the keys of all customers in ascending order, some thousands at a time."""
    async for rows in database.stream("MATCH (c:Customer) RETURN c.key AS key ORDER BY key"):
        yield [row[0] for row in rows]


async def read_events(
    database: Database, types: Sequence[str], now: datetime
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """Yield rows of customer key, event type, moment in microseconds since 1970 UTC, and amount.

    Events up to `now`; the amount is in ten-thousandths of the currency unit, 0 where none is.
    """
    parameters = {"types": list(types), "now": now}
    async for rows in database.stream(statement("model_events"), parameters):
        yield rows


async def write_scores(database: Database, rows: list[Row], model: str, now: datetime) -> int:
    """Return how many customers got other metrics or tags than they had."""

    async def work(transaction: Transaction) -> int:
        parameters = {"rows": rows, "model": model, "now": now}
        result = await transaction.run(statement("write_scores"), parameters)
        transaction.touch(result[0]["touched"])
        return len(result[0]["changed"])

    return await database.write(work)


async def last_run(database: Database, model: str) -> datetime | None:
    """Return the latest moment as of which a model was computed; None where it never was."""
    rows = await database.read(
        "MATCH (r:ModelRun {key: $model}) RETURN r.now AS now", {"model": model}
    )
    return rows[0]["now"] if rows else None


async def record_run(database: Database, model: str, now: datetime) -> None:
    """Keep as of which moment a model was computed."""

    async def work(transaction: Transaction) -> None:
        parameters = {"model": model, "now": now}
        await transaction.run("MERGE (r:ModelRun {key: $model}) SET r.now = $now", parameters)

    await database.write(work)
