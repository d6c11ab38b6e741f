"""Who asks for a change, and when: what every change of the platform comes with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profilegraph.domain.duties import Actor


@dataclass(frozen=True)
class CommandContext:
    """Who asks for a change, when, and under which idempotency key."""

    actor: Actor
    now: datetime
    idempotency_key: str | None = None

    @property
    def author(self) -> str:
        """Return what the author of the change is called: the name of the API key."""
        return self.actor.name
