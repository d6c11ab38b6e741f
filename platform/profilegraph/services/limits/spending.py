"""What one request spends: its price is charged before the work begins."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.errors import QueryTooExpensive
from profilegraph.services.limits.rates import RateLimiter

BASE_POINTS = 1.0
"""The price of a request that does nothing: to read, check and answer it."""
POINTS_AN_ITEM = 0.05
"""The price of a list item of the answer; measured by `python -m benchmarks.floods`."""

WHOLE_SECONDS = 600.0
"""The longest computation of the platform itself, which nobody waits for."""


@dataclass
class Spending:
    """The points that a request has been charged; one point is about a millisecond of a processor."""

    owner: str = ""
    """The id of the key or session that pays."""
    maximum: float | None = None
    """The most points of one request; None for the work of the platform itself."""
    rate: RateLimiter | None = None
    seconds: float = WHOLE_SECONDS
    """The longest that one computation of it may take."""
    price: float = 0.0

    def charge(self, points: float) -> None:
        """Add to the price; raises QueryTooExpensive, RateLimited, and charges nothing then."""
        price = self.price + points
        if self.maximum is not None and price > self.maximum:
            raise QueryTooExpensive(
                f"the request costs {price:,.0f} points; at most {self.maximum:,.0f} are allowed.",
                hint="Ask for fewer conditions at once, or for cheaper ones: fewer steps between"
                " related customers, fewer sequences.",
            )
        if self.rate is not None:
            self.rate.take(self.owner, points)
        self.price = price

    def refuse_exhausted(self) -> None:
        """Raise RateLimited if there is nothing left to spend; nothing is charged."""
        if self.rate is not None:
            self.rate.refuse_exhausted(self.owner)

    def told(self) -> dict[str, float]:
        """Return what the answer tells of its price."""
        found = {"price": round(self.price, 1)}
        if self.maximum is not None:
            found["maximum"] = self.maximum
        if self.rate is not None:
            found["remaining"] = self.rate.remaining(self.owner)
        return found
