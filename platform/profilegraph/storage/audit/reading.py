"""Reads entries of the audit log, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from profilegraph.domain.audit import (
    AuditCursor,
    AuditKind,
    AuditPage,
    AuditPosition,
    AuditQuestion,
)
from profilegraph.storage.audit.appending import stored_entry
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.statements import statement

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_NEWEST = AuditCursor(_LAST, AuditPosition(0, 0))


async def read_audit_page(
    database: Database, question: AuditQuestion, after: AuditCursor | None, most: int
) -> AuditPage:
    """Return at most `most` entries that a question asks for, after a cursor."""
    wanted = _parameters(question)
    rows = await database.read(statement("read_audit"), wanted | _after(after) | {"most": most + 1})
    entries = tuple(stored_entry(row["entry"]) for row in rows[:most])
    unnamed = 0
    if question.customer is not None:
        [counted] = await database.read(statement("count_unnamed"), wanted)
        unnamed = counted["unnamed"]
    return AuditPage(entries, len(rows) > most, unnamed)


def _parameters(question: AuditQuestion) -> dict[str, Any]:
    kind = question.what in set(AuditKind)
    return {
        "who": question.who,
        "kind": question.what if kind else None,
        "operation": None if kind else question.what,
        "customer": question.customer,
        "target": question.target,
        "since": question.since or _FIRST,
        "until": question.until or _LAST,
    }


def _after(cursor: AuditCursor | None) -> dict[str, Any]:
    place = cursor or _NEWEST
    position = place.position
    return {"at": place.at, "partition": position.partition, "number": position.number}
