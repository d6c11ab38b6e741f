"""Records what is no change of the graph: entries in a transaction of their own, and refusals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.identity import Principal
from profilegraph.errors import Forbidden, NotRecorded, ProfilegraphError
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


async def require_record(platform: Platform, entry: AuditEntry) -> None:
    """Append an entry about data that is to leave; raises NotRecorded if that fails: then none may."""
    try:
        await append(platform, entry)
    except ProfilegraphError as failure:
        _log.error("not_recorded", operation=entry.operation, code=failure.code)
        raise NotRecorded(
            "the audit log cannot take that these data are read, so they are not shown.",
            hint="Try again; if it stays so, an administrator finds the reason in the log of the server.",
        ) from failure


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
    await note_refusals(platform, actor, [(error, operation)], now, targets)


async def note_refusals(
    platform: Platform,
    actor: AuditActor,
    refusals: Iterable[tuple[Forbidden, str]],
    now: datetime,
    targets: AuditTargets = NOTHING,
) -> None:
    """Record refusals of operations as `note_refusal` does, in one transaction and each operation once."""
    new = [(error, operation) for error, operation in refusals if not error.recorded]
    if not new:
        return
    for error, _ in new:
        error.recorded = True
    codes = {(operation, error.code) for error, operation in new}
    entries = [
        AuditEntry.of(AuditKind.REFUSAL, operation, actor, now, targets, code)
        for operation, code in sorted(codes)
    ]
    try:
        await append(platform, *entries)
    except ProfilegraphError as failure:
        operations = [operation for operation, _ in sorted(codes)]
        _log.error("refusal_not_recorded", operations=operations, code=failure.code)
