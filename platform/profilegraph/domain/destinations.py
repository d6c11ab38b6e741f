"""Deliveries: members of a segment that are sent to a destination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profilegraph.domain.outbox import OutboxItem

DELIVERY = "delivery"
"""What deliveries are called in the outbox."""


@dataclass(frozen=True)
class DeliveryRequest:
    """What is to be sent where: two of them that are equal are for the same purpose."""

    segment: str
    destination: str
    options: Mapping[str, Any]
    """As JSON."""
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord(OutboxItem):
    """A delivery, known by its key in every attempt."""

    request: DeliveryRequest
    version: int
    """Of the segment, when its members were taken."""
    size: int
    """How many members it has."""
    at: datetime
    author: str
    note: str | None
    """Where it went, as the destination says it."""
