"""Groups of segments: overlaps resolved by rank."""

from __future__ import annotations

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.fields import field, listed
from profilegraph.api.runtime.ids import ID, GlobalId, Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.api.segments.segment import SegmentPreview
from profilegraph.api.taxonomies.types import Labelled
from profilegraph.domain.segment_groups import SegmentGroup as StoredGroup
from profilegraph.language.facts import When
from profilegraph.services.segments import groups, service
from profilegraph.services.segments.broken import broken_segments
from profilegraph.services.segments.groups import GroupAssignment, SegmentShare


@strawberry.type(description="What a group leaves to one of its segments.")
class GroupShare:
    """What a group leaves to one of its segments."""

    share: strawberry.Private[SegmentShare]
    past: strawberry.Private[When | None]
    rank: int = strawberry.field(description="Its rank: 1 is the first.")
    segment_key: str = strawberry.field(description="Business key of the segment.")
    members: int = strawberry.field(description="How many are members of the segment.")
    count: int = strawberry.field(
        description="How many belong to it: members of it and of none before it."
    )

    @field("The segment.")
    async def segment(self, info: Info) -> Segment:
        """Return the segment."""
        found = await service.segment(info.context.platform, self.segment_key, self.past)
        return Segment.of(found, self.past)

    @field("Those who belong to it, as a filter of which anything can be asked.")
    def own(self) -> SegmentPreview:
        """Return those who belong to it."""
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


@strawberry.type(description="A group's customers, each in exactly one share.")
class GroupShares:
    """A group's customers, each in exactly one share."""

    total: int = strawberry.field(
        description="How many are members of any of its segments: the shares add up to it."
    )
    shares: list[GroupShare] = strawberry.field(description="One a segment, by rank.")


@strawberry.type(
    description="Segments of which each customer belongs to exactly one: the first in rank that it"
    " is a member of."
)
class SegmentGroup(Node, Labelled):
    """Segments of which each customer belongs to exactly one."""

    group: strawberry.Private[StoredGroup]
    past: strawberry.Private[When | None]
    key: str = strawberry.field(description="The business key.")
    owner: str = strawberry.field(description="Name of the API key that it belongs to.")
    segment_keys: list[str] = strawberry.field(
        description="Business keys of its segments, the first in rank first."
    )
    weights: list[float] | None = strawberry.field(
        description="What ranks them, the heaviest first; null where they were ranked as such."
    )

    @field(ID)
    def id(self, info: Info) -> strawberry.ID:  # type: ignore[override]  # GraphQL has one signature
        """Return the id: of the group now, or with the customers as of another moment."""
        as_of, now = info.context.moments(self.past)
        return GlobalId("SegmentGroup", self.key, as_of=as_of, now=now).text()

    @listed("Those of its segments that are broken: while there are any, nobody can be told apart.")
    async def broken(self, info: Info) -> list[Segment]:
        """Return those of its segments that are broken."""
        platform = info.context.platform
        keys = await broken_segments(platform, self.segment_keys)
        return [Segment.of(await service.segment(platform, key)) for key in sorted(keys)]

    @field(
        "How many customers belong to each of its segments; null, with an error, where one is broken."
    )
    async def shares(self, info: Info) -> GroupShares | None:
        """Return how many belong to each of its segments."""
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


@strawberry.type(description="To which segment of a group a customer belongs, and why.")
class PrimarySegment:
    """To which segment of a group a customer belongs, and why."""

    found: strawberry.Private[GroupAssignment]
    past: strawberry.Private[When | None]
    rank: int | None = strawberry.field(description="The segment's rank in the group.")

    @field("The segment; null where the customer is a member of none of the group's.")
    async def segment(self, info: Info) -> Segment | None:
        """Return the segment."""
        key = self.found.segment
        if key is None:
            return None
        found = await service.segment(info.context.platform, key, self.past)
        return Segment.of(found, self.past)

    @listed("All segments of the group that the customer is a member of, by rank.")
    async def among(self, info: Info) -> list[Segment]:
        """Return all that the customer is a member of."""
        platform = info.context.platform
        found = [await service.segment(platform, key, self.past) for key in self.found.segments]
        return [Segment.of(one, self.past) for one in found]

    @field("Why it is this one, as a sentence.")
    async def reason(self, info: Info, locale: Locale = "en") -> str:
        """Return why it is this one."""
        among = await self.among(info)
        names = [one.labels.text(locale) for one in among]
        return groups.reason(self.found, names, locale)

    @classmethod
    def of(cls, found: GroupAssignment, past: When | None) -> PrimarySegment:
        """Return the API's view of a customer's segment."""
        return cls(found=found, past=past, rank=found.ranks[0] if found.ranks else None)
