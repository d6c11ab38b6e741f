"""The RFM model: each rule by hand, and all of it against a naive version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.hooks import EventTable, Model, Scores, Tables
from profilegraph.hooks.models import run_model
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph_rfm import Rfm, RfmOptions, Threshold, register_models

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
UNITS = 10_000


def bought(customer: str, *purchases: tuple[int, float]) -> list[tuple[str, str, datetime, int]]:
    """Return purchases, each given as days before `NOW` and amount."""
    return [
        (customer, "purchase", NOW - timedelta(days=days), round(amount * UNITS))
        for days, amount in purchases
    ]


def computed(events: EventTable, now: datetime = NOW, **options: Any) -> Scores:
    return run_model(Rfm(), Tables.of(events), now, RfmOptions(**options))


def by_customer(events: EventTable, column: Any) -> dict[str, Any]:
    return dict(zip(events.customers, column.tolist(), strict=True))


def test_the_plugin_brings_one_model_that_keeps_the_contract() -> None:
    [model] = register_models()
    assert isinstance(model, Model)
    assert model.key == "rfm"


def test_the_taxonomy_commerce_declares_what_the_model_computes() -> None:
    catalogue = Catalogue.of([read_taxonomy(data_folder("taxonomies") / "commerce.yaml")])
    assert Rfm().metrics <= set(catalogue.metrics)
    assert Rfm().event_types <= set(catalogue.events)
    assert {tag.key for tag in catalogue.dimension("rfm").tags} == set(SEGMENT_OF.values())


SEGMENT_OF = {
    "HHH": "important_value",
    "HLH": "important_develop",
    "LHH": "important_keep",
    "LLH": "important_win_back",
    "HHL": "general_value",
    "HLL": "general_develop",
    "LHL": "general_keep",
    "LLL": "general_win_back",
}


@pytest.mark.parametrize(("pattern", "segment"), SEGMENT_OF.items())
def test_each_pattern_of_high_and_low_has_its_segment(pattern: str, segment: str) -> None:
    recency, frequency, monetary = (letter == "H" for letter in pattern)
    days, times, spent = 5 if recency else 50, 4 if frequency else 2, 400 if monetary else 20
    events = EventTable.of(bought("a", *[(days + 5 * n, spent / times) for n in range(times)]))
    scores = computed(events, recency="fixed:30", frequency=3, monetary="100")
    assert scores.tags["rfm"].tolist() == [segment]


def test_a_value_at_its_threshold_is_low() -> None:
    events = EventTable.of(bought("a", (30, 50), (40, 50)))
    at = computed(events, recency=30, frequency=2, monetary=100)
    assert at.tags["rfm"].tolist() == ["general_win_back"]
    just_better = computed(events, recency=31, frequency=1, monetary="99.99")
    assert just_better.tags["rfm"].tolist() == ["important_value"]


def test_recency_counts_calendar_days_in_utc() -> None:
    midnight = datetime(2026, 1, 31, tzinfo=UTC)
    events = EventTable.of(
        [
            ("just_before", "purchase", midnight - timedelta(microseconds=1), UNITS),
            ("at", "purchase", midnight, UNITS),
            ("shanghai", "purchase", datetime.fromisoformat("2026-01-31T07:59:59+08:00"), UNITS),
        ]
    )
    recency = by_customer(events, computed(events).metrics["rfm_recency_days"])
    assert recency == {"just_before": 1, "at": 0, "shanghai": 1}


def test_later_purchases_and_other_events_do_not_count() -> None:
    events = EventTable.of(
        [
            *bought("a", (10, 5), (-1, 1000)),
            ("a", "refund", NOW - timedelta(days=1), UNITS),
            *bought("later", (-2, 7)),
            ("visitor", "visit_page", NOW - timedelta(days=1), 0),
        ],
        customers=["none"],
    )
    scores = computed(events)
    assert by_customer(events, scores.tags["rfm"]) == {
        "none": None, "a": "general_win_back", "later": None, "visitor": None,
    }  # fmt: skip
    assert by_customer(events, scores.metrics["rfm_monetary"])["a"] == 5
    assert np.isnan(scores.metrics["rfm_frequency"]).tolist() == [True, False, True, True]
    assert scores.facts["customers"] == 1


def test_a_window_leaves_out_what_is_older() -> None:
    events = EventTable.of([*bought("a", (30, 5), (31, 7)), *bought("b", (31, 7))])
    scores = computed(events, window_days=30)
    assert by_customer(events, scores.tags["rfm"])["b"] is None
    assert scores.metrics["rfm_monetary"].tolist()[0] == 5


def test_without_purchases_there_are_no_scores_and_no_thresholds() -> None:
    scores = computed(EventTable.of([], customers=["a", "b"]))
    assert scores.tags["rfm"].tolist() == [None, None]
    assert all(np.isnan(column).all() for column in scores.metrics.values())
    assert scores.facts == {"as_of": NOW.isoformat(), "customers": 0}


def test_the_thresholds_that_were_used_are_told() -> None:
    events = EventTable.of(
        [*bought("a", (1, 10)), *bought("b", (2, 20)), *bought("c", (6, 60), (7, 0))]
    )
    facts = computed(events, recency="mean", frequency="quantile:0.75", monetary=25.5).facts
    assert facts == {
        "as_of": NOW.isoformat(), "customers": 3,
        "recency_threshold_days": 3.0, "recency_method": "mean",
        "frequency_threshold": 1.5, "frequency_method": "quantile:0.75",
        "monetary_threshold": 25.5, "monetary_method": "fixed:25.5",
    }  # fmt: skip


def test_equal_amounts_are_never_above_their_own_mean() -> None:
    events = EventTable.of([row for n in range(49) for row in bought(f"c{n}", (3, 0.1))])
    assert set(computed(events, monetary="mean").tags["rfm"].tolist()) == {"general_win_back"}


def test_scores_rise_by_one_with_each_fifth_that_is_exceeded() -> None:
    events = EventTable.of([row for n in range(10) for row in bought(f"c{n}", (n, 10 * n))])
    scores = computed(events)
    assert scores.metrics["rfm_monetary_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores.metrics["rfm_recency_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert set(scores.metrics["rfm_frequency_score"].tolist()) == {1}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("mean", "mean"), ("median", "median"), ("quantile:0.8", "quantile:0.8"),
        ("fixed:30", "fixed:30"), ("30", "fixed:30"), (30, "fixed:30"), (2.5, "fixed:2.5"),
        ({"method": "quantile", "value": 0.5}, "quantile:0.5"),
    ],
)  # fmt: skip
def test_a_threshold_can_be_written_as_one_word(given: Any, meant: str) -> None:
    threshold = Threshold.model_validate(given)
    assert str(threshold) == meant
    assert Threshold.model_validate(str(threshold)) == threshold


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("quantile", "'quantile' needs a number, such as 'quantile:0.8'"),
        ("fixed", "'fixed' needs a number, such as 'fixed:30'"),
        ("mean:3", "'mean' takes no number"),
        ("quantile:1.5", "between 0 and 1"),
        ("fixed:inf", "finite number"),
        ("middle", "should be 'fixed', 'mean', 'median' or 'quantile'"),
        (True, "valid dictionary"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Threshold.model_validate(given)


# Against a naive version of the same definition

PURCHASES = st.lists(
    st.tuples(
        st.sampled_from("abcdefg"),
        st.sampled_from(["purchase", "purchase", "purchase", "refund"]),
        st.datetimes(
            datetime(2025, 11, 1), datetime(2026, 2, 3), timezones=st.just(UTC)  # noqa: DTZ001
        ),
        st.sampled_from([0, 1, 1000, 1999, 5_0000, 123_4567]),
    ),
    max_size=40,
)  # fmt: skip
METHODS = st.sampled_from(["median", "mean", "quantile:0.25", "1", "20"])


def naive_threshold(method: str, values: list[int], scale: int) -> float:
    if method == "median":
        return median(values)
    if method == "mean":
        return sum(values) / len(values)
    if method.startswith("quantile"):
        ordered, position = sorted(values), 0.25 * (len(values) - 1)
        below = ordered[int(position)]
        return below + (position % 1) * (ordered[min(int(position) + 1, len(values) - 1)] - below)
    return int(method) * scale


def naive_rfm(
    rows: list[tuple[str, str, datetime, int]], methods: tuple[str, str, str], window: int | None
) -> dict[str, tuple[int, int, int, str]]:
    values: dict[str, tuple[int, int, int]] = {}
    for customer in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == customer and row[1] == "purchase" and row[2] <= NOW]
        own = [row for row in own if window is None or NOW - row[2] <= timedelta(days=window)]
        if own:
            last = max(row[2] for row in own).date()
            values[customer] = ((NOW.date() - last).days, len(own), sum(row[3] for row in own))
    if not values:
        return {}
    columns = [list(column) for column in zip(*values.values(), strict=True)]
    limits = [
        naive_threshold(method, column, scale)
        for method, column, scale in zip(methods, columns, (1, 1, UNITS), strict=True)
    ]
    return {
        customer: (r, f, m, SEGMENT_OF["".join(
            "H" if high else "L" for high in (r < limits[0], f > limits[1], m > limits[2])
        )])
        for customer, (r, f, m) in values.items()
    }  # fmt: skip


@given(
    rows=PURCHASES,
    methods=st.tuples(METHODS, METHODS, METHODS),
    window=st.none() | st.integers(1, 60),
)
def test_the_model_agrees_with_the_naive_version(
    rows: list[tuple[str, str, datetime, int]],
    methods: tuple[str, str, str],
    window: int | None,
) -> None:
    events = EventTable.of(rows)
    options: dict[str, Any] = dict(zip(("recency", "frequency", "monetary"), methods, strict=True))
    scores = computed(events, window_days=window, **options)
    expected = naive_rfm(rows, methods, window)
    found = {
        customer: (
            int(scores.metrics["rfm_recency_days"][n]),
            int(scores.metrics["rfm_frequency"][n]),
            round(scores.metrics["rfm_monetary"][n] * UNITS),
            scores.tags["rfm"][n],
        )
        for n, customer in enumerate(events.customers)
        if scores.tags["rfm"][n] is not None
    }
    assert found == expected


@given(rows=PURCHASES, days=st.integers(0, 40))
def test_scores_as_of_a_past_day_do_not_know_the_future(
    rows: list[tuple[str, str, datetime, int]], days: int
) -> None:
    past = NOW - timedelta(days=days)
    customers = sorted({row[0] for row in rows})
    all_rows = computed(EventTable.of(rows, customers), past)
    by_then = computed(EventTable.of([row for row in rows if row[2] <= past], customers), past)
    assert all_rows.tags["rfm"].tolist() == by_then.tags["rfm"].tolist()
    for key, column in all_rows.metrics.items():
        np.testing.assert_array_equal(column, by_then.metrics[key])
