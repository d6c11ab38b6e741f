"""Deletes old entries of the audit log; the chain stays verifiable from where it was cut."""

from __future__ import annotations

from datetime import datetime, timedelta

from profilegraph.domain.audit import (
    AuditActor,
    AuditEntry,
    AuditKind,
    AuditTargets,
    cut_target,
)
from profilegraph.services.audit.sealing import seal_entries
from profilegraph.storage.audit.seals import cut_chain, lock_chain, read_last_before, read_seals
from profilegraph.storage.neo4j.database import Database, Transaction

PRUNING = "audit retention"
"""The name of the routine, which is also the author of what it deletes."""
PRUNE_SECONDS = 3_600.0
"""The pause between rounds of the routine."""
_SEALS = 10
"""Most seals that are deleted in one transaction."""


async def prune_audit(
    database: Database, before: datetime, now: datetime, actor: AuditActor
) -> int:
    """Delete the entries that were sealed before a moment, and return their number.

    Each transaction appends an entry that names the last deleted seal, by which the cut is verified.
    """
    database = database.patient
    await seal_entries(database, now)

    async def work(transaction: Transaction) -> int:
        chain = await lock_chain(transaction)
        start = chain.cut_number
        number = await read_last_before(transaction, start, start + _SEALS, before)
        if number is None:
            return 0
        [(last, _)] = await read_seals(transaction.run, number - 1, number)
        deleted = await cut_chain(transaction, chain, last)
        targets = AuditTargets(others=(cut_target(number, last.hash), f"entries:{deleted}"))
        transaction.record(AuditEntry.of(AuditKind.RETENTION, "pruneAudit", actor, now, targets))
        return deleted

    total = 0
    while deleted := await database.write(work):
        total += deleted
    await seal_entries(database, now)
    return total


async def keep_days(database: Database, days: int, now: datetime) -> int:
    """Delete entries that are older than so many days, and return their number."""
    return await prune_audit(database, now - timedelta(days=days), now, AuditActor(PRUNING))
