"""Records reads of contact data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from profilegraph.domain.audit import AuditEntry, AuditKind, AuditTargets
from profilegraph.domain.identity import Principal
from profilegraph.services.audit.entries import actor_of
from profilegraph.services.audit.recording import require_record
from profilegraph.services.platform import Platform


async def record_contact_read(
    platform: Platform, who: Principal, customers: Sequence[str], operation: str, now: datetime
) -> None:
    """Record whose contact data one request shows unmasked: call it once, before the answer is sent.

    Customers are given by key. Raises NotRecorded: then the data must not be shown.
    """
    if customers:
        targets = AuditTargets(customers=tuple(customers))
        entry = AuditEntry.of(AuditKind.CONTACT_READ, operation, actor_of(who), now, targets)
        await require_record(platform, entry)
