"""The contract of models: what they are given, and that they keep their word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from profilegraph.domain.values import Labels
from profilegraph.errors import PluginError
from profilegraph.hooks import EventTable, Model, NoOptions, Scores, Tables, local_days
from profilegraph.hooks.models import run_model

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@dataclass(frozen=True)
class CountingModel(Model[NoOptions]):
    """Counts events; `result` replaces what it returns."""

    key: str = "counting"
    labels: Labels = Labels(zh_cn="计数", en="Counting")  # noqa: RUF009
    event_types: frozenset[str] = frozenset({"purchase"})
    metrics: frozenset[str] = frozenset({"count"})
    dimensions: frozenset[str] = frozenset()
    options: type[NoOptions] = NoOptions
    result: Scores | None = None

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        counts = tables[EventTable].counts()
        return self.result or Scores(metrics={"count": counts.astype(np.float64)})


def some_events() -> EventTable:
    return EventTable.of(
        [
            ("b", "purchase", datetime(2026, 1, 2, tzinfo=UTC), 20_000),
            ("a", "purchase", datetime(2026, 1, 3, tzinfo=UTC), 5_000),
            ("b", "refund", datetime(2026, 1, 1, tzinfo=UTC), 10_000),
        ],
        customers=["none", "a"],
    )


def test_an_event_table_is_sorted_by_customer_then_time() -> None:
    events = some_events()
    assert events.customers == ("none", "a", "b")
    assert events.customer.tolist() == [1, 2, 2]
    assert events.type.tolist() == ["purchase", "refund", "purchase"]
    assert events.counts().tolist() == [0, 1, 2]
    assert events.totals().tolist() == [0, 5_000, 30_000]
    assert events.where(events.type == "refund").counts().tolist() == [0, 0, 1]


def test_moments_of_any_zone_are_kept_in_utc() -> None:
    moment = datetime.fromisoformat("2026-01-01T07:00:00+08:00")
    events = EventTable.of([("a", "purchase", moment, 0)])
    assert events.at[0] == np.datetime64("2025-12-31T23:00:00")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": np.zeros(2, np.int64)}, "one length"),
        ({"amount": np.zeros(3)}, "amount of a EventTable must be int64, not float64"),
        ({"type": np.zeros(3, np.int64)}, "type of a EventTable must be str, not int64"),
        ({"customer": np.array([1, 2, 3], np.int32)}, "index into customers"),
        ({"customer": np.array([2, 1, 2], np.int32)}, "must be sorted"),
        ({"at": np.array([3, 2, 1], "datetime64[us]")}, "must be sorted"),
    ],
)
def test_columns_that_contradict_each_other_are_refused(
    change: dict[str, Any], message: str
) -> None:
    events = some_events()
    columns = {
        name: getattr(events, name) for name in ("customers", "customer", "type", "at", "amount")
    }
    with pytest.raises(ValueError, match=message):
        EventTable(**{**columns, **change})


def test_a_model_is_run_on_events() -> None:
    scores = run_model(CountingModel(), Tables.of(some_events()), NOW, NoOptions())
    assert scores.metrics["count"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("scores", "word"),
    [
        (Scores(), "the metric 'count' is declared but not computed"),
        (
            Scores(metrics={"count": np.zeros(3), "more": np.zeros(3)}),
            "the metric 'more' is computed but not declared",
        ),
        (Scores(metrics={"count": np.zeros(2)}), r"'count' has the shape \(2,\), not \(3,\)"),
        (Scores(metrics={"count": np.full(3, np.inf)}), "'count' has infinite values"),
        (
            Scores(metrics={"count": np.zeros(3, np.float32)}),
            "'count' is float32, not float64",
        ),
        (
            Scores(metrics={"count": np.zeros(3)}, tags={"rfm": np.array([1, 2, 3], object)}),
            "'rfm' has tags that are neither text nor None",
        ),
    ],
)
def test_a_model_that_breaks_its_word_is_named(scores: Scores, word: str) -> None:
    with pytest.raises(PluginError, match=f"the model 'counting' broke its contract: .*{word}"):
        run_model(CountingModel(result=scores), Tables.of(some_events()), NOW, NoOptions())


def test_a_model_that_raises_is_named_with_its_cause() -> None:
    class Raising(CountingModel):
        def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
            raise KeyError("spent")

    with pytest.raises(PluginError, match="the model 'counting' failed: KeyError") as caught:
        run_model(Raising(), Tables.of(some_events()), NOW, NoOptions())
    assert isinstance(caught.value.__cause__, KeyError)


def test_now_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        run_model(CountingModel(), Tables.of(some_events()), NOW.replace(tzinfo=None), NoOptions())


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (ZoneInfo("Asia/Shanghai"), ["2026-01-01", "2026-01-01", "2026-07-02"]),
        (ZoneInfo("America/New_York"), ["2025-12-31", "2025-12-31", "2026-07-01"]),
        (UTC, ["2025-12-31", "2026-01-01", "2026-07-01"]),
        (None, ["2025-12-31", "2026-01-01", "2026-07-01"]),
    ],
)
def test_a_day_begins_where_people_live(zone: tzinfo | None, days: list[str]) -> None:
    moments = ["2025-12-31T16:00", "2026-01-01T04:59", "2026-07-01T16:00"]
    found = local_days(np.array(moments, "datetime64[us]"), zone)
    assert found.astype(str).tolist() == days
