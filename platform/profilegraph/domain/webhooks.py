"""Webhooks: the receivers of transitions of live segments, and their positions among the moves."""

from __future__ import annotations

from dataclasses import dataclass, field

from profilegraph.domain.outbox import OutboxItem

WEBHOOK = "webhook"
"""What webhooks are called in the outbox."""


@dataclass(frozen=True, kw_only=True)
class Webhook(OutboxItem):
    """Where moves of a segment are sent; while it is SENT, it was told of all of them."""

    segment: str
    owner: str
    """The name of whose segment it is."""
    watch: str
    """Key of the watch whose moves it tells of."""
    url: str
    secret: str = field(repr=False)
    n: int
    """Number of the move of which it is told next, or which is being told."""
    part: int
    """Which part of that move is next, from 0 on."""
