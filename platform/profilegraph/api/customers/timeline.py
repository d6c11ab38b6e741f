"""The timeline of a customer: newest first, filtered by type, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeVar

import strawberry

from profilegraph.api.customers.activity import Event, FollowUp
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.ids import decode_text, encode_text
from profilegraph.api.runtime.paging import PageInfo, foreign_cursor
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.errors import InvalidInput
from profilegraph.services.customers.profiles import TimelineQuery

T = TypeVar("T", Event, FollowUp)
First = Annotated[
    int, strawberry.argument(description=f"How many at most, the newest first; 1 to {MAX_PAGE:,}.")
]
After = Annotated[
    str | None,
    strawberry.argument(description="A cursor of the same list; the page begins after it."),
]
Types = Annotated[
    list[str] | None, strawberry.argument(description="Only of these event types, by key.")
]


@object_type
class EventEdge:
    """One event of a page."""

    cursor: str = strawberry.field(description="Cursor of the event.")
    node: Event = strawberry.field(description="The event.")


@object_type
class EventConnection:
    """A page of a customer's events, the newest first."""

    edges: list[EventEdge] = strawberry.field(description="The events of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")

    @classmethod
    def of(cls, found: Sequence[Event], first: int, after: str | None) -> EventConnection:
        """Return the page of the first of some events; one more than `first` were asked for."""
        page, info = _page(found, first, after)
        return cls(edges=[EventEdge(cursor=_cursor(one), node=one) for one in page], page_info=info)


@object_type
class FollowUpEdge:
    """One follow-up of a page."""

    cursor: str = strawberry.field(description="Cursor of the follow-up.")
    node: FollowUp = strawberry.field(description="The follow-up.")


@object_type
class FollowUpConnection:
    """A page of follow-ups with a customer, the newest first."""

    edges: list[FollowUpEdge] = strawberry.field(description="The follow-ups of this page.")
    page_info: PageInfo = strawberry.field(description="Position of the page in the whole list.")

    @classmethod
    def of(cls, found: Sequence[FollowUp], first: int, after: str | None) -> FollowUpConnection:
        """Return the page of the first of some follow-ups; one more than `first` were asked for."""
        page, info = _page(found, first, after)
        edges = [FollowUpEdge(cursor=_cursor(one), node=one) for one in page]
        return cls(edges=edges, page_info=info)


def newest(
    first: int, kinds: Sequence[str] | None, after: str | None = None, more: int = 0
) -> TimelineQuery:
    """Return which part of a list is asked for, and `more` than the `first` of it.

    Raises InvalidInput beyond 1 to 1,000, and for a cursor of another list.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"`first` is 1 to {MAX_PAGE}, not {first}.", where="first")
    chosen = None if kinds is None else tuple(dict.fromkeys(kinds))
    return TimelineQuery(first + more, chosen, None if after is None else _place(after))


def _page(found: Sequence[T], first: int, after: str | None) -> tuple[Sequence[T], PageInfo]:
    page = found[:first]
    return page, PageInfo.of([_cursor(one) for one in page], after, len(found) > first)


def _cursor(one: Event | FollowUp) -> str:
    return encode_text(f"{one.at.isoformat()} {one.key}")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        moment, _, key = decode_text(cursor).partition(" ")
        at = datetime.fromisoformat(moment)
    except ValueError as fault:
        raise foreign_cursor("it is none of this list") from fault
    if at.tzinfo is None or not key:
        raise foreign_cursor("it is none of this list")
    return at, key
