"""What can be asked about duties, and about who asks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.duties.types import DutyLoan
from profilegraph.api.duties.viewer import Viewer
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.services import duties


@object_type
class DutyQuery:
    """What can be asked about duties, and about who asks."""

    @field
    def viewer(self, info: Info) -> Viewer:
        """Who asks, and what they may."""
        actor = info.context.viewer.actor
        return Viewer(name=actor.name, administrator=actor.administrator)

    @list_field
    async def loans(
        self,
        info: Info,
        dimension: Annotated[
            str | None, strawberry.argument(description="Key of a dimension: all if left out.")
        ] = None,
        ended: Annotated[
            bool, strawberry.argument(description="Whether those that are over are listed too.")
        ] = False,
    ) -> list[DutyLoan]:
        """The duties that are lent, the newest loan first."""
        context = info.context
        found = await duties.loans(context.platform, context.now, dimension, ended=ended)
        return [DutyLoan.of(one) for one in found]
