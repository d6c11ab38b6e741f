"""The lifecycle model: each rule by hand, and all of it against a naive version."""

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
from profilegraph_lifecycle import Lifecycle, LifecycleOptions, register_models

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
Row = tuple[str, str, datetime, int]


def bought(customer: str, *days_ago: int) -> list[Row]:
    return [(customer, "purchase", NOW - timedelta(days=days), 10_000) for days in days_ago]


def computed(events: EventTable, **options: Any) -> Scores:
    return run_model(Lifecycle(), Tables.of(events), NOW, LifecycleOptions(**options))


def stage(*days_ago: int, **options: Any) -> str | None:
    found: str | None = computed(EventTable.of(bought("a", *days_ago)), **options).tags[
        "lifecycle"
    ][0]
    return found


def test_the_plugin_brings_one_model_that_keeps_the_contract() -> None:
    [model] = register_models()
    assert isinstance(model, Model)
    assert model.key == "lifecycle"


def test_the_taxonomy_commerce_declares_what_the_model_computes() -> None:
    catalogue = Catalogue.of([read_taxonomy(data_folder("taxonomies") / "commerce.yaml")])
    assert Lifecycle().metrics <= set(catalogue.metrics)
    assert Lifecycle().event_types <= set(catalogue.events)
    assert [tag.key for tag in catalogue.dimension("lifecycle").tags] == [
        "acquisition", "growth", "maturity", "maintenance", "churn",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        ((5,), "acquisition"),
        ((5, 25), "growth"),
        ((5, 25, 45), "growth"),
        ((5, 25, 45, 65), "maturity"),
        ((30, 50, 70, 90), "maturity"),  # silent for 1.5 rhythms of 20 days: not yet late
        ((31, 51, 71, 91), "maintenance"),
        ((60, 80, 100, 120), "maintenance"),  # 3 rhythms: not yet gone
        ((61, 81, 101, 121), "churn"),
        ((61, 161, 261, 361), "maturity"),  # the same silence, a slower rhythm
    ],
)
def test_a_stage_follows_from_the_customers_own_rhythm(
    days_ago: tuple[int, ...], expected: str
) -> None:
    assert stage(*days_ago) == expected


def test_purchases_of_one_day_count_once() -> None:
    assert stage(5, 5, 5, 5) == "acquisition"
    assert stage(5, 5, 25, 25) == "growth"


def test_a_short_rhythm_is_taken_for_no_shorter_than_the_least() -> None:
    assert stage(20, 21, 22, 23) == "maturity"
    assert stage(20, 21, 22, 23, shortest_rhythm_days=1) == "churn"


def test_who_bought_once_is_measured_by_the_rhythm_of_the_others() -> None:
    others = bought("slow", 0, 40) + bought("slower", 0, 60) + bought("slowest", 0, 200)
    events = EventTable.of(others + bought("once", 85) + bought("gone", 181))
    scores = computed(events)
    stages = dict(zip(events.customers, scores.tags["lifecycle"].tolist(), strict=True))
    assert scores.facts["first_rhythm_days"] == 60
    assert (stages["once"], stages["gone"]) == ("acquisition", "churn")
    given = computed(events, first_rhythm_days=50)
    assert given.tags["lifecycle"][3] == "maintenance"
    assert given.facts["first_rhythm_days"] == 50


def test_customers_without_purchases_have_no_stage() -> None:
    events = EventTable.of(
        [("visitor", "visit_page", NOW, 0), *bought("later", -3)], customers=["none"]
    )
    scores = computed(events)
    assert scores.tags["lifecycle"].tolist() == [None] * 3
    assert all(np.isnan(column).all() for column in scores.metrics.values())


def test_metrics_tell_age_rhythm_and_lateness() -> None:
    metrics = computed(EventTable.of(bought("a", 30, 50, 90))).metrics
    assert {key: column.tolist() for key, column in metrics.items()} == {
        "lifecycle_age_days": [90], "lifecycle_rhythm_days": [30], "lifecycle_lateness": [1],
    }  # fmt: skip


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="`late_after` must be less than `gone_after`"):
        LifecycleOptions(late_after=3, gone_after=2)


def naive_stages(rows: list[Row], options: LifecycleOptions) -> dict[str, str]:
    days: dict[str, list[int]] = {}
    for customer, kind, at, _ in rows:
        if kind == "purchase" and at <= NOW:
            days.setdefault(customer, []).append((NOW.date() - at.date()).days)
    own = {}
    for customer, silences in days.items():
        different = sorted(set(silences))
        if len(different) > 1:
            interval = (different[-1] - different[0]) / (len(different) - 1)
            own[customer] = max(interval, options.shortest_rhythm_days)
    usual = median(own.values()) if own else options.shortest_rhythm_days
    found = {}
    for customer, silences in days.items():
        lateness, count = min(silences) / own.get(customer, usual), len(set(silences))
        if lateness > options.gone_after:
            found[customer] = "churn"
        elif lateness > options.late_after:
            found[customer] = "maintenance"
        elif count == 1:
            found[customer] = "acquisition"
        else:
            found[customer] = "growth" if count < options.mature_purchase_days else "maturity"
    return found


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from(["purchase", "purchase", "refund"]),
            st.datetimes(
                datetime(2025, 9, 1),  # noqa: DTZ001
                datetime(2026, 2, 3),  # noqa: DTZ001
                timezones=st.just(UTC),
            ),
            st.just(10_000),
        ),
        max_size=40,
    ),
    mature=st.integers(2, 5),
    shortest=st.sampled_from([1.0, 14.0]),
)
def test_the_model_agrees_with_the_naive_version(
    rows: list[Row], mature: int, shortest: float
) -> None:
    options = LifecycleOptions(mature_purchase_days=mature, shortest_rhythm_days=shortest)
    events = EventTable.of(rows)
    tags = run_model(Lifecycle(), Tables.of(events), NOW, options).tags["lifecycle"].tolist()
    found = {c: tag for c, tag in zip(events.customers, tags, strict=True) if tag is not None}
    assert found == naive_stages(rows, options)
