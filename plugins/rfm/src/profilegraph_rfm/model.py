"""The RFM model: when a customer last bought, how often, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from profilegraph.domain.values import AMOUNT_SCALE, Labels
from profilegraph.hooks import EventTable, Model, Scores, Tables, local_days, utc64
from profilegraph_rfm.threshold import Threshold

LABELS = Labels(zh_cn="RFM 分群", en="RFM segments")
SEGMENTS = np.array(
    [  # indexed by 1 for a high recency + 2 for a high frequency + 4 for a high monetary value
        "general_win_back",
        "general_develop",
        "general_keep",
        "general_value",
        "important_win_back",
        "important_develop",
        "important_keep",
        "important_value",
    ],
    dtype=object,
)
SCORE_CUTS = (0.2, 0.4, 0.6, 0.8)


class RfmOptions(BaseModel):
    """What the model can be told; the defaults compare with the median customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recency: Threshold = Field(Threshold(), description="Of days since the last purchase.")
    frequency: Threshold = Field(Threshold(), description="Of the number of purchases.")
    monetary: Threshold = Field(Threshold(), description="Of the total spent, currency units.")
    window_days: int | None = Field(
        None, ge=1, description="Only purchases of the last so many times 24 hours count."
    )


@dataclass(frozen=True)
class Buyers:
    """Recency, frequency and monetary value of those customers who bought, k of them."""

    index: NDArray[np.intp]
    """(k,) their positions among all customers."""
    days: NDArray[np.int64]
    """(k,) calendar days, in the zone of `now`, from the last purchase's to the day of `now`."""
    purchases: NDArray[np.int64]
    """(k,) how many."""
    spent: NDArray[np.int64]
    """(k,) ten-thousandths of the currency unit."""


@dataclass(frozen=True)
class Rfm(Model[RfmOptions]):
    """Computes the metrics rfm_* and the tags of the dimension rfm."""

    key: str = "rfm"
    labels: Labels = LABELS
    event_types: frozenset[str] = frozenset({"purchase"})
    metrics: frozenset[str] = frozenset(
        f"rfm_{name}"
        for name in (
            "recency_days", "frequency", "monetary",
            "recency_score", "frequency_score", "monetary_score",
        )
    )  # fmt: skip
    dimensions: frozenset[str] = frozenset({"rfm"})
    options: type[RfmOptions] = RfmOptions

    def compute(self, tables: Tables, now: datetime, options: RfmOptions) -> Scores:
        """Return the segment, the three values and their scores 1–5 of everyone who bought.

        A value is high if it is strictly better than its threshold. Where more than half of the
        customers bought once, the median frequency is 1, and all of them would be high otherwise.
        """
        buyers = find_buyers(tables[EventTable], now, options.window_days)
        size = len(tables)
        metrics = {
            "rfm_recency_days": buyers.days.astype(np.float64),
            "rfm_frequency": buyers.purchases.astype(np.float64),
            "rfm_monetary": buyers.spent / AMOUNT_SCALE,
            "rfm_recency_score": quantile_scores(-buyers.days),
            "rfm_frequency_score": quantile_scores(buyers.purchases),
            "rfm_monetary_score": quantile_scores(buyers.spent),
        }
        segments, thresholds = segment(buyers, options)
        tags = np.full(size, None, dtype=object)
        tags[buyers.index] = segments
        return Scores(
            metrics={key: _spread(values, buyers.index, size) for key, values in metrics.items()},
            tags={"rfm": tags},
            facts={"as_of": now.isoformat(), "customers": len(buyers.index), **thresholds},
        )


def find_buyers(events: EventTable, now: datetime, window_days: int | None) -> Buyers:
    """Return those who bought by `now`, and within the window that ends there, if there is one."""
    moment = utc64(now)
    counted = (events.type == "purchase") & (events.at <= moment)
    if window_days is not None:
        counted &= events.at >= moment - np.timedelta64(timedelta(days=window_days), "us")
    purchases = events.where(counted)
    counts = purchases.counts()
    index = np.flatnonzero(counts)
    # The events of a customer stand together in the order of time: each run ends with the latest.
    latest = purchases.at[np.cumsum(counts[index]) - 1]
    days = np.datetime64(now.date(), "D") - local_days(latest, now.tzinfo)
    return Buyers(index, days.astype(np.int64), counts[index], purchases.totals()[index])


def segment(
    buyers: Buyers, options: RfmOptions
) -> tuple[NDArray[np.object_], dict[str, float | str]]:
    """Return the segment of each buyer, (k,), and the thresholds that were used, by name."""
    if not len(buyers.index):
        return np.empty(0, dtype=object), {}
    recency = options.recency.of(buyers.days)
    frequency = options.frequency.of(buyers.purchases)
    monetary = options.monetary.of(buyers.spent, AMOUNT_SCALE)
    code = (
        1 * (buyers.days < recency)
        + 2 * (buyers.purchases > frequency)
        + 4 * (buyers.spent > monetary)
    )
    facts: dict[str, float | str] = {
        "recency_threshold_days": recency,
        "recency_method": str(options.recency),
        "frequency_threshold": frequency,
        "frequency_method": str(options.frequency),
        "monetary_threshold": monetary / AMOUNT_SCALE,
        "monetary_method": str(options.monetary),
    }
    return SEGMENTS[code], facts


def quantile_scores(values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return 1 to 5 for each value, (k,): one more for each fifth of the values that it exceeds.

    Equal values have equal scores, so a fifth may be larger or smaller than a fifth.
    """
    if not len(values):
        return np.empty(0)
    cuts = np.quantile(values, SCORE_CUTS)
    return 1.0 + np.searchsorted(cuts, values, side="left").astype(np.float64)


def _spread(values: NDArray[np.float64], index: NDArray[np.intp], size: int) -> NDArray[np.float64]:
    column = np.full(size, np.nan)
    column[index] = values
    return column
