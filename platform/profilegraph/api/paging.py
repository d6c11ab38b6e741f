"""Relay connections over customers, with cursors that stay where they are while data changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import strawberry

from profilegraph.api.enums import CustomerOrderField, Direction
from profilegraph.api.ids import decode_text, encode_text
from profilegraph.errors import InvalidInput
from profilegraph.segments.answers import Order, Position

DEFAULT_PAGE = 50


@strawberry.type(description="Where a page lies in the whole list.")
class PageInfo:
    """Where a page lies in the whole list."""

    has_next_page: bool = strawberry.field(description="Whether more follow this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the page began after a cursor, so that others come before it."
    )
    start_cursor: str | None = strawberry.field(description="The cursor of the first entry.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last entry: give it as `after` to get the next page."
    )

    @classmethod
    def of(cls, cursors: Sequence[str], after: str | None, has_next: bool) -> PageInfo:
        """Return where a page with these cursors lies that began after `after`."""
        return cls(
            has_next_page=has_next,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )


@strawberry.input(description="How customers are sorted; the key decides between equals.")
class CustomerOrder:
    """How customers are sorted."""

    field: CustomerOrderField = strawberry.field(
        default=CustomerOrderField.KEY, description="By what."
    )
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


@dataclass(frozen=True)
class Sorting:
    """A customer order as the services know it."""

    order: Order = Order.KEY
    descending: bool = False

    @classmethod
    def of(cls, given: CustomerOrder | None) -> Sorting:
        """Return the order that was asked for: by key where none was."""
        if given is None:
            return cls()
        return cls(Order[given.field.value], given.direction is Direction.DESC)

    def cursor(self, position: Position) -> str:
        """Return the opaque text that a page can begin after."""
        value = position.value
        plain = value.isoformat() if isinstance(value, datetime) else value
        parts = [self.order.name, self.descending, plain, position.key]
        return encode_text(json.dumps(parts, ensure_ascii=False, separators=(",", ":")))

    def position(self, cursor: str | None) -> Position | None:
        """Return where a cursor points; raises InvalidInput where it is from another order."""
        if cursor is None:
            return None
        try:
            order, descending, value, key = json.loads(decode_text(cursor))
            if (order, descending) != (self.order.name, self.descending):
                raise _foreign("it belongs to a list in another order")
            moment = self.order is Order.CREATED_AT
            if value is None:
                return Position(None, str(key))
            return Position(datetime.fromisoformat(value) if moment else str(value), str(key))
        except (ValueError, TypeError) as fault:
            raise _foreign("it is none") from fault


def _foreign(reason: str) -> InvalidInput:
    return InvalidInput(
        f"the cursor cannot be used: {reason}.",
        where="after",
        hint="Pass on a cursor of the same list, with the same orderBy.",
    )
