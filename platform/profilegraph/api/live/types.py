"""GraphQL types of live segments: evaluation state, transitions and their causes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from profilegraph.api.customers.customer import Customer
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import MoveCause
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.ids import Node, decode_text, encode_text
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.paging import PageInfo
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.domain.access import Permission
from profilegraph.domain.limits import MAX_TRANSITIONS
from profilegraph.domain.live import WatchedSegment
from profilegraph.domain.webhooks import Webhook as StoredWebhook
from profilegraph.errors import InvalidInput
from profilegraph.services.live import service
from profilegraph.services.live.schedules import next_run
from profilegraph.services.live.service import HistoryPosition, Transition

_CURSOR = "move:"
_PARTS = re.compile(rf"{_CURSOR}(\d{{1,15}})\.(\d{{1,10}})", re.ASCII)
HistorySize = Annotated[
    int,
    strawberry.argument(description=f"How many moves a page has, 1 to {MAX_TRANSITIONS:,}."),
]
HistoryAfter = Annotated[
    str | None, strawberry.argument(description="The cursor that the page begins after.")
]


@object_type
class MembershipMove:
    """The entry of a customer into a live segment, or its exit."""

    customer: Customer = strawberry.field(description="The customer, as it is now.")
    entered: bool = strawberry.field(description="Whether it entered; otherwise it left.")
    cause: MoveCause = strawberry.field(description="What made it enter or leave.")
    at: datetime = strawberry.field(description="The moment of the evaluation that found it, UTC.")
    cursor: str = strawberry.field(
        description="Cursor in the history of the segment; equal in all answers and messages."
    )

    @classmethod
    def of(cls, one: Transition, customer: Customer) -> MembershipMove:
        """Return the API's view of a customer's move."""
        return cls(
            customer=customer,
            entered=one.entered,
            cause=MoveCause(one.cause),
            at=one.at,
            cursor=cursor(one.place),
        )


@object_type
class MembershipMoveEdge:
    """One move of a list."""

    cursor: str = strawberry.field(description="Cursor of the move.")
    node: MembershipMove = strawberry.field(description="The move.")


@object_type
class MembershipMoveConnection:
    """A page of the moves of a live segment, the newest first."""

    edges: list[MembershipMoveEdge] = strawberry.field(description="The moves of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")


@object_type
class SegmentLive:
    """How a live segment is evaluated."""

    watch: strawberry.Private[WatchedSegment]
    on_change: bool = strawberry.field(
        description="Whether it is evaluated when something is recorded about customers."
    )
    schedule: str | None = strawberry.field(
        description="When all customers are evaluated, as cron text in the deployment's time zone."
    )
    evaluated_at: datetime = strawberry.field(
        description="The moment of the last evaluation of all customers, UTC."
    )

    @field
    async def problem(self, info: Info, locale: Locale = "en") -> str | None:
        """Why it is not evaluated at present: the segment is broken, or its last evaluation failed.

        Evaluation resumes when that is repaired; null if it is evaluated.
        """
        return await _resting(info, self.watch.segment, locale) or self.watch.problem

    @field
    async def size(self, info: Info) -> int:
        """The number of members at the last evaluation, of those that you see."""
        return await service.size(info.context.platform, self.watch)

    @field
    def next_at(self, info: Info) -> datetime | None:
        """When the schedule evaluates all customers next, UTC; null without a schedule."""
        if self.schedule is None:
            return None
        zone = info.context.platform.deployment.zone
        return next_run(self.schedule, self.watch.ran_at, zone)

    @classmethod
    def of(cls, watch: WatchedSegment) -> SegmentLive | None:
        """Return how a segment is evaluated; None where it is not."""
        if not watch.on_change and watch.schedule is None:
            return None
        return cls(
            watch=watch,
            on_change=watch.on_change,
            schedule=watch.schedule,
            evaluated_at=watch.ran_at,
        )


@type_requires(Permission.SEGMENTS_WRITE)
@object_type
class Webhook(Node):
    """Where the moves of a live segment are sent, signed."""

    failure: strawberry.Private[str | None]
    segment: strawberry.Private[str]
    key: str = strawberry.field(description="The business key.")
    url: str = strawberry.field(description="The address.")
    active: bool = strawberry.field(
        description="Whether it is told: no more after the receiver was given up."
    )
    attempts: int = strawberry.field(
        description="How often the next message was sent in vain so far."
    )
    due_at: datetime = strawberry.field(description="Before when nothing more is sent, UTC.")
    delivered_at: datetime | None = strawberry.field(
        description="When the last message was taken, UTC."
    )

    @field
    async def problem(self, info: Info, locale: Locale = "en") -> str | None:
        """Why nothing is sent: the last attempt failed, or the segment is broken; else null."""
        return self.failure or await _resting(info, self.segment, locale)

    @classmethod
    def of(cls, one: StoredWebhook) -> Webhook:
        """Return the API's view of a webhook, without its secret."""
        return cls(
            key=one.key,
            url=one.url,
            active=not one.given_up,
            attempts=one.attempts,
            failure=one.problem,
            segment=one.segment,
            due_at=one.due_at,
            delivered_at=one.delivered_at,
        )


async def _resting(info: Info, segment: str, locale: str) -> str | None:
    """Return why a live segment is not evaluated at present; None where it is."""
    found = await info.context.load.broken_segments.load(segment)
    return found[0].text(locale) if found else None


async def history_page(
    info: Info, segment: str, first: int, after: str | None
) -> MembershipMoveConnection:
    """Return a page of the moves of a segment."""
    page = await service.newest_transitions(
        info.context.platform, segment, first=first, before=place(after)
    )
    crossings = info.context.budget.take(list(page.crossings))
    nodes = await moves_of(info, crossings)
    edges = [MembershipMoveEdge(cursor=node.cursor, node=node) for node in nodes]
    return MembershipMoveConnection(
        edges=edges,
        page_info=PageInfo.of([edge.cursor for edge in edges], after, page.has_next),
    )


async def moves_of(info: Info, crossings: Sequence[Transition]) -> list[MembershipMove]:
    """Return the API's view of moves; one of a customer that is gone is left out."""
    found = await Customer.load_many(info, [one.customer for one in crossings])
    customers: Mapping[str, Customer] = {one.key: one for one in found}
    return [
        MembershipMove.of(one, customers[one.customer])
        for one in crossings
        if one.customer in customers
    ]


def cursor(one: HistoryPosition) -> str:
    """Return the opaque text that a list can begin after."""
    return encode_text(f"{_CURSOR}{one.n}.{one.index}")


def place(cursor: str | None) -> HistoryPosition | None:
    """Return where a cursor points; raises InvalidInput where it is of another list."""
    if cursor is None:
        return None
    try:
        found = _PARTS.fullmatch(decode_text(cursor))
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(
            "the cursor cannot be used: it is of another list.",
            where="after",
            hint="Pass on a cursor of the same list.",
        )
    return HistoryPosition(int(found[1]), int(found[2]))
