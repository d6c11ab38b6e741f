"""GraphQL types of the audit log."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.audit.enums import AuditKind
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import list_field
from profilegraph.api.runtime.ids import decode_text, encode_text
from profilegraph.api.runtime.paging import PageInfo, foreign_cursor
from profilegraph.domain import audit as domain
from profilegraph.domain.audit import AuditCursor, AuditPage, AuditPosition, StoredAuditEntry


@object_type
class AuditEntry:
    """One entry of the audit log. It names keys only, and no personal data."""

    position: str = strawberry.field(
        description="Where it is in the log, as `profilegraph audit verify` names it."
    )
    kind: AuditKind = strawberry.field(description="What it is about.")
    operation: str = strawberry.field(
        description="The change, the fields of the query, or the work in the background."
    )
    at: datetime = strawberry.field(description="When it was done.")
    actor: str = strawberry.field(description="The name of whoever did it.")
    principal: str | None = strawberry.field(
        description="Id of the API key, session or token; null for the operator and the platform."
    )
    employee: str | None = strawberry.field(description="Key of the employee who did it.")
    on_behalf_of: str | None = strawberry.field(
        description="For work in the background, the name of whoever asked for it."
    )
    customer_count: int = strawberry.field(description="The number of customers.")
    customers_digest: str | None = strawberry.field(
        description="If customers are not named, a SHA-256 of their keys where it is known."
    )
    code: str | None = strawberry.field(
        description="The outcome: why something was refused, how a delivery or an export ended."
    )
    entry: strawberry.Private[domain.AuditEntry]

    @list_field
    def customers(self) -> list[str]:
        """Keys of the customers; empty if there are more than 100."""
        return list(self.entry.customers)

    @list_field
    def targets(self) -> list[str]:
        """What else it was about, as `kind:key`, such as `segment:loyal`."""
        return list(self.entry.targets)

    @classmethod
    def of(cls, stored: StoredAuditEntry) -> AuditEntry:
        """Return an entry of the domain as the API shows it."""
        entry, actor = stored.entry, stored.entry.actor
        return cls(
            position=str(stored.position),
            kind=entry.kind,
            operation=entry.operation,
            at=entry.at,
            actor=actor.name,
            principal=actor.principal,
            employee=actor.employee,
            on_behalf_of=actor.on_behalf_of,
            customer_count=entry.customer_count,
            customers_digest=entry.customers_digest,
            code=entry.code,
            entry=entry,
        )


@object_type
class AuditEdge:
    """An entry in a list, and its cursor."""

    cursor: str = strawberry.field(description="Give it as `after` to get what follows.")
    node: AuditEntry = strawberry.field(description="The entry.")


@object_type
class AuditConnection:
    """A page of the audit log, the newest entries first."""

    edges: list[AuditEdge] = strawberry.field(description="The entries of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")
    unnamed: int = strawberry.field(
        description=(
            "If a customer is asked for: how many other entries fit, name too many customers to name"
            " them, and so may be about it."
        )
    )

    @classmethod
    def of(cls, page: AuditPage, after: str | None) -> AuditConnection:
        """Return a page of the domain as the API shows it."""
        edges = [AuditEdge(cursor=_cursor(one), node=AuditEntry.of(one)) for one in page.entries]
        info = PageInfo.of([edge.cursor for edge in edges], after, page.has_next)
        return cls(edges=edges, page_info=info, unnamed=page.unnamed)


def place(cursor: str | None) -> AuditCursor | None:
    """Return the place of a cursor; raises InvalidInput if it belongs to another list."""
    if cursor is None:
        return None
    try:
        moment, _, position = decode_text(cursor).partition(" ")
        partition, number = map(int, position.split("-"))
        at = datetime.fromisoformat(moment)
    except ValueError as fault:
        raise foreign_cursor("it is none of this list") from fault
    if at.tzinfo is None or not 0 <= number < 2**63 or not 0 <= partition < domain.PARTITIONS:
        raise foreign_cursor("it is none of this list")
    return AuditCursor(at, AuditPosition(partition, number))


def _cursor(one: StoredAuditEntry) -> str:
    return encode_text(f"{one.entry.at.isoformat()} {one.position}")
