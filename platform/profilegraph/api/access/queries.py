"""Queries on roles, and on why somebody may see a customer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.access.types import CustomerAccess, Role
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.permissions import requires
from profilegraph.domain.access import Permission
from profilegraph.services.access import roles
from profilegraph.services.access.explaining import explain_access, explain_for


@object_type
class AccessQuery:
    """Queries on roles, and on why somebody may see a customer."""

    @list_field
    @requires(None)
    async def roles(self, info: Info) -> list[Role]:
        """All roles: the built-in ones, then those of the deployment's own."""
        return [Role.of(one) for one in await roles.roles(info.context.platform)]

    @field
    @requires(None)
    async def access(
        self,
        info: Info,
        customer: Annotated[str, strawberry.argument(description="Key of the customer.")],
        employee: Annotated[
            str | None,
            strawberry.argument(
                description="Key of an employee, for administrators; by default yourself."
            ),
        ] = None,
    ) -> CustomerAccess:
        """Why you may see a customer; administrators ask why an employee may, or may not."""
        context = info.context
        if employee is None:
            found = await explain_access(context.platform, customer, context.now)
        else:
            context.platform.access.require(Permission.ADMINISTER, "asking for somebody else")
            found = await explain_for(context.platform, employee, customer, context.now)
        return CustomerAccess(explanation=found)
