"""Lead quality: each indicator by hand, weights, ranges, bounds, and what options change."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import to_units
from profilegraph.hooks import (
    AttributeTable,
    EventTable,
    FollowUpTable,
    IdentityTable,
    OpportunityTable,
    PersonTable,
    Table,
    Tables,
    TaggingTable,
)
from profilegraph.hooks.models import run_model
from profilegraph.importers.taxonomies.files import read_taxonomies
from profilegraph_lead_quality import (
    LeadInput,
    LeadLeaf,
    LeadQuality,
    LeadQualityOptions,
    LeadScores,
)
from profilegraph_lead_quality.indicators import DIMENSIONS, INDICATORS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS: dict[type[Table], list[tuple[Any, ...]]] = {
    EventTable: [
        *(("a", "download", NOW - timedelta(days=day), 0) for day in range(5)),
        ("a", "consult", NOW - timedelta(days=2), 0),
        ("a", "download", NOW - timedelta(days=200), 0),
        ("a", "download", NOW + timedelta(days=1), 0),
    ],
    PersonTable: [
        ("a", "p1", None, None, "DECIDER", 0.5, 1.0, "board", None, None),
        ("a", "p2", None, None, "USER", 0.5, 0.0, "it", None, "p1"),
    ],
    TaggingTable: [
        ("a", "annual_budget/100k_500k", NOW, None, "MANUAL", None, 0.5, 1.0),
        ("a", "lead_stage/sql", NOW, None, "MANUAL", None, 1.0, 1.0),
        ("a", "lead_grade/a", NOW, None, "MODEL", "lead_quality", 1.0, 1.0),
        ("b", "company_size/1000_plus", NOW, None, "MANUAL", None, 1.0, 1.0),
    ],
    AttributeTable: [
        ("a", "rivals_involved", 1.0),
        ("a", "identity_verified", True),
        ("a", "planned_purchase_on", date(2026, 3, 1)),
        ("b", "planned_budget", 250_000.0),
    ],
    IdentityTable: [("a", "PHONE", "1"), ("a", "PHONE", "2"), ("a", "EMAIL", "x")],
    FollowUpTable: [("a", "CALL", NOW - timedelta(days=1), None, None, None)] * 12,
    OpportunityTable: [
        ("a", "s1", None, "OPEN", to_units(Decimal(400_000)), None),
        ("a", "s2", None, "LOST", to_units(Decimal(999_999)), None),
        ("b", "s3", None, "OPEN", 0, date(2027, 3, 1)),
    ],
}


def tables(rows: dict[type[Table], list[tuple[Any, ...]]] = ROWS) -> Tables:
    customers = ("a", "b", "c")
    return Tables(
        customers, [kind.of(rows.get(kind, ()), customers) for kind in LeadQuality().needs]
    )


def metrics(**options: Any) -> dict[str, list[float]]:
    scores = run_model(LeadQuality(), tables(), NOW, LeadQualityOptions(**options))
    return {
        key.removeprefix("lead_quality_"): column.round(4).tolist()
        for key, column in scores.metrics.items()
    }


@pytest.mark.parametrize(
    ("indicator", "scores"),
    {
        "interest_content_engagement": [1 + 9 * 5 / 10, 1, 1],
        "interest_enquiry_depth": [1 + 9 * 1 / 3, 1, 1],
        "resources_budget_fit": [1 + 9 * 2 / 4, 1 + 9 / 2, 1],
        "resources_staffing_fit": [1, 10, 1],
        "reachability_contact_completeness": [1 + 9 * 2 / 3, 1, 1],
        "reachability_response_rate": [1 + 9 * 6 / 12, 1, 1],
        "timeliness_last_action": [10, 1, 1],
        "timeliness_planned_purchase": [10, 1, 1],
        "competition_rivals_involved": [1 + 9 * 4 / 5, 1, 1],
        "competition_our_standing": [1 + 9 * 0.75, 1, 1],
        "potential_account_size": [1 + 9 * 0.4, 1, 1],
        "potential_expansion_room": [1 + 9 * 2 / 5, 1, 1],
        "credibility_identity_verified": [10, 1, 1],
        "credibility_data_consistency": [1 + 9 * 0.75, 10, 1],
        "conversion_stage_reached": [1 + 9 * 2 / 3, 1, 1],
        "conversion_decision_maker_access": [1 + 9 / 2, 1, 1],
    }.items(),
)
def test_an_indicator_is_scored_from_what_is_known(indicator: str, scores: list[float]) -> None:
    assert metrics()[indicator] == pytest.approx(scores, abs=1e-4)


def test_a_dimension_is_the_mean_of_its_indicators_and_the_total_runs_to_100() -> None:
    found = metrics()
    assert found["interest"][0] == pytest.approx((5.5 + 4) / 2)
    overall = np.mean([found[dimension][0] for dimension in DIMENSIONS])
    assert found["total"][0] == pytest.approx(100 * (overall - 1) / 9, abs=1e-3)
    assert found["total"][2] == 0


def test_the_total_does_not_depend_on_the_range() -> None:
    narrow = metrics(lowest=0, highest=5)
    assert narrow["total"] == pytest.approx(metrics()["total"], abs=1e-3)
    assert narrow["interest_content_engagement"][0] == 2.5


def test_weights_shift_dimension_and_total() -> None:
    heavy = metrics(indicators='{"content_engagement": {"weight": 3}}')
    assert heavy["interest"][0] == pytest.approx((3 * 5.5 + 4) / 4)
    assert heavy["total"] != metrics()["total"]


def test_an_indicator_can_be_added_and_one_removed() -> None:
    mine = {
        "dimension": "interest",
        "sources": [{"measure": {"of": "people"}, "worst": 0, "best": 2}],
    }
    found = metrics(indicators={"mine": mine, "enquiry_depth": None})
    assert found["interest"][0] == pytest.approx((5.5 + 10) / 2)
    assert np.isnan(found["interest_enquiry_depth"]).all()


def test_grades_begin_at_their_bounds() -> None:
    total = metrics()["total"][0]
    just_below = total - 0.001
    for letter, (a, b, c) in {
        "a": (just_below, 2, 1),
        "b": (total + 1, just_below, 1),
        "c": (99, total + 1, just_below),
        "d": (99, 98, 97),
    }.items():
        exact = LeadQualityOptions(a=a, b=b, c=c)
        scores = run_model(LeadQuality(), tables(), NOW, exact)
        assert scores.tags["lead_grade"][0] == letter


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"a": 10, "b": 20}, "bounds must fall"),
        ({"lowest": 10, "highest": 1}, "`lowest` must be less"),
        ({"indicators": {"mine": {"dimension": "x", "sources": []}}}, "at least 1 item"),
        ({"indicators": {key: {"weight": 0} for key in INDICATORS}}, "weigh something"),
        (
            {
                "indicators": {
                    "mine": {
                        "dimension": "x",
                        "sources": [{"measure": {"of": "people"}, "worst": 1, "best": 1}],
                    }
                }
            },
            "are equal",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        LeadQualityOptions(**options)


def test_the_facts_tell_bounds_and_weights() -> None:
    scores = run_model(LeadQuality(), tables(), NOW, LeadQualityOptions(a=80))
    assert scores.facts["a"] == 80
    assert scores.facts["weight_of_budget_fit"] == 1


def test_the_taxonomy_declares_what_the_model_computes() -> None:
    paths = sorted(data_folder("taxonomies").glob("*.yaml"))
    catalogue = Catalogue.of(read_taxonomies(paths))
    declared = {key for key in catalogue.metrics if key.startswith("lead_quality_")}
    assert LeadQuality().metrics == declared
    assert [tag.key for tag in catalogue.dimension("lead_grade").tags] == ["d", "c", "b", "a"]


def test_two_indicators_make_each_dimension() -> None:
    assert len(DIMENSIONS) == 8
    for dimension in DIMENSIONS:
        assert sum(one.dimension == dimension for one in INDICATORS.values()) == 2


def test_the_leaf_asks_for_grade_and_total() -> None:
    asked = LeadInput.model_validate({"grade": ["A", "B"], "at_least": 70})
    assert LeadLeaf().expand(asked) == {
        "all": [
            {"tags": {"dimension": "lead_grade", "anyOf": ["a", "b"]}},
            {"metric": {"key": "lead_quality_total", "number": {"gte": 70.0}}},
        ]
    }
    with pytest.raises(ValidationError, match="give grade"):
        LeadInput()


def test_the_field_shows_value_and_score_of_each_indicator() -> None:
    first, _, last = asyncio.run(LeadScores().values(tables(), NOW))
    assert len(first) == 16
    assert (first[0].indicator, first[0].value, first[0].score) == ("content_engagement", 5, 5.5)
    assert [one.value for one in last if one.indicator == "budget_fit"] == [None]
