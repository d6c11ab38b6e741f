"""What becomes of members of a segment that are sent to a destination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class DeliveryState(StrEnum):
    """The state of a delivery to a destination."""

    WAITING = "WAITING"
    """To be sent, or just being sent."""
    SENT = "SENT"
    FAILED = "FAILED"
    """Not taken after several attempts; asked for again, it is sent again under the same id."""


@dataclass(frozen=True)
class DeliveryRequest:
    """What is to be sent where: two of them that are equal are for the same purpose."""

    segment: str
    destination: str
    options: Mapping[str, Any]
    """As JSON."""
    columns: tuple[str, ...]


@dataclass(frozen=True)
class DeliveryRecord:
    """A delivery, and what has become of it."""

    id: str
    request: DeliveryRequest
    version: int
    """Of the segment, when its members were taken."""
    size: int
    """How many members it has."""
    at: datetime
    author: str
    state: DeliveryState
    attempts: int
    note: str | None
    """Where it went, as the destination says it."""
    problem: str | None
    """Why the last attempt failed."""
