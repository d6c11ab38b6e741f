"""The viewer: who asks, and their permissions."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry

from profilegraph.api.customers.organisation import Employee
from profilegraph.api.duties.types import Team, load_employee
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import Duty, Permission, PermissionReason
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.taxonomies.types import Dimension
from profilegraph.domain import duties as domain
from profilegraph.domain.taxonomy.definition import Duty as DomainDuty


@object_type
class ViewerDuty:
    """A duty that you have in a dimension."""

    dimension: Dimension = strawberry.field(description="The dimension.")
    duty: Duty = strawberry.field(description="The duty.")
    reason: PermissionReason = strawberry.field(description="Why you may do it.")


@object_type
class Viewer:
    """The viewer: who asks, by an API key, a session of a browser, or a token."""

    name: str = strawberry.field(
        description="Name of the author of what you change: that of the API key, or of the employee."
    )
    administrator: bool = strawberry.field(
        description="Whether you have the role `admin`, for which duties are no bounds."
    )

    @list_field
    def permissions(self, info: Info) -> list[Permission]:
        """What you may do, with the customers that you see."""
        access = info.context.platform.access
        return [one for one in Permission if access.permits(one)]

    @list_field
    def roles(self, info: Info) -> list[str]:
        """Keys of your roles."""
        return [one.role for one in info.context.platform.access.grants]

    @field
    async def employee(self, info: Info) -> Employee | None:
        """The employee; null for a machine."""
        key = info.context.viewer.employee
        return None if key is None else await load_employee(info, key)

    @list_field
    async def teams(self, info: Info) -> list[Team]:
        """Your team and its ancestors."""
        actor = await info.context.actor_with_teams()
        return await asyncio.gather(*(Team.load(info, key) for key in sorted(actor.teams)))

    @list_field
    async def duties(
        self,
        info: Info,
        dimensions: Annotated[
            list[str] | None,
            strawberry.argument(description="Keys of dimensions; by default all."),
        ] = None,
    ) -> list[ViewerDuty]:
        """The duties that you have: of your team, lent to you, or as an administrator."""
        context = info.context
        catalogue, actor = await context.catalogue(), await context.actor_with_teams()
        wanted = catalogue.dimensions if dimensions is None else dimensions
        views = [Dimension.of(key, catalogue) for key in wanted]
        governed = await context.load.governance.load_many([one.key for one in views])
        return [
            ViewerDuty(dimension=dimension, duty=duty, reason=reason)
            for dimension, found in zip(views, governed, strict=True)
            for governance in found
            for duty in DomainDuty
            if (reason := domain.may(actor, duty, governance, context.now)) is not None
        ]
