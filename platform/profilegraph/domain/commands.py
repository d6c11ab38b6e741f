"""The context of a change: actor, moment and idempotency key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profilegraph.domain.duties import Actor


@dataclass(frozen=True)
class CommandContext:
    """The actor of a change, its moment and its idempotency key."""

    actor: Actor
    now: datetime
    idempotency_key: str | None = None
    principal: str | None = None
    """Id of the key, session or token of the actor; None for the operator."""

    @property
    def author(self) -> str:
        """Return the name of the author of the change: that of the API key."""
        return self.actor.name
