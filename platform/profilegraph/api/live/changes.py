"""GraphQL types of changes of customers, and their cursors."""

from __future__ import annotations

import re

import strawberry

from profilegraph.api.customers.customer import Customer
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.ids import decode_text, encode_text
from profilegraph.domain.feed import FeedPosition
from profilegraph.errors import InvalidInput
from profilegraph.services.live.customer_changes import ChangedCustomer

_CURSOR = "change:"
_FORM = re.compile(rf"{_CURSOR}([0-9a-f]{{16}})((?:,\d{{1,3}}\.\d{{1,15}}){{0,100}})", re.ASCII)


@object_type
class CustomerChange:
    """That something of a customer was written."""

    customer: Customer = strawberry.field(description="The customer, as it is now.")
    cursor: str = strawberry.field(description="Cursor in the changes of all customers.")

    @classmethod
    def of(cls, one: ChangedCustomer, customer: Customer) -> CustomerChange:
        """Return the API's view of a customer's change."""
        return cls(customer=customer, cursor=cursor(one.position))


def cursor(one: FeedPosition) -> str:
    """Return the opaque text that a subscription can begin after."""
    numbers = "".join(f",{feed}.{seq}" for feed, seq in sorted(one.seqs.items()))
    return encode_text(f"{_CURSOR}{one.digest}{numbers}")


def position(cursor: str | None) -> FeedPosition | None:
    """Return where a cursor points; raises InvalidInput if it is of another list."""
    if cursor is None:
        return None
    try:
        found = _FORM.fullmatch(decode_text(cursor))
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(
            "the cursor cannot be used: it is of another list.",
            hint="Send the cursor of a change, or leave `after` out.",
            where="after",
        )
    numbers = (one.split(".") for one in found[2].split(",")[1:])
    return FeedPosition(found[1], {int(feed): int(seq) for feed, seq in numbers})
