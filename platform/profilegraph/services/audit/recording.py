"""Records what is no change of the graph: entries in a transaction of their own, and refusals."""

from __future__ import annotations

from datetime import datetime

import structlog

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.identity import Principal
from profilegraph.errors import Forbidden, ProfilegraphError
from profilegraph.services.audit.entries import actor_of
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction

NOTHING = AuditTargets()
_log = structlog.get_logger(__name__)


async def append(platform: Platform, *entries: AuditEntry) -> None:
    """Append entries in a transaction of their own."""

    async def work(transaction: Transaction) -> None:
        for entry in entries:
            transaction.record(entry)

    await platform.database.write(work)


async def record_refusal(
    platform: Platform, who: Principal, error: Forbidden, operation: str, now: datetime
) -> None:
    """Record once that something was refused, whichever layer of the request comes to it first.

    The refused gets the refusal in any case: if it cannot be recorded, the log of the process says so.
    """
    await note_refusal(platform, actor_of(who), error, operation, now)


async def note_refusal(
    platform: Platform,
    actor: AuditActor,
    error: Forbidden,
    operation: str,
    now: datetime,
    targets: AuditTargets = NOTHING,
) -> None:
    """Record a refusal as `record_refusal` does, with what it was about."""
    if error.recorded:
        return
    error.recorded = True
    entry = AuditEntry.of(AuditKind.REFUSAL, operation, actor, now, targets, error.code)
    try:
        await append(platform, entry)
    except ProfilegraphError as failure:
        _log.error("refusal_not_recorded", operation=operation, code=failure.code)
