"""Queries on the audit log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry

from profilegraph.api.audit.types import AuditConnection, place
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.paging import DEFAULT_PAGE
from profilegraph.api.runtime.permissions import requires
from profilegraph.domain.access import Permission
from profilegraph.domain.audit import AuditQuestion
from profilegraph.services.audit.questions import audit_page


@object_type
class AuditQuery:
    """Queries on the audit log."""

    @field
    @requires(Permission.AUDIT_READ)
    async def audit(
        self,
        info: Info,
        first: Annotated[
            int, strawberry.argument(description="How many at most: 1 to 1,000.")
        ] = DEFAULT_PAGE,
        after: Annotated[
            str | None, strawberry.argument(description="The cursor after which the page begins.")
        ] = None,
        who: Annotated[
            str | None,
            strawberry.argument(
                description="Name of an author, key of an employee, or id of a key, session or token."
            ),
        ] = None,
        what: Annotated[
            str | None,
            strawberry.argument(
                description="A kind of entry, such as EXPORT, or an operation, such as TagCustomers."
            ),
        ] = None,
        customer: Annotated[
            str | None, strawberry.argument(description="Key of a customer that entries name.")
        ] = None,
        target: Annotated[
            str | None,
            strawberry.argument(description="Anything else that entries name: `kind:key`."),
        ] = None,
        since: Annotated[
            datetime | None, strawberry.argument(description="The first moment.")
        ] = None,
        until: Annotated[
            datetime | None, strawberry.argument(description="The end, exclusive.")
        ] = None,
    ) -> AuditConnection:
        """Who did what, when and to whom: changes, reads of contact data, exports, sign-ins, refusals."""
        question = AuditQuestion(who, what, customer, target, since, until)
        page = await audit_page(info.context.platform, question, first, place(after))
        entries = tuple(info.context.budget.take(list(page.entries)))
        return AuditConnection.of(replace(page, entries=entries), after)
