"""Mutations on saved segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.customers.inputs import (
    BASE_VERSION,
    LabelsInput,
    SaveSegmentInput,
    SaveStaticSegmentInput,
    key,
)
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import SegmentState
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.domain.access import Permission
from profilegraph.services.segments import lifecycle, lists, service, versions
from profilegraph.services.segments.lifecycle import DeleteSegment, SetSegmentState, ShareSegment
from profilegraph.services.segments.lists import (
    ChangeStaticSegment,
    SaveStaticSegment,
    TakeSnapshot,
)
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.segments.versions import RollBackSegment

SegmentKey = Annotated[str, strawberry.argument(description="Business key of the segment.")]
NO_KEYS: list[str] = []
BaseVersion = Annotated[int | None, strawberry.argument(description=BASE_VERSION)]
Note = Annotated[str, strawberry.argument(description="What changed, and why.")]


@object_type
class SegmentMutation:
    """Mutations on saved segments."""

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def save_segment(
        self,
        info: Info,
        input: Annotated[SaveSegmentInput, strawberry.argument(description="The segment.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Saves a filter as the newest version of a segment; older versions are kept.

        An unchanged filter makes no new version; labels belong to the segment, not to a version.
        Answers with the version that has the filter.
        """
        context = info.context
        command = SaveSegment(
            key(input.key, "input.key"),
            input.labels.labels(),
            input.filter,
            input.note,
            input.state or None,
            _version(input.base_version),
        )
        requester = command_context(context, idempotency_key)
        saved = await service.save_segment(context.platform, command, requester)
        return Segment.of(saved)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def rollback_segment(
        self,
        info: Info,
        key: SegmentKey,
        version: Annotated[int, strawberry.argument(description="Number of the older version.")],
        note: Note = "",
        base_version: BaseVersion = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Restores the filter of an older version as the newest version.

        It is a new version, unless the newest is equivalent. Answers with the version that has the
        filter.
        """
        context = info.context
        command = RollBackSegment(key, version, note, base_version)
        requester = command_context(context, idempotency_key)
        saved = await versions.roll_back(context.platform, command, requester)
        return Segment.of(saved)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def save_static_segment(
        self,
        info: Info,
        input: Annotated[SaveStaticSegmentInput, strawberry.argument(description="The segment.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Saves a list of customers as the newest version of a static segment.

        Older versions are kept. An unchanged list makes no new version.
        """
        context = info.context
        command = SaveStaticSegment(
            key(input.key, "input.key"),
            input.labels.labels(),
            tuple(input.customers),
            input.note,
            input.state or None,
            _version(input.base_version),
        )
        requester = command_context(context, idempotency_key)
        saved = await lists.save_list(context.platform, command, requester)
        return Segment.of(saved)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def change_static_segment(
        self,
        info: Info,
        key: SegmentKey,
        add: Annotated[
            list[str], strawberry.argument(description="Keys of customers to add.")
        ] = NO_KEYS,
        remove: Annotated[
            list[str], strawberry.argument(description="Keys of customers to remove.")
        ] = NO_KEYS,
        note: Note = "",
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Adds customers to a static segment, and then removes others: a new version."""
        context = info.context
        command = ChangeStaticSegment(key, tuple(add), tuple(remove), note)
        requester = command_context(context, idempotency_key)
        saved = await lists.change_list(context.platform, command, requester)
        return Segment.of(saved)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def take_snapshot(
        self,
        info: Info,
        key: SegmentKey,
        snapshot_key: Annotated[
            str | None,
            strawberry.argument(description="Key of the snapshot; by default `key@moment`."),
        ] = None,
        labels: Annotated[
            LabelsInput | None,
            strawberry.argument(description="Its name; by default the segment's and the moment."),
        ] = None,
        note: Note = "",
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Saves the current members of a segment as a new segment.

        It is of the kind SNAPSHOT, and its members never change.
        """
        context = info.context
        named = None if labels is None else labels.labels()
        command = TakeSnapshot(key, snapshot_key, named, note)
        requester = command_context(context, idempotency_key)
        taken = await lists.take_snapshot(context.platform, command, requester)
        return Segment.of(taken)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def set_segment_state(
        self,
        info: Info,
        key: SegmentKey,
        state: Annotated[SegmentState, strawberry.argument(description="The new state.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Activates a draft, archives a segment, or restores it from the archive.

        Refused if the states of segments that it refers to, or that refer to it, do not allow it.
        """
        context = info.context
        command = SetSegmentState(key, state)
        requester = command_context(context, idempotency_key)
        return Segment.of(await lifecycle.set_state(context.platform, command, requester))

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def share_segment(
        self,
        info: Info,
        key: SegmentKey,
        editors: Annotated[
            list[str],
            strawberry.argument(description="Names of all API keys that may edit it."),
        ],
        owner: Annotated[
            str | None,
            strawberry.argument(description="Name of the API key that owns it from now on."),
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Sets who may edit a segment besides its owner; only the owner may set it."""
        context = info.context
        command = ShareSegment(key, tuple(editors), owner)
        requester = command_context(context, idempotency_key)
        return Segment.of(await lifecycle.share(context.platform, command, requester))

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def delete_segment(
        self, info: Info, key: SegmentKey, idempotency_key: IdempotencyKey = None
    ) -> strawberry.ID:
        """Deletes a segment with all its versions.

        Only its owner may, and only while no other segment refers to it. Answers
        with the global id that it had.
        """
        context = info.context
        requester = command_context(context, idempotency_key)
        await lifecycle.delete_segment(context.platform, DeleteSegment(key), requester)
        return encode_id(Segment.__name__, key)


def _version(given: int | None) -> int | None:
    return None if given is strawberry.UNSET else given
