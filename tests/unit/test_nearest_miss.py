"""What keeps a customer out: which conditions, how far, and in which words."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.engines.reference.counterfactual import MissedLeaf, nearest_miss
from profilegraph.engines.reference.evaluator import explain
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.facts import Context, EventFact, Facts, PersonFact
from profilegraph.language.saved_filters import SavedFilter, SavedFilters
from profilegraph.rendering.counterfactual import miss_line
from tests.conftest import NOW

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
GOLFERS = {"tags": {"dimension": "hobby", "anyOf": ["golf"]}}
LIBRARY = SavedFilters(
    {"golfers": SavedFilter(Labels(zh_cn="高尔夫爱好者", en="Golfers"), decode(GOLFERS))}
)
CONTEXT = Context(NOW, NOW.date(), LIBRARY)
BOUGHT = [
    EventFact(f"e{days}", "purchase", NOW - timedelta(days=days), amount=125_000)
    for days in (3, 40)
]
CUSTOMER = Facts(
    key="c",
    taggings=(
        Tagging(customer="c", tag="size/small", since=NOW, confidence=0.5),
        Tagging(customer="c", tag="hobby/fishing", since=NOW),
    ),
    attributes={"employees": 31.0, "founded": date(2026, 2, 1), "slogan": "x", "listed": True},
    metrics={"score": 0.25},
    events=tuple(BOUGHT),
    people=(PersonFact("li", role=DecisionRole.DECIDER),),
)


def missing(filter_: dict[str, Any]) -> tuple[MissedLeaf, ...] | None:
    verdict = explain(decode(filter_), CUSTOMER, CATALOGUE, CONTEXT)
    return nearest_miss(verdict, CATALOGUE, CONTEXT)


def number(key: str, **test: Any) -> dict[str, Any]:
    return {"attribute": {"key": key, "number": test}}


PURCHASES = {"event": {"type": "purchase", "atLeast": 3}}


@pytest.mark.parametrize(
    ("filter_", "english", "chinese"),
    [
        (
            PURCHASES,
            "2 now; wanted: “Purchase” at least 3 times (1 more)",
            "现有2；需要：“购买”至少3次（还差1）",
        ),
        (
            {"not": {"event": {"type": "purchase"}}},
            "2 now; must not be: “Purchase” at least once (2 fewer)",
            "现有2；不应：“购买”至少一次（多出2）",
        ),
        (
            {"people": {"atLeast": 2, "where": {"roles": ["DECIDER"]}}},
            "1 now; wanted: at least 2 decision-makers with role decider (1 more)",
            "现有1；需要：至少有2位决策人（角色为最终决策人）（还差1）",
        ),
        (
            number("employees", gte=51),
            "Employees: 31; wanted: Employees at least 51 (20 more)",
            "员工数：31；需要：员工数不小于51（还差20）",
        ),
        (
            number("employees", lt=31),
            "Employees: 31; wanted: Employees below 31",
            "员工数：31；需要：员工数小于31",
        ),
        (
            {"attribute": {"key": "founded", "date": {"inLastDays": 7}}},
            "Founded: 2026-02-01; wanted: Founded in the last 7 days (22 days later)",
            "成立日期：2026-02-01；需要：成立日期在最近7天内（晚22天）",
        ),
        (
            {"metric": {"key": "rank", "number": {"lte": 3}}},
            "Rank is not known; wanted: Rank at most 3",
            "名次未知；需要：名次不大于3",
        ),
        (
            {"eventTotal": {"type": "purchase", "total": {"gte": 100}}},
            "25 in total; wanted: “Purchase” amounts in total at least 100 (75 more)",
            "合计25；需要：“购买”金额合计不小于100（还差75）",
        ),
        (
            {"tags": {"dimension": "size", "gte": "large"}},
            "Size: Small; wanted: Size is Large or above (higher by 2)",
            "规模：小；需要：规模在大及以上（高2级）",
        ),
        (
            {"tags": {"dimension": "size", "anyOf": ["small"], "minConfidence": 0.8}},
            "Size: Small (confidence 0.5, weight 1); wanted: Size is Small (confidence at least 0.8)",
            "规模：小（置信度0.5、权重1）；需要：规模为小（置信度不低于0.8）",
        ),
        (
            {"tags": {"dimension": "region", "hasAny": True}},
            "Region: none; wanted: Region has any tag",
            "地域：无；需要：地域已有标签",
        ),
        (
            {"not": {"attribute": {"key": "listed", "boolean": {"eq": True}}}},
            "Listed: yes; must not be: Listed is yes",
            "是否上市：是；不应：是否上市为是",
        ),
    ],
)
def test_a_condition_says_what_there_is_what_is_wanted_and_how_far_it_is(
    filter_: dict[str, Any], english: str, chinese: str
) -> None:
    found = missing(filter_)
    assert found is not None
    [miss] = found
    assert miss_line(miss, CATALOGUE, "en", LIBRARY) == english
    assert miss_line(miss, CATALOGUE, "zh-CN", LIBRARY) == chinese


WINDOWS = {"did": {"lastDays": 60}, "didNot": {"lastDays": 30}}


@pytest.mark.parametrize(
    ("leaf", "distance"),
    [
        ({"stopped": {"type": "purchase", **WINDOWS}}, -1),
        ({"stopped": {"type": "purchase", **WINDOWS, "didNot": {"lastDays": 1}, "atLeast": 3}}, 1),
        ({"tags": {"dimension": "size", "lte": "medium", "gte": "medium"}}, 1),
        ({"attribute": {"key": "employees", "number": {"in": [10, 40, 90]}}}, 9),
        ({"attribute": {"key": "founded", "date": {"lt": "2026-01-01"}}}, -32),
        ({"attribute": {"key": "slogan", "text": {"eq": "y"}}}, None),
        ({"attribute": {"key": "employees", "exists": False}}, None),
        ({"cohort": {"salt": "s", "from": 0.0, "to": 0.5}}, None),
    ],
)
def test_a_distance_is_to_the_nearest_that_would_do(
    leaf: dict[str, Any], distance: float | None
) -> None:
    found = missing(leaf)
    assert found is not None
    [miss] = found
    assert miss.wanted
    assert (miss.gap and miss.gap.distance) == distance


def test_of_equally_many_conditions_the_nearest_are_named() -> None:
    far, near = number("employees", gte=500), PURCHASES
    for choice in ([far, near], [near, far]):
        found = missing({"all": [{"any": choice}, GOLFERS]})
        assert found is not None
        assert [miss.verdict.node.NAME for miss in found] == ["event", "tags"]


def test_few_far_conditions_come_before_many_near_ones() -> None:
    near = [number("employees", gte=31 + more) for more in (1, 2, 3)]
    found = missing({"any": [{"all": near}, number("employees", gte=1e9)]})
    assert found is not None
    assert [miss.verdict.place for miss in found] == ["filter.any[1].attribute"]


def test_a_member_misses_nothing_and_what_no_one_can_be_has_no_nearest_miss() -> None:
    assert missing({"tags": {"dimension": "size", "anyOf": ["small"]}}) == ()
    assert missing({"any": []}) is None
    assert missing({"all": [GOLFERS, {"not": GOLFERS}]}) is None


def test_what_a_saved_segment_asks_is_named_itself() -> None:
    found = missing({"segment": {"key": "golfers"}})
    assert found is not None
    assert [miss.verdict.place for miss in found] == ["filter.segment.golfers.tags"]
