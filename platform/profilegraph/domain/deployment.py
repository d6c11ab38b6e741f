"""What belongs to a graph and not to a process: what its amounts, phone numbers and days mean."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Deployment:
    """The settings that every process on one graph shares."""

    currency: str
    """The one currency of all amounts, as its ISO 4217 code."""
    phone_region: str
    """The country (ISO 3166) of phone numbers that do not say theirs."""
    timezone: str
    """The time zone in which days begin and moments without a zone are read."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.timezone)
