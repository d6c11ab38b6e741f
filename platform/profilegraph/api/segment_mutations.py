"""What can be changed about saved segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.context import Info
from profilegraph.api.fields import field
from profilegraph.api.filters import to_node
from profilegraph.api.idempotency import IdempotencyKey, request_key
from profilegraph.api.inputs import SaveSegmentInput, key
from profilegraph.api.types.saved_segment import Segment
from profilegraph.services import segment_history, segments

SegmentKey = Annotated[str, strawberry.argument(description="Business key of the segment.")]
Note = Annotated[str, strawberry.argument(description="What changed, and why.")]


@strawberry.type(description="What can be changed about saved segments.")
class SegmentMutation:
    """What can be changed about saved segments."""

    @field(
        "Saves a filter as the newest version of a segment; the older ones are kept. The filter that"
        " the newest version has already makes no new one; labels belong to the segment, not to a"
        " version. Answers with the version that holds the filter."
    )
    async def save_segment(
        self,
        info: Info,
        input: Annotated[SaveSegmentInput, strawberry.argument(description="The segment.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the saved segment."""
        context = info.context
        saved = await segments.save_segment(
            context.platform,
            key(input.key, "input.key"),
            input.labels.labels(),
            to_node(input.filter),
            author=context.viewer.name,
            note=input.note,
            now=context.now,
            request_key=request_key(context, idempotency_key),
        )
        return Segment.of(saved)

    @field(
        "Makes the filter of an older version that of the newest again: a new version, unless the"
        " newest asks for the same already. Answers with the version that holds the filter."
    )
    async def rollback_segment(
        self,
        info: Info,
        key: SegmentKey,
        version: Annotated[int, strawberry.argument(description="Number of the older version.")],
        note: Note = "",
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the segment after the rollback."""
        context = info.context
        saved = await segment_history.roll_back(
            context.platform,
            key,
            version,
            author=context.viewer.name,
            note=note,
            now=context.now,
            request_key=request_key(context, idempotency_key),
        )
        return Segment.of(saved)
