"""The idempotency key of a mutation."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.customers.inputs import key
from profilegraph.api.runtime.context import ApiContext
from profilegraph.domain.commands import CommandContext

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="""A text of your choice for this one change, such as a UUID, unique per API key.

The same request with the same key is answered again without another change, so that a request whose answer was lost can safely be repeated."""
    ),
]


def command_context(context: ApiContext, idempotency_key: str | None = None) -> CommandContext:
    """Return actor, moment and idempotency key of a change; raises InvalidInput."""
    viewer, own = context.viewer, _viewers_own(context, idempotency_key)
    return CommandContext(viewer.actor, context.now, own, principal=viewer.id)


def _viewers_own(context: ApiContext, idempotency_key: str | None) -> str | None:
    if idempotency_key is None:
        return None
    # Two people who number their changes from 1 on do not mean the same ones.
    return f"{context.viewer.id}:{key(idempotency_key, 'idempotencyKey')}"
