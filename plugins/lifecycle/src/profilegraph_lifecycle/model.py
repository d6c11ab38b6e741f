"""The lifecycle model: new, growing, mature, late or gone, by the customer's own rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from profilegraph.domain.values import Labels
from profilegraph.hooks import EventTable, Model, Scores, Tables, local_days, utc64

LABELS = Labels(zh_cn="客户生命周期", en="Customer lifecycle")


class LifecycleOptions(BaseModel):
    """Where one stage ends and the next begins; rhythms are multiples of the usual interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mature_purchase_days: int = Field(
        4, ge=2, description="Days with a purchase from which on a customer is mature."
    )
    late_after: float = Field(
        1.5, gt=0, description="Rhythms of silence that make a customer late."
    )
    gone_after: float = Field(
        3.0, gt=0, description="Rhythms of silence that make a customer gone."
    )
    shortest_rhythm_days: float = Field(
        14.0, gt=0, description="Least rhythm: two purchases in one week promise no third."
    )
    first_rhythm_days: float | None = Field(
        None, gt=0, description="Rhythm of who bought on one day; else the median of all others."
    )

    @model_validator(mode="after")
    def _late_before_gone(self) -> Self:
        if self.late_after >= self.gone_after:
            raise ValueError("`late_after` must be less than `gone_after`")
        return self


@dataclass(frozen=True)
class Histories:
    """The purchase histories of those customers who bought, k of them; days are whole, in the zone of `now`."""

    index: NDArray[np.intp]
    """(k,) their positions among all customers."""
    purchase_days: NDArray[np.int64]
    """(k,) on how many different days they bought."""
    age: NDArray[np.int64]
    """(k,) days since the first purchase."""
    silence: NDArray[np.int64]
    """(k,) days since the last purchase."""


@dataclass(frozen=True)
class Lifecycle(Model[LifecycleOptions]):
    """Computes the metrics lifecycle_* and the tags of the dimension lifecycle."""

    key: str = "lifecycle"
    labels: Labels = LABELS
    event_types: frozenset[str] = frozenset({"purchase"})
    metrics: frozenset[str] = frozenset(
        {"lifecycle_age_days", "lifecycle_rhythm_days", "lifecycle_lateness"}
    )
    dimensions: frozenset[str] = frozenset({"lifecycle"})
    options: type[LifecycleOptions] = LifecycleOptions

    def compute(self, tables: Tables, now: datetime, options: LifecycleOptions) -> Scores:
        """Return the stage, age, rhythm and lateness (silence ÷ rhythm) of everyone who bought."""
        found = find_histories(tables[EventTable], now)
        first_rhythm = usual_first_rhythm(found, options)
        rhythm = rhythms(found, options, first_rhythm)
        lateness = found.silence / rhythm
        columns = {
            "lifecycle_age_days": found.age.astype(np.float64),
            "lifecycle_rhythm_days": rhythm,
            "lifecycle_lateness": lateness,
        }
        size = len(tables)
        metrics = {key: np.full(size, np.nan) for key in columns}
        for key, values in columns.items():
            metrics[key][found.index] = values
        tags = np.full(size, None, dtype=object)
        tags[found.index] = stages(found.purchase_days, lateness, options)
        facts: dict[str, float | str] = {"as_of": now.isoformat(), "customers": len(found.index)}
        facts |= {
            "first_rhythm_days": first_rhythm,
            **options.model_dump(exclude={"first_rhythm_days"}),
        }
        return Scores(metrics=metrics, tags={"lifecycle": tags}, facts=facts)


def find_histories(events: EventTable, now: datetime) -> Histories:
    """Return the histories, up to `now`, of everyone who bought by then."""
    moment = utc64(now)
    purchases = events.where((events.type == "purchase") & (events.at <= moment))
    days = local_days(purchases.at, now.tzinfo).astype(np.int64)
    counts = purchases.counts()
    index = np.flatnonzero(counts)
    ends = np.cumsum(counts[index])
    first, last = days[ends - counts[index]], days[ends - 1]
    # A purchase begins a new day if it is the customer's first, or later than the one before.
    new_day = np.ones(len(days), dtype=bool)
    new_day[1:] = (np.diff(days) != 0) | (np.diff(purchases.customer) != 0)
    different = np.bincount(purchases.customer[new_day], minlength=len(events.customers))
    today = int(np.datetime64(now.date(), "D").astype(np.int64))
    return Histories(index, different[index].astype(np.int64), today - first, today - last)


def usual_first_rhythm(found: Histories, options: LifecycleOptions) -> float:
    """Return the rhythm, days, that is expected of customers who bought on one day so far."""
    if options.first_rhythm_days is not None:
        return options.first_rhythm_days
    repeated = found.purchase_days > 1
    if not repeated.any():
        return options.shortest_rhythm_days
    own = (found.age - found.silence)[repeated] / (found.purchase_days[repeated] - 1)
    return float(np.median(np.maximum(own, options.shortest_rhythm_days)))


def rhythms(
    found: Histories, options: LifecycleOptions, first_rhythm: float
) -> NDArray[np.float64]:
    """Return the usual days between two purchase days of each customer, (k,)."""
    intervals = found.purchase_days - 1
    own = (found.age - found.silence) / np.maximum(intervals, 1)
    return np.where(intervals > 0, np.maximum(own, options.shortest_rhythm_days), first_rhythm)


def stages(
    purchase_days: NDArray[np.int64], lateness: NDArray[np.float64], options: LifecycleOptions
) -> NDArray[np.object_]:
    """Return the stage of each customer, (k,): the first rule that applies decides."""
    rules = [
        (lateness > options.gone_after, "churn"),
        (lateness > options.late_after, "maintenance"),
        (purchase_days == 1, "acquisition"),
        (purchase_days < options.mature_purchase_days, "growth"),
    ]
    chosen = np.select([rule for rule, _ in rules], [stage for _, stage in rules], "maturity")
    return chosen.astype(object)
