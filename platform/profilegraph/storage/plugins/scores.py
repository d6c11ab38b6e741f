"""Writes the scores of models."""

from __future__ import annotations

from datetime import datetime

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.duties import OPERATOR
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.events import TagsWritten
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement


async def write_scores(database: Database, rows: list[Row], model: str, now: datetime) -> int:
    """Write scores and return the number of customers with changed metrics or tags.

    If any has, the audit log says so.
    """

    async def work(transaction: Transaction) -> int:
        parameters = {"rows": rows, "model": model, "now": now}
        result = await transaction.run(statement("write_scores"), parameters)
        transaction.touch(result[0]["touched"])
        changed = result[0]["changed"]
        given = tuple((customer, tag) for customer, tags, _ in changed for tag in tags)
        taken = tuple((customer, tag) for customer, _, tags in changed for tag in tags)
        if given or taken:
            transaction.emit(TagsWritten(now, given, taken))
        if changed:
            customers = tuple(customer for customer, _, _ in changed)
            targets, actor = AuditTargets.of(customers, model=model), AuditActor(OPERATOR.name)
            transaction.record(AuditEntry.of(AuditKind.CHANGE, "ComputeModel", actor, now, targets))
        return len(changed)

    return await database.write(work)


async def last_run(database: Database, model: str) -> datetime | None:
    """Return the latest moment for which a model was computed; None if it never was."""
    rows = await database.read(
        "MATCH (r:ModelRun {key: $model}) RETURN r.now AS now", {"model": model}
    )
    return rows[0]["now"] if rows else None


async def record_run(database: Database, model: str, now: datetime) -> None:
    """Store the moment for which a model was computed."""

    async def work(transaction: Transaction) -> None:
        parameters = {"model": model, "now": now}
        await transaction.run("MERGE (r:ModelRun {key: $model}) SET r.now = $now", parameters)

    await database.write(work)
