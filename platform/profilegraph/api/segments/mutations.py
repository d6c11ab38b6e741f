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
from profilegraph.api.runtime.context import ApiContext, Info
from profilegraph.api.runtime.enums import SegmentState
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, request_key
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.services.segments import lifecycle, lists, service, versions
from profilegraph.services.segments.rules import CommandContext

SegmentKey = Annotated[str, strawberry.argument(description="Business key of the segment.")]
NO_KEYS: list[str] = []
BaseVersion = Annotated[int | None, strawberry.argument(description=BASE_VERSION)]
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
        saved = await service.save_segment(
            context.platform,
            key(input.key, "input.key"),
            input.labels.labels(),
            input.filter,
            author=context.viewer.name,
            note=input.note,
            now=context.now,
            request_key=request_key(context, idempotency_key),
            state=input.state or None,
            base_version=_version(input.base_version),
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
        base_version: BaseVersion = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the segment after the rollback."""
        context = info.context
        saved = await versions.roll_back(
            context.platform,
            key,
            version,
            note=note,
            act=_act(context, idempotency_key, base_version),
        )
        return Segment.of(saved)

    @field(
        "Saves a list of customers as the newest version of a static segment; the older ones are"
        " kept. The list that the newest version has already makes no new one."
    )
    async def save_static_segment(
        self,
        info: Info,
        input: Annotated[SaveStaticSegmentInput, strawberry.argument(description="The segment.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the saved segment."""
        context = info.context
        saved = await lists.save_list(
            context.platform,
            key(input.key, "input.key"),
            input.labels.labels(),
            input.customers,
            note=input.note,
            act=_act(context, idempotency_key, _version(input.base_version)),
            state=input.state or None,
        )
        return Segment.of(saved)

    @field("Adds customers to a static segment, and then removes others: a new version.")
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
        """Return the segment after the change."""
        context = info.context
        act = _act(context, idempotency_key)
        saved = await lists.change_list(context.platform, key, add, remove, note=note, act=act)
        return Segment.of(saved)

    @field(
        "Keeps who is a member of a segment at this moment: a new segment, of the kind SNAPSHOT,"
        " whose members never change."
    )
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
        """Return the snapshot."""
        context = info.context
        taken = await lists.take_snapshot(
            context.platform,
            key,
            key=snapshot_key,
            labels=None if labels is None else labels.labels(),
            note=note,
            act=_act(context, idempotency_key),
        )
        return Segment.of(taken)

    @field(
        "Makes a segment a draft no more, archives it, or takes it out of the archive. Refused where"
        " segments that it refers to, or that refer to it, do not allow it."
    )
    async def set_segment_state(
        self,
        info: Info,
        key: SegmentKey,
        state: Annotated[SegmentState, strawberry.argument(description="The state to come into.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the segment in its new state."""
        context = info.context
        act = _act(context, idempotency_key)
        return Segment.of(await lifecycle.set_state(context.platform, key, state, act))

    @field("Says who may change a segment besides its owner; only the owner may say so.")
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
        """Return the segment as it is shared."""
        context = info.context
        act = _act(context, idempotency_key)
        return Segment.of(await lifecycle.share(context.platform, key, editors, owner, act))

    @field(
        "Deletes a segment with all its versions; only its owner may, and only while no other"
        " segment refers to it. Answers with the global id that it had."
    )
    async def delete_segment(
        self, info: Info, key: SegmentKey, idempotency_key: IdempotencyKey = None
    ) -> strawberry.ID:
        """Return the id of the deleted segment."""
        context = info.context
        await lifecycle.delete_segment(context.platform, key, _act(context, idempotency_key))
        return encode_id(Segment.__name__, key)


def _version(given: int | None) -> int | None:
    return None if given is strawberry.UNSET else given


def _act(
    context: ApiContext, idempotency_key: str | None, base_version: int | None = None
) -> CommandContext:
    request = request_key(context, idempotency_key)
    return CommandContext(context.viewer.name, context.now, request, base_version=base_version)
