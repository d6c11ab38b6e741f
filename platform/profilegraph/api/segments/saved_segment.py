"""Saved segments: what they are now, what they were, and who depends on them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.destinations.types import Delivery
from profilegraph.api.live.types import (
    HistoryAfter,
    HistorySize,
    MembershipMoveConnection,
    SegmentLive,
    Webhook,
    history_page,
)
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.enums import ChangeKind, SegmentKind, SegmentState
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import ID, GlobalId, Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.paging import DEFAULT_PAGE
from profilegraph.api.segments.broken import BrokenSegment, broken_by
from profilegraph.api.segments.membership import SegmentDifference, difference
from profilegraph.api.segments.segment import Audience
from profilegraph.api.taxonomies.types import Labelled
from profilegraph.errors import Forbidden
from profilegraph.language.codec import encode
from profilegraph.language.facts import When
from profilegraph.language.nodes import InSegment, Listed
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.rendering import difference as differing
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.services.segments import service
from profilegraph.services.segments import versions as segment_history
from profilegraph.services.segments.broken import naming


@strawberry.type(description="One difference between two versions of a segment.")
class SegmentChange:
    """One difference between two versions."""

    change: strawberry.Private[differing.FilterChange]
    kind: ChangeKind = strawberry.field(description="What became of the condition.")

    @field("The change as a line that people read.")
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """Return the change in words."""
        [text] = await segment_history.tell(info.context.platform, [self.change], locale)
        return text


@strawberry.type(
    description="One version of a named filter: the newest, that of the moment asked about, or"
    " after saving the one that was saved."
)
class Segment(Node, Labelled, Audience):
    """One version of a named filter."""

    version: int = strawberry.field(description="Number of the version, from 1 on.")
    author: str = strawberry.field(description="Whose API key saved the version.")
    note: str = strawberry.field(description="What the author said of it.")
    saved_at: datetime = strawberry.field(description="When the version was saved, UTC.")

    kind: SegmentKind = strawberry.field(description="What decides who is a member.")
    state: SegmentState = strawberry.field(description="How far along it is, in all its versions.")
    owner: str = strawberry.field(description="Name of the API key that it belongs to.")
    editors: list[str] = strawberry.field(
        description="Names of the API keys that may change it besides the owner's."
    )
    restores: int | None = strawberry.field(
        description="The older version whose filter a rollback brought back in this one."
    )

    one_version: strawberry.Private[bool] = False
    """Whether this version is meant, and not whichever is the newest."""

    @field(ID)
    def id(self, info: Info) -> strawberry.ID:  # type: ignore[override]  # GraphQL has one signature
        """Return the id: of the segment now, in one version, or as of another moment."""
        version = self.version if self.one_version else None
        return GlobalId("Segment", self.key, version, *info.context.moments(self.past)).text()

    @field("What people call the kind.")
    def kind_label(self, locale: Locale = "en") -> str:
        """Return the kind's label."""
        return enum_label(self.kind, locale)

    @field("What people call the state.")
    def state_label(self, locale: Locale = "en") -> str:
        """Return the state's label."""
        return enum_label(self.state, locale)

    def asking(self, info: Info) -> AbstractAsyncContextManager[None]:
        """Return what a question is asked within: a broken segment is named by its failure."""
        return naming(info.context.platform, self.key, self.condition, self.when(info))

    @field(
        "The filter as a sentence; what no taxonomy has any more is called by its key, and marked.",
        tells_filter=True,
    )
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """Return the filter as a sentence."""
        library = await service.library(info.context.platform, self.condition)
        catalogue = await info.context.catalogue()
        return service.reading(self.condition, catalogue, locale, library)

    @field("The filter as canonical JSON; of a list, the condition that names the segment.")
    def filter(self) -> JSON:
        """Return the filter as canonical JSON."""
        if isinstance(self.condition, Listed):
            return JSON(encode(InSegment(self.key)))
        return JSON(encode(self.condition))

    @list_field("The snapshots taken of it, the newest first.")
    async def snapshots(self, info: Info) -> list[Segment]:
        """Return the snapshots taken of it."""
        return [Segment.of(one) for one in await info.context.load.snapshots.load(self.key)]

    @field("The segment, in the version of then, that a snapshot was taken of, while it exists.")
    async def taken_from(self, info: Info) -> Segment | None:
        """Return the segment that a snapshot was taken of."""
        found = await info.context.load.snapshot_sources.load(self.key)
        return Segment.of(found[0], one_version=True) if found else None

    @field(
        "Why the segment cannot be asked any more, with all that is missing; null of a sound one."
    )
    async def broken(self, info: Info) -> BrokenSegment | None:
        """Return why the segment cannot be asked any more."""
        found = await broken_by(info, self.condition, self.past)
        return None if found is None else BrokenSegment.of(found)

    @field("The same as one line; null where all is well.")
    async def problem(self, info: Info, locale: Locale = "en") -> str | None:
        """Return why the segment cannot be asked any more as one line."""
        found = await broken_by(info, self.condition, self.past)
        return None if found is None else found.text(locale)

    @field("Whether your API key may change it.")
    def may_edit(self, info: Info) -> bool:
        """Return whether the viewer may change it."""
        return info.context.viewer.name in (self.owner, *self.editors)

    def require_editor(self, info: Info) -> None:
        """Raise Forbidden unless the viewer may change it."""
        if not self.may_edit(info):
            raise Forbidden(
                f"{info.context.viewer.name!r} may not change the segment {self.key!r}."
            )

    @list_field(
        "The segments whose newest versions refer to it; while there are any, it cannot go."
    )
    async def used_by(self, info: Info) -> list[Segment]:
        """Return the segments that refer to it."""
        return [Segment.of(one) for one in await info.context.load.segment_users.load(self.key)]

    @field("How it is evaluated while it is live; null where it is not.")
    async def live(self, info: Info) -> SegmentLive | None:
        """Return how it is evaluated."""
        found = await info.context.load.watches.load(self.key)
        return SegmentLive.of(found[0]) if found else None

    @field("Who entered and who left while it was live, the newest first, a page at a time.")
    async def history(
        self, info: Info, first: HistorySize = DEFAULT_PAGE, after: HistoryAfter = None
    ) -> MembershipMoveConnection:
        """Return a page of who entered and who left."""
        return await history_page(info, self.key, first, after)

    @list_field("Where its moves are sent; only those are told who may change the segment.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        """Return where its moves are sent."""
        self.require_editor(info)
        return [Webhook.of(one) for one in await info.context.load.webhooks.load(self.key)]

    @list_field("What was sent of it to destinations, the newest first.")
    async def deliveries(self, info: Info) -> list[Delivery]:
        """Return what was sent of it."""
        return [Delivery.of(one) for one in await info.context.load.deliveries.load(self.key)]

    @list_field("All versions, the newest first.")
    async def versions(self, info: Info) -> list[Segment]:
        """Return all versions."""
        found = await info.context.load.versions.load(self.key)
        return [Segment.of(one, one_version=True) for one in found]

    @list_field("How the filter of this version differs from that of another.")
    async def changes(
        self,
        info: Info,
        since: Annotated[
            int | None,
            strawberry.argument(
                description="Number of the other version; the one before this if left out."
            ),
        ] = None,
    ) -> list[SegmentChange]:
        """Return how the filter differs from that of another version."""
        history = await info.context.load.versions.load(self.key)
        found = segment_history.changes(history, self.version, since)
        return [SegmentChange(change=one, kind=ChangeKind(one.kind)) for one in found]

    @field(
        "Who entered and who left between two moments, and why: docs/history.md says how. Null, with"
        " an error, where the segment is broken."
    )
    async def difference(
        self,
        info: Info,
        from_: Annotated[
            datetime, strawberry.argument(name="from", description="The first moment.")
        ],
        to: Annotated[
            datetime | None,
            strawberry.argument(description="The second moment, later; now if left out."),
        ] = None,
    ) -> SegmentDifference | None:
        """Return who entered and who left between two moments."""
        return await difference(info, self.key, from_, to)

    @classmethod
    def of(
        cls, found: SavedSegment, past: When | None = None, *, one_version: bool = False
    ) -> Segment:
        """Return the API's view of a saved segment, with its members as of a moment.

        With `one_version`, or where a newer one was saved since, it is that version for ever.
        """
        return cls(
            key=found.key,
            labels=found.labels,
            condition=found.filter,
            past=past,
            version=found.version,
            author=found.author,
            note=found.note,
            saved_at=found.at,
            kind=SegmentKind(found.kind),
            state=SegmentState(found.state),
            owner=found.owner,
            editors=list(found.editors),
            restores=found.restores,
            one_version=one_version or not found.is_newest,
        )
