"""The settings of a graph, shared by all processes: currency, phone region and time zone."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Deployment:
    """The settings that every process on one graph shares."""

    currency: str
    """The one currency of all amounts, as its ISO 4217 code."""
    phone_region: str
    """The country (ISO 3166) of phone numbers without a country code."""
    timezone: str
    """The time zone in which days begin and moments without a zone are read."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.timezone)
