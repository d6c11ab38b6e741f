"""Answers who did what, when and to whom, from the audit log."""

from __future__ import annotations

from profilegraph.domain.audit import AuditCursor, AuditPage, AuditQuestion
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.errors import InvalidInput
from profilegraph.services.platform import Platform
from profilegraph.storage.audit.reading import read_audit_page


async def audit_page(
    platform: Platform, question: AuditQuestion, first: int, after: AuditCursor | None = None
) -> AuditPage:
    """Return the first entries that a question asks for, the newest first, after a cursor.

    Entries that were just written are there, whether sealed or not. Raises InvalidInput for a page
    of another size than 1 to 1,000.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"a page has 1 to {MAX_PAGE:,} entries, not {first}.", where="first")
    return await read_audit_page(platform.database, question, after, first)
