"""Queries on groups of segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.groups import PrimarySegment, SegmentGroup
from profilegraph.api.segments.segment import AsOf, Now
from profilegraph.domain.access import Permission
from profilegraph.errors import NotFound
from profilegraph.services.segments import groups

GroupKey = Annotated[str, strawberry.argument(description="Business key of the group.")]


@object_type
class GroupQuery:
    """Queries on groups of segments."""

    @field
    @requires(Permission.SEGMENTS_READ)
    async def segment_group(
        self, info: Info, key: GroupKey, as_of: AsOf = None, now: Now = None
    ) -> SegmentGroup | None:
        """A group of segments of which each customer belongs to at most one; null if there is none."""
        try:
            found = await groups.group(info.context.platform, key)
        except NotFound:
            return None
        return SegmentGroup.of(found, info.context.past(as_of, now))

    @list_field
    @requires(Permission.SEGMENTS_READ)
    async def segment_groups(self, info: Info) -> list[SegmentGroup]:
        """All groups of segments, by key."""
        found = await groups.groups(info.context.platform)
        return [SegmentGroup.of(one) for one in found]

    @field
    @requires(Permission.SEGMENTS_READ)
    async def primary_segment(
        self,
        info: Info,
        customer: Annotated[str, strawberry.argument(description="Key of the customer.")],
        group: GroupKey,
        as_of: AsOf = None,
        now: Now = None,
    ) -> PrimarySegment:
        """The segment of a group to which a customer belongs, and why."""
        context, past = info.context, info.context.past(as_of, now)
        of = await groups.group(context.platform, group)
        found = await groups.primary(context.platform, of, customer, past or context.now)
        return PrimarySegment.of(found, past)
