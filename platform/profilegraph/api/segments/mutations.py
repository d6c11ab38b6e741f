"""What can be changed about saved segments."""

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
from profilegraph.api.segments.saved_segment import Segment
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
    """What can be changed about saved segments."""

    @field
    async def save_segment(
        self,
        info: Info,
        input: Annotated[SaveSegmentInput, strawberry.argument(description="The segment.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Saves a filter as the newest version of a segment; the older ones are kept.

        The filter that the newest version has already makes no new one; labels belong to the
        segment, not to a version. Answers with the version that holds the filter.
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
    async def rollback_segment(
        self,
        info: Info,
        key: SegmentKey,
        version: Annotated[int, strawberry.argument(description="Number of the older version.")],
        note: Note = "",
        base_version: BaseVersion = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Makes the filter of an older version that of the newest again.

        That is a new version, unless the newest asks for the same already. Answers with the
        version that holds the filter.
        """
        context = info.context
        command = RollBackSegment(key, version, note, base_version)
        requester = command_context(context, idempotency_key)
        saved = await versions.roll_back(context.platform, command, requester)
        return Segment.of(saved)

    @field
    async def save_static_segment(
        self,
        info: Info,
        input: Annotated[SaveStaticSegmentInput, strawberry.argument(description="The segment.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Saves a list of customers as the newest version of a static segment.

        The older ones are kept. The list that the newest version has already makes no new one.
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
    async def take_snapshot(
        self,
        info: Info,
        key: SegmentKey,
        snapshot_key: Annotated[
            str | None,
            strawberry.argument(description="Key of the snapshot; left out, `key@moment`."),
        ] = None,
        labels: Annotated[
            LabelsInput | None,
            strawberry.argument(description="Its name; left out, the segment's and the moment."),
        ] = None,
        note: Note = "",
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Keeps who is a member of a segment at this moment.

        The answer is a new segment, of the kind SNAPSHOT, whose members never change.
        """
        context = info.context
        named = None if labels is None else labels.labels()
        command = TakeSnapshot(key, snapshot_key, named, note)
        requester = command_context(context, idempotency_key)
        taken = await lists.take_snapshot(context.platform, command, requester)
        return Segment.of(taken)

    @field
    async def set_segment_state(
        self,
        info: Info,
        key: SegmentKey,
        state: Annotated[SegmentState, strawberry.argument(description="The state to come into.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Makes a segment a draft no more, archives it, or takes it out of the archive.

        Refused where segments that it refers to, or that refer to it, do not allow it.
        """
        context = info.context
        command = SetSegmentState(key, state)
        requester = command_context(context, idempotency_key)
        return Segment.of(await lifecycle.set_state(context.platform, command, requester))

    @field
    async def share_segment(
        self,
        info: Info,
        key: SegmentKey,
        editors: Annotated[
            list[str],
            strawberry.argument(description="Names of API keys: all that may, and no others."),
        ],
        owner: Annotated[
            str | None,
            strawberry.argument(description="Name of the API key that owns it from now on."),
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Says who may change a segment besides its owner; only the owner may say so."""
        context = info.context
        command = ShareSegment(key, tuple(editors), owner)
        requester = command_context(context, idempotency_key)
        return Segment.of(await lifecycle.share(context.platform, command, requester))

    @field
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
