"""GraphQL types of groups of segments, in which overlaps are resolved by rank."""

from __future__ import annotations

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import GlobalId, Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.api.segments.segment import SegmentPreview
from profilegraph.api.taxonomies.types import Labelled
from profilegraph.domain.access import Permission
from profilegraph.domain.segment_groups import SegmentGroup as StoredGroup
from profilegraph.language.facts import When
from profilegraph.services.segments import groups, service
from profilegraph.services.segments.broken import broken_segments
from profilegraph.services.segments.groups import GroupAssignment, SegmentShare


@object_type
class GroupShare:
    """The customers of a group that belong to one of its segments."""

    share: strawberry.Private[SegmentShare]
    past: strawberry.Private[When | None]
    rank: int = strawberry.field(description="Its rank: 1 is the first.")
    segment_key: str = strawberry.field(description="Business key of the segment.")
    members: int = strawberry.field(description="The number of the segment's members.")
    count: int = strawberry.field(
        description=(
            "The number of customers that belong to it: its members that are in no segment before "
            "it."
        )
    )

    @field
    async def segment(self, info: Info) -> Segment:
        """The segment."""
        found = await service.segment(info.context.platform, self.segment_key, self.past)
        return Segment.of(found, self.past)

    @field
    def own(self) -> SegmentPreview:
        """The customers that belong to it, as a filter for further queries."""
        return SegmentPreview(condition=self.share.filter, past=self.past)

    @classmethod
    def of(cls, one: SegmentShare, past: When | None) -> GroupShare:
        """Return the API's view of a share."""
        return cls(
            share=one,
            past=past,
            rank=one.rank,
            segment_key=one.segment,
            members=one.members,
            count=one.own,
        )


@object_type
class GroupShares:
    """A group's customers, each in exactly one share."""

    total: int = strawberry.field(
        description="The number of members of any of its segments: the sum of the shares."
    )
    shares: list[GroupShare] = strawberry.field(description="One per segment, by rank.")


@type_requires(Permission.SEGMENTS_READ)
@object_type
class SegmentGroup(Node, Labelled):
    """Segments of which each customer belongs to at most one.

    It belongs to the first in rank that it is a member of.
    """

    group: strawberry.Private[StoredGroup]
    past: strawberry.Private[When | None]
    key: str = strawberry.field(description="The business key.")
    owner: str = strawberry.field(description="Name of the API key that it belongs to.")
    segment_keys: list[str] = strawberry.field(
        description="Business keys of its segments, the first in rank first."
    )
    weights: list[float] | None = strawberry.field(
        description="Their weights, the heaviest first; null if they are ranked without weights."
    )

    @field
    def id(self, info: Info) -> strawberry.ID:  # type: ignore[override]  # GraphQL has one signature
        """An opaque global id: of the group now, or with the customers as of another moment."""
        as_of, now = info.context.moments(self.past)
        return GlobalId("SegmentGroup", self.key, as_of=as_of, now=now).text()

    @list_field
    async def broken(self, info: Info) -> list[Segment]:
        """Its broken segments; while there are any, customers cannot be assigned."""
        platform = info.context.platform
        keys = await broken_segments(platform, self.segment_keys)
        return [Segment.of(await service.segment(platform, key)) for key in sorted(keys)]

    @field
    async def shares(self, info: Info) -> GroupShares | None:
        """How many customers belong to each of its segments.

        Null, with an error, where one is broken.
        """
        context = info.context
        when = self.past or context.now
        found = await groups.shares(context.platform, self.group, when)
        own = [GroupShare.of(one, self.past) for one in found.shares]
        return GroupShares(total=found.total, shares=context.budget.take(own))

    @classmethod
    def of(cls, one: StoredGroup, past: When | None = None) -> SegmentGroup:
        """Return the API's view of a group."""
        return cls(
            labels=one.labels,
            group=one,
            past=past,
            key=one.key,
            owner=one.owner,
            segment_keys=list(one.segments),
            weights=None if one.weights is None else list(one.weights),
        )


@object_type
class PrimarySegment:
    """The segment of a group to which a customer belongs, and why."""

    found: strawberry.Private[GroupAssignment]
    past: strawberry.Private[When | None]
    rank: int | None = strawberry.field(description="The segment's rank in the group.")

    @field
    async def segment(self, info: Info) -> Segment | None:
        """The segment; null if the customer is a member of none in the group."""
        key = self.found.segment
        if key is None:
            return None
        found = await service.segment(info.context.platform, key, self.past)
        return Segment.of(found, self.past)

    @list_field
    async def among(self, info: Info) -> list[Segment]:
        """All segments of the group that the customer is a member of, by rank."""
        platform = info.context.platform
        found = [await service.segment(platform, key, self.past) for key in self.found.segments]
        return [Segment.of(one, self.past) for one in found]

    @field
    async def reason(self, info: Info, locale: Locale = "en") -> str:
        """Why it is this one, as a sentence."""
        among = await self.among(info)
        names = [one.labels.text(locale) for one in among]
        return groups.reason(self.found, names, locale)

    @classmethod
    def of(cls, found: GroupAssignment, past: When | None) -> PrimarySegment:
        """Return the API's view of a customer's segment."""
        return cls(found=found, past=past, rank=found.ranks[0] if found.ranks else None)
