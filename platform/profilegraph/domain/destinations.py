"""What becomes of members of a segment that are sent to a destination."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    WAITING = "WAITING"
    """To be sent, or just being sent."""
    SENT = "SENT"
    FAILED = "FAILED"
    """Not taken after several attempts; asked for again, it is sent again under the same id."""
