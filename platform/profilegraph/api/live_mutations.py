"""What can be changed about live segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.context import Info
from profilegraph.api.fields import field
from profilegraph.api.idempotency import IdempotencyKey, request_key
from profilegraph.api.types.saved_segment import Segment
from profilegraph.services.live import watching
from profilegraph.services.segment_rules import Act

HOURLY = "0 * * * *"


@strawberry.type(description="What can be changed about live segments.")
class LiveMutation:
    """What can be changed about live segments."""

    @field(
        "Has a segment evaluated when something changes, by schedule, both, or with neither no more."
        " Its members at the first time are where its history begins: they have not entered it."
    )
    async def set_segment_live(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the segment.")],
        on_change: Annotated[
            bool,
            strawberry.argument(description="Whether changed customers are evaluated at once."),
        ] = True,
        schedule: Annotated[
            str | None,
            strawberry.argument(
                description="When all are, as time alone moves customers too: minute, hour, day,"
                " month and named weekday in the deployment's time zone, such as `0 3 * * mon-fri`."
            ),
        ] = HOURLY,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the segment."""
        context = info.context
        act = Act(context.viewer.name, context.now, request_key(context, idempotency_key))
        found = await watching.set_live(
            context.platform, key, on_change=on_change, schedule=schedule, act=act
        )
        return Segment.of(found)
