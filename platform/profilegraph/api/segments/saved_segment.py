"""The GraphQL type of saved segments, with versions and dependants."""

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
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import ChangeKind, SegmentKind, SegmentState
from profilegraph.api.runtime.fields import field, filter_field, list_field
from profilegraph.api.runtime.ids import GlobalId, Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.paging import DEFAULT_PAGE
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.api.segments.broken import BrokenSegment, broken_by
from profilegraph.api.segments.membership import SegmentDifference, difference
from profilegraph.api.segments.segment import Audience
from profilegraph.api.taxonomies.types import Labelled
from profilegraph.domain.access import Permission
from profilegraph.errors import Forbidden
from profilegraph.language.codec import encode
from profilegraph.language.facts import When
from profilegraph.language.nodes import InSegment, Listed
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.rendering import difference as differing
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.services.segments import service
from profilegraph.services.segments import versions as segment_history
from profilegraph.services.segments.broken import reporting_broken


@object_type
class SegmentChange:
    """One difference between two versions of a segment."""

    change: strawberry.Private[differing.FilterChange]
    kind: ChangeKind = strawberry.field(description="What became of the condition.")

    @field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The change as a line that people read."""
        [text] = await segment_history.describe_changes(
            info.context.platform, [self.change], locale
        )
        return text


@type_requires(Permission.SEGMENTS_READ)
@object_type
class Segment(Node, Labelled, Audience):
    """One version of a named filter.

    It is the newest, that of the moment of the question, or after saving the saved one.
    """

    version: int = strawberry.field(description="Number of the version, from 1 on.")
    author: str = strawberry.field(description="Whose API key saved the version.")
    note: str = strawberry.field(description="What the author said of it.")
    saved_at: datetime = strawberry.field(description="When the version was saved, UTC.")

    kind: SegmentKind = strawberry.field(description="What its members are decided by.")
    state: SegmentState = strawberry.field(description="The state, the same for all versions.")
    owner: str = strawberry.field(description="Name of the API key that it belongs to.")
    editors: list[str] = strawberry.field(
        description="Names of the API keys that may change it besides the owner's."
    )
    restores: int | None = strawberry.field(
        description="The older version that a rollback restored in this one."
    )

    one_version: strawberry.Private[bool] = False
    """Whether this version is meant, and not whichever is the newest."""

    @field
    def id(self, info: Info) -> strawberry.ID:  # type: ignore[override]  # GraphQL has one signature
        """An opaque global id: of the segment now, in one version, or as of another moment."""
        version = self.version if self.one_version else None
        return GlobalId("Segment", self.key, version, *info.context.moments(self.past)).text()

    @field
    def kind_label(self, locale: Locale = "en") -> str:
        """Label of the kind."""
        return enum_label(self.kind, locale)

    @field
    def state_label(self, locale: Locale = "en") -> str:
        """Label of the state."""
        return enum_label(self.state, locale)

    def error_context(self, info: Info) -> AbstractAsyncContextManager[None]:
        """Return what a question is asked within: a broken segment is named by its failure."""
        return reporting_broken(info.context.platform, self.key, self.condition, self.when(info))

    @filter_field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The filter as a sentence.

        Definitions that no longer exist are called by their keys, and marked.
        """
        library = await service.library(info.context.platform, self.condition)
        catalogue = await info.context.catalogue()
        return service.readable_text(self.condition, catalogue, locale, library)

    @field
    def filter(self) -> JSON:
        """The filter as canonical JSON; for a list, the condition that names the segment."""
        if isinstance(self.condition, Listed):
            return JSON(encode(InSegment(self.key)))
        return JSON(encode(self.condition))

    @list_field
    async def snapshots(self, info: Info) -> list[Segment]:
        """The snapshots taken of it, the newest first."""
        return [Segment.of(one) for one in await info.context.load.snapshots.load(self.key)]

    @field
    async def taken_from(self, info: Info) -> Segment | None:
        """The segment of which a snapshot was taken, in its version of then, while it exists."""
        found = await info.context.load.snapshot_sources.load(self.key)
        return Segment.of(found[0], one_version=True) if found else None

    @field
    async def broken(self, info: Info) -> BrokenSegment | None:
        """Why the segment cannot be evaluated any more, with all that is missing; else null."""
        found = await broken_by(info, self.condition, self.past)
        return None if found is None else BrokenSegment.of(found)

    @field
    async def problem(self, info: Info, locale: Locale = "en") -> str | None:
        """The same as one line; null if it is not broken."""
        found = await broken_by(info, self.condition, self.past)
        return None if found is None else found.text(locale)

    @field
    def may_edit(self, info: Info) -> bool:
        """Whether your API key may change it."""
        return info.context.viewer.name in (self.owner, *self.editors)

    def require_editor(self, info: Info) -> None:
        """Raise Forbidden unless the viewer may change it."""
        if not self.may_edit(info):
            raise Forbidden(
                f"{info.context.viewer.name!r} may not change the segment {self.key!r}."
            )

    @list_field
    async def used_by(self, info: Info) -> list[Segment]:
        """The segments whose newest versions refer to it; while there are any, it cannot be deleted."""
        return [Segment.of(one) for one in await info.context.load.segment_users.load(self.key)]

    @field
    async def live(self, info: Info) -> SegmentLive | None:
        """How it is evaluated; null if it is not live."""
        found = await info.context.load.watches.load(self.key)
        return SegmentLive.of(found[0]) if found else None

    @field
    async def history(
        self, info: Info, first: HistorySize = DEFAULT_PAGE, after: HistoryAfter = None
    ) -> MembershipMoveConnection:
        """Who entered and who left while it was live, the newest first, page by page."""
        return await history_page(info, self.key, first, after)

    @list_field
    async def webhooks(self, info: Info) -> list[Webhook]:
        """Its webhooks; visible only to those who may edit the segment."""
        self.require_editor(info)
        return [Webhook.of(one) for one in await info.context.load.webhooks.load(self.key)]

    @list_field
    async def deliveries(self, info: Info) -> list[Delivery]:
        """Its deliveries to destinations, the newest first."""
        return [Delivery.of(one, info) for one in await info.context.load.deliveries.load(self.key)]

    @list_field
    async def versions(self, info: Info) -> list[Segment]:
        """All versions, the newest first."""
        found = await info.context.load.versions.load(self.key)
        return [Segment.of(one, one_version=True) for one in found]

    @list_field
    async def changes(
        self,
        info: Info,
        since: Annotated[
            int | None,
            strawberry.argument(
                description="Number of the other version; by default the one before this."
            ),
        ] = None,
    ) -> list[SegmentChange]:
        """How the filter of this version differs from that of another."""
        history = await info.context.load.versions.load(self.key)
        found = segment_history.changes(history, self.version, since)
        return [SegmentChange(change=one, kind=ChangeKind(one.kind)) for one in found]

    @field
    async def difference(
        self,
        info: Info,
        from_: Annotated[
            datetime, strawberry.argument(name="from", description="The first moment.")
        ],
        to: Annotated[
            datetime | None,
            strawberry.argument(description="The second moment, later; by default now."),
        ] = None,
    ) -> SegmentDifference | None:
        """Who entered and who left between two moments, and why; see docs/history.md.

        Null, with an error, if the segment is broken.
        """
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
