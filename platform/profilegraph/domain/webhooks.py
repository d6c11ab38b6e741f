"""Webhooks: the receivers of transitions of live segments, and the state of their deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Webhook:
    """Where moves of a segment are sent, and what has become of that."""

    key: str
    segment: str
    watch: str
    """Key of the watch whose moves it tells of."""
    url: str
    secret: str = field(repr=False)
    n: int
    """Number of the move of which it is told next, or which is being told."""
    part: int
    """Which part of that move is next, from 0 on."""
    attempts: int
    """How often the next message was sent in vain."""
    due_at: datetime
    """When the next attempt may be made."""
    active: bool
    """Whether it is told at all: not after it was given up or switched off."""
    problem: str | None
    """Why the last attempt failed; None where it did not."""
    delivered_at: datetime | None
