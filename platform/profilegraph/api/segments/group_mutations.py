"""Mutations on groups of segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.customers.inputs import LabelsInput
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.group_queries import GroupKey
from profilegraph.api.segments.groups import SegmentGroup
from profilegraph.domain.access import Permission
from profilegraph.services.segments import groups
from profilegraph.services.segments.groups import DeleteSegmentGroup, SaveSegmentGroup


@object_type
class GroupMutation:
    """Mutations on groups of segments."""

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def save_segment_group(
        self,
        info: Info,
        key: GroupKey,
        labels: Annotated[LabelsInput, strawberry.argument(description="Its name.")],
        segments: Annotated[
            list[str],
            strawberry.argument(
                description="Business keys of 2 to 20 segments: a customer belongs to the first"
                " that it is a member of."
            ),
        ],
        weights: Annotated[
            list[float] | None,
            strawberry.argument(
                description=(
                    "One per segment: a customer then belongs to the heaviest of which it is a member, "
                    "and among equals to the first."
                )
            ),
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> SegmentGroup:
        """Ranks segments in a group, so that each customer belongs to at most one of them."""
        given = None if weights is None else tuple(weights)
        command = SaveSegmentGroup(key, labels.labels(), tuple(segments), given)
        requester = command_context(info.context, idempotency_key)
        found = await groups.save_group(info.context.platform, command, requester)
        return SegmentGroup.of(found)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def delete_segment_group(
        self, info: Info, key: GroupKey, idempotency_key: IdempotencyKey = None
    ) -> strawberry.ID:
        """Deletes a group; its segments stay.

        Answers with the global id that it had.
        """
        requester = command_context(info.context, idempotency_key)
        await groups.delete_group(info.context.platform, DeleteSegmentGroup(key), requester)
        return encode_id(SegmentGroup.__name__, key)
