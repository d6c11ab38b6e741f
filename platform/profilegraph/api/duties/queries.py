"""Queries on duties, and on the viewer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.duties.types import DutyLoan
from profilegraph.api.duties.viewer import Viewer
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.permissions import requires
from profilegraph.services import duties


@object_type
class DutyQuery:
    """Queries on duties, and on the viewer."""

    @field
    @requires(None)
    def viewer(self, info: Info) -> Viewer:
        """The viewer: who asks, and their permissions."""
        actor = info.context.viewer.actor
        return Viewer(name=actor.name, administrator=actor.administrator)

    @list_field
    @requires(None)
    async def loans(
        self,
        info: Info,
        dimension: Annotated[
            str | None, strawberry.argument(description="Key of a dimension; by default all.")
        ] = None,
        ended: Annotated[
            bool, strawberry.argument(description="Whether to include those that have ended.")
        ] = False,
    ) -> list[DutyLoan]:
        """The loans of duties, the newest first."""
        context = info.context
        found = await duties.loans(context.platform, context.now, dimension, ended=ended)
        return [DutyLoan.of(one) for one in found]
