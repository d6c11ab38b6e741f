"""Records exports: before the first byte leaves, and how far they came."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from profilegraph.domain.audit import (
    MOST_NAMED,
    AuditActor,
    AuditEntry,
    AuditKind,
    AuditTargets,
    CustomersDigest,
)
from profilegraph.services.audit.recording import append, require_record
from profilegraph.services.exports.columns import ExportRow
from profilegraph.services.exports.tables import ExportTable
from profilegraph.services.platform import Platform

STARTED = "STARTED"
COMPLETE = "COMPLETE"
BROKEN = "BROKEN"


@dataclass
class RecordedExport:
    """An export in progress, and the customers that it has read so far."""

    platform: Platform
    entry: AuditEntry
    _digest: CustomersDigest = field(default_factory=CustomersDigest)
    _first: list[str] = field(default_factory=list)
    _last: str | None = None

    @classmethod
    async def begin(
        cls,
        platform: Platform,
        actor: AuditActor,
        segment: str,
        form: str,
        table: ExportTable,
        now: datetime,
    ) -> tuple[Self, ExportTable]:
        """Record that an export begins, and return it with the table to write.

        Raises NotRecorded: then nothing may be written.
        """
        named = AuditTargets.of(segment=segment, form=form)
        columns = tuple(f"column:{column.name}" for column in table.columns)
        targets = AuditTargets(others=(*named.others, *columns))
        entry = AuditEntry.of(AuditKind.EXPORT, "export", actor, now, targets, STARTED)
        await require_record(platform, entry)
        export = cls(platform, entry)
        return export, replace(table, pages=export._counted(table.pages))

    async def end(self, now: datetime, *, complete: bool) -> None:
        """Record that the export ended, and how many customers it had read."""
        entry = replace(self.entry, at=now, code=COMPLETE if complete else BROKEN)
        if self._digest.count <= MOST_NAMED:
            entry = entry.about(self._first)
        else:
            digest = self._digest.hexadecimal
            entry = replace(entry, customer_count=self._digest.count, customers_digest=digest)
        await append(self.platform, entry)

    async def _counted(
        self, pages: AsyncGenerator[Sequence[ExportRow], None]
    ) -> AsyncGenerator[Sequence[ExportRow], None]:
        """Yield pages after counting their customers, each once: people of one follow each other."""
        async with aclosing(pages):
            async for page in pages:
                for row in page:
                    self._count(row.profile.key)
                yield page

    def _count(self, customer: str) -> None:
        if customer != self._last:
            self._last = customer
            self._digest.add([customer])
            if len(self._first) < MOST_NAMED:
                self._first.append(customer)
