"""The key under which a change is done once, however often it is asked for."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.customers.inputs import key
from profilegraph.api.runtime.context import ApiContext

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="""A text of your own for this one change, such as a UUID; each API key has its own.

The same request sent again with the same key changes nothing and is answered again, so that a
request whose answer was lost can be repeated without fear."""
    ),
]


def request_key(context: ApiContext, idempotency_key: str | None) -> str | None:
    """Return the key under which the graph remembers a request; raises InvalidInput."""
    if idempotency_key is None:
        return None
    # Two people who number their changes from 1 on do not mean the same ones.
    return f"{context.viewer.id}:{key(idempotency_key, 'idempotencyKey')}"
