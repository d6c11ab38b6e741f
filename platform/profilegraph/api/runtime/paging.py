"""Relay connections over customers, with cursors that stay valid while data changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, assert_never

import strawberry
from pydantic import Field, FiniteFloat, TypeAdapter

from profilegraph.api.runtime.definitions import input_type, object_type
from profilegraph.api.runtime.enums import CustomerOrderField, Direction
from profilegraph.api.runtime.fields import optional
from profilegraph.api.runtime.ids import decode_id, decode_text, encode_text
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Moment
from profilegraph.errors import InvalidInput
from profilegraph.language.answers import ByAttribute, ByMetric, Order, Position, Scalar, Sort

DEFAULT_PAGE = 50
_KINDS: Mapping[AttributeType, type[Scalar]] = {
    AttributeType.NUMBER: float,
    AttributeType.STRING: str,
    AttributeType.DATE: date,
    AttributeType.BOOLEAN: bool,
}
_Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_READERS: Mapping[type[Scalar], TypeAdapter[Any]] = {
    float: TypeAdapter(_Whole | FiniteFloat),
    str: TypeAdapter(str),
    bool: TypeAdapter(bool),
    date: TypeAdapter(date),
    datetime: TypeAdapter(Moment),
}


@object_type
class PageInfo:
    """The position of a page in the whole list."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether the page began after a cursor.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first entry.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last entry: give it as `after` to get the next page."
    )

    @classmethod
    def of(cls, cursors: Sequence[str], after: str | None, has_next: bool) -> PageInfo:
        """Return the page info of a page with these cursors that began after `after`."""
        return cls(
            has_next_page=has_next,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )


@input_type
class CustomerOrder:
    """The order of customers: by one of field, attribute and metric, by default by key.

    The key decides between equals. Customers without a value come last in both directions.
    """

    field: CustomerOrderField | None = optional("By a built-in field.")
    attribute: str | None = optional("By an attribute of any type, by its key.")
    metric: str | None = optional("By a metric, by its key.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="The direction.")


@dataclass(frozen=True)
class Sorting:
    """A customer order for the services, with the type of its values."""

    order: Sort = Order.KEY
    descending: bool = False
    kind: type[Scalar] = str

    @classmethod
    def of(cls, given: CustomerOrder, catalogue: Catalogue) -> Sorting:
        """Return the requested order, by default by key.

        Raises InvalidInput if more than one is given, NotFound if no taxonomy has the attribute or
        metric.
        """
        descending = given.direction is Direction.DESC
        choices = (given.field, given.attribute, given.metric)
        match tuple(None if choice is strawberry.UNSET else choice for choice in choices):
            case None, None, None:
                return cls(Order.KEY, descending)
            case CustomerOrderField() as field, None, None:
                moment = field is CustomerOrderField.CREATED_AT
                return cls(Order[field.value], descending, datetime if moment else str)
            case None, str() as attribute, None:
                kind = _KINDS[catalogue.attribute(attribute).type]
                return cls(ByAttribute(attribute), descending, kind)
            case None, None, str() as metric:
                return cls(ByMetric(catalogue.metric(metric).key), descending, float)
            case _:
                raise InvalidInput(
                    "customers are sorted by one of field, attribute and metric.", where="orderBy"
                )

    @property
    def name(self) -> str:
        """Return the name of the order, without its direction."""
        match self.order:
            case Order():
                return self.order.name
            case ByAttribute(key):
                return f"attribute {key}"
            case ByMetric(key):
                return f"metric {key}"
            case _:
                assert_never(self.order)

    def cursor(self, position: Position) -> str:
        """Return the opaque cursor of a position."""
        value = position.value
        plain = value.isoformat() if isinstance(value, date) else value
        parts = [self.name, self.descending, plain, position.key]
        return encode_text(json.dumps(parts, ensure_ascii=False, separators=(",", ":")))

    def position(self, cursor: str | None) -> Position | None:
        """Return the position of a cursor; raises InvalidInput if it belongs to another order."""
        if cursor is None:
            return None
        try:
            name, descending, value, key = json.loads(decode_text(cursor))
            if (name, descending) != (self.name, self.descending):
                raise foreign_cursor("it belongs to a list in another order")
            return Position(None if value is None else _read(value, self.kind), _read(key, str))
        except (ValueError, TypeError, RecursionError) as fault:
            raise foreign_cursor("it is none") from fault


def key_of(cursor: str | None, kind: str) -> str | None:
    """Return the key in a cursor of a list by key; raises InvalidInput if it belongs to another list."""
    if cursor is None:
        return None
    found = decode_id(cursor)
    if found.kind != kind:
        raise InvalidInput(
            "the cursor cannot be used: it is of another list.",
            where="after",
            hint="Pass on a cursor of the same list.",
        )
    return found.key


def _read(plain: Any, kind: type[Any]) -> Any:
    """Return the value of a JSON value; raises ValueError if the graph cannot hold it."""
    return _READERS[kind].validate_json(json.dumps(plain), strict=True)


def foreign_cursor(reason: str) -> InvalidInput:
    """Return the error for a cursor of another list."""
    return InvalidInput(
        f"the cursor cannot be used: {reason}.",
        where="after",
        hint="Pass on a cursor of the same list, with the same orderBy.",
    )
