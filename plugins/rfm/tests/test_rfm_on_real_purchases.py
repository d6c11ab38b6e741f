"""RFM on all purchases of CDNOW, compared with the package lifetimes."""

from __future__ import annotations

import gzip
import warnings
from datetime import UTC, date, datetime
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from profilegraph.config import data_folder
from profilegraph.hooks import EventTable, Scores, Tables
from profilegraph.hooks.models import run_model
from profilegraph_rfm import Rfm, RfmOptions

NOW = datetime(1998, 6, 30, tzinfo=UTC)
UNITS = 10_000
Purchases = list[tuple[str, date, float]]


@pytest.fixture(scope="module")
def cdnow() -> Purchases:
    with gzip.open(data_folder("examples/cdnow") / "CDNOW_master.txt.gz", "rt") as lines:
        rows = [line.split() for line in lines][1:]
    return [(row[0], date.fromisoformat(row[1]), float(row[3])) for row in rows]


def run(events: EventTable) -> Scores:
    return run_model(Rfm(), Tables.of(events), NOW, RfmOptions())


def table(purchases: Purchases) -> EventTable:
    return EventTable.of(
        (
            customer,
            "purchase",
            datetime(day.year, day.month, day.day, tzinfo=UTC),
            round(spent * UNITS),
        )
        for customer, day, spent in purchases
    )


def lifetimes_summary(purchases: Purchases, **options: bool) -> pd.DataFrame:
    with warnings.catch_warnings():
        # On import, lifetimes sets an option of pandas that has no effect any more.
        warnings.filterwarnings("ignore", "The 'mode.chained_assignment' option is deprecated")
        utils = import_module("lifetimes.utils")
    frame = pd.DataFrame(purchases, columns=["customer", "day", "spent"])
    summary: pd.DataFrame = utils.summary_data_from_transaction_data(
        frame, "customer", "day", "spent", observation_period_end="1998-06-30", **options
    )
    return summary.sort_index()


def test_recency_frequency_and_monetary_value_are_those_of_lifetimes(cdnow: Purchases) -> None:
    """Convert lifetimes' definitions to ours, and find every one of 23,570 customers equal.

    lifetimes' recency is the age at the last purchase and T the age now: days since the last
    purchase are T - recency. Its frequency counts days with a purchase, by default without the
    first one; its monetary value is the mean spent on such a day.
    """
    events = table(cdnow)
    metrics = run(events).metrics
    summary = lifetimes_summary(cdnow, include_first_transaction=True)
    assert summary.index.tolist() == sorted(events.customers)
    order = np.argsort(events.customers)

    ours = metrics["rfm_recency_days"][order]
    np.testing.assert_array_equal(ours, (summary["T"] - summary["recency"]).to_numpy())

    spent = (summary["monetary_value"] * summary["frequency"]).to_numpy()
    np.testing.assert_allclose(metrics["rfm_monetary"][order], spent, rtol=1e-12, atol=1e-9)

    days = table([(customer, day, 0.0) for customer, day in {row[:2] for row in cdnow}])
    frequency = run(days).metrics["rfm_frequency"]
    by_day = frequency[np.argsort(days.customers)]
    np.testing.assert_array_equal(by_day, summary["frequency"].to_numpy())
    repeated = lifetimes_summary(cdnow)["frequency"].to_numpy()
    np.testing.assert_array_equal(by_day - 1, repeated)


def test_the_totals_of_the_real_purchases_add_up(cdnow: Purchases) -> None:
    scores = run(table(cdnow))
    assert scores.metrics["rfm_frequency"].sum() == 69_659
    assert round(scores.metrics["rfm_monetary"].sum(), 2) == 2_500_315.63
    assert scores.facts["customers"] == 23_570
    assert scores.facts["frequency_threshold"] == 1
    assert len(set(scores.tags["rfm"].tolist())) == 8
