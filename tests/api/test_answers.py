"""What the customers of a filter are like, over the API; every number is a filter's count."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.values import AMOUNT_LIMIT
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAGS = {
    "a": ("temperature/warm", "company_size/0_20", "pains/no_integration"),
    "b": (
        "temperature/warm",
        "company_size/20_50",
        "pains/no_integration",
        "pains/no_collaboration",
    ),
    "c": ("temperature/cold", "company_size/0_20"),
    "d": ("company_size/0_20", "pains/no_collaboration"),
    "e": (),
}
REVENUE = {"a": 50.0, "b": 100.0, "c": 499.5, "d": 500.0}
PURCHASES = {"a": (10, 20), "b": (5,), "c": (1, 1, 1)}
WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
EVERYONE: dict[str, Any] = {"all": []}


@pytest.fixture
async def world(api: Any, platform: Platform) -> Any:
    customers = [
        Customer(key=key, attributes={"annual_revenue": REVENUE[key]} if key in REVENUE else {})
        for key in TAGS
    ]
    taggings = [Tagging(customer=key, tag=tag, since=NOW) for key in TAGS for tag in TAGS[key]]
    over = Tagging(customer="e", tag="temperature/warm", since=NOW - timedelta(9), until=NOW)
    events = [
        Event(key=f"{key}{n}", customer=key, type="purchase", at=NOW, amount=amount)
        for key, amounts in PURCHASES.items()
        for n, amount in enumerate(amounts)
    ]
    await save(platform, [*customers, *taggings, over, *events], NOW)
    return api


async def counted(api: Any, filter_: Any) -> int:
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
    found: int = (await api(query, f=filter_))["segmentPreview"]["count"]
    return found


async def assert_each_is_its_filter_s_count(api: Any, buckets: Iterator[Any]) -> None:
    """Compare what a bucket says with what the language says of the bucket's own filter."""
    some = 0
    for bucket in buckets:
        some += 1
        assert bucket["count"] == await counted(api, bucket["filter"]), bucket
    assert some


BREAKDOWN = """
query($filter: FilterInput!, $dimensions: [String!]) { segmentPreview(filter: $filter) {
  breakdown(dimensions: $dimensions) {
    dimension { key } total
    buckets { label zh: label(locale: "zh-CN") tag { key } count share filter }
  } } }
"""


async def test_a_breakdown_counts_who_carries_each_tag_and_who_carries_none(world):
    asked = {"filter": EVERYONE, "dimensions": ["temperature", "pains"]}
    one, other = (await world(BREAKDOWN, **asked))["segmentPreview"]["breakdown"]
    assert (one["dimension"]["key"], one["total"]) == ("temperature", 5)
    assert [(b["label"], b["zh"], b["count"], b["share"]) for b in one["buckets"]] == [
        ("Warm", "热", 2, 0.4),
        ("Cold", "冷", 1, 0.2),
        ("no tag", "未标注", 2, 0.4),
    ]
    assert [b["tag"] and b["tag"]["key"] for b in one["buckets"]] == [
        "temperature/warm",
        "temperature/cold",
        None,
    ]
    # b has two pains, so the parts are more than the whole.
    assert sum(b["count"] for b in other["buckets"]) == 6
    every = (b for each in (one, other) for b in each["buckets"])
    await assert_each_is_its_filter_s_count(world, every)


async def test_a_breakdown_is_of_all_dimensions_where_none_are_named(world):
    found = (await world(BREAKDOWN, filter=WARM))["segmentPreview"]["breakdown"]
    catalogue = await world.platform.catalogue()
    assert [one["dimension"]["key"] for one in found] == list(catalogue.dimensions)
    assert {one["total"] for one in found} == {2}
    for one in found:
        labels = [tag.labels.zh_cn for tag in catalogue.dimensions[one["dimension"]["key"]].tags]
        assert [b["zh"] for b in one["buckets"]] == [*labels, "未标注"]


async def test_no_one_has_no_shares(world):
    asked = {"filter": {"any": []}, "dimensions": ["temperature"]}
    [found] = (await world(BREAKDOWN, **asked))["segmentPreview"]["breakdown"]
    assert [(b["count"], b["share"]) for b in found["buckets"]] == [(0, None)] * 3


async def test_a_saved_segment_is_broken_down_alike(world):
    save_it = """mutation($f: FilterInput!) { saveSegment(input: {key: "warm",
      labels: {zhCN: "热", en: "Warm"}, filter: $f}) { breakdown(dimensions: ["company_size"]) {
        buckets { count filter } } } }"""
    [found] = (await world(save_it, f=WARM))["saveSegment"]["breakdown"]
    assert [b["count"] for b in found["buckets"]] == [1, 1, 0, 0, 0, 0]
    await assert_each_is_its_filter_s_count(world, iter(found["buckets"]))


CROSS = """
query($rows: String!, $columns: String!, $filter: FilterInput) {
  crossTable(rows: $rows, columns: $columns, filter: $filter) {
    total columns { label count filter }
    rows { label zh: label(locale: "zh-CN") count filter cells { count share filter label } }
  }
}
"""


async def test_a_cross_table_counts_two_dimensions_at_once(world):
    found = (await world(CROSS, rows="temperature", columns="pains"))["crossTable"]
    pains = ["no_integration", "no_collaboration", "weak_customisation", "none"]
    assert (found["total"], len(found["columns"])) == (5, len(pains))
    table = {row["label"]: [cell["count"] for cell in row["cells"]] for row in found["rows"]}
    assert table == {"Warm": [2, 1, 0, 0], "Cold": [0, 0, 0, 1], "no tag": [0, 1, 0, 1]}
    assert [row["count"] for row in found["rows"]] == [2, 1, 2]
    assert [column["count"] for column in found["columns"]] == [2, 2, 0, 2]
    assert found["rows"][0]["cells"][1]["share"] == 0.5
    cells = (cell for row in found["rows"] for cell in row["cells"])
    await assert_each_is_its_filter_s_count(
        world, iter([*found["rows"], *found["columns"], *cells])
    )


async def test_a_cross_table_is_narrowed_by_a_filter(world):
    asked = {"rows": "company_size", "columns": "temperature", "filter": {"not": WARM}}
    found = (await world(CROSS, **asked))["crossTable"]
    assert found["total"] == 3
    assert [cell["count"] for cell in found["rows"][0]["cells"]] == [0, 1, 1]
    cells = (cell for row in found["rows"] for cell in row["cells"])
    await assert_each_is_its_filter_s_count(world, cells)


@pytest.mark.parametrize(
    ("rows", "columns", "code"),
    [("temperature", "temperature", "INVALID_INPUT"), ("temperature", "pain", "NOT_FOUND")],
)
async def test_a_cross_table_needs_two_dimensions_that_exist(world, rows, columns, code):
    error = await world.error(CROSS, rows=rows, columns=columns)
    assert error["extensions"]["code"] == code


SPLIT = """
query($filter: FilterInput!, $levels: [LevelInput!]!) { segmentPreview(filter: $filter) {
  split(levels: $levels) { total branches { ...B branches { ...B branches { ...B } } } } } }
fragment B on SplitBranch { label zh: label(locale: "zh-CN") count share filter tag { key } }
"""
REVENUE_BANDS = {"attribute": {"key": "annual_revenue", "bounds": [100, 500]}}
FREQUENCY = {"eventCount": {"type": "purchase", "bounds": [1, 2, 4]}}
SPENT = {"eventTotal": {"type": "purchase", "bounds": [4, 30]}}


def outline(branches: list[Any]) -> list[Any]:
    return [
        (b["label"], b["count"], *([outline(b["branches"])] if b.get("branches") else []))
        for b in branches
    ]


def every(branches: list[Any]) -> Iterator[Any]:
    for one in branches:
        yield one
        yield from every(one.get("branches", []))


async def test_a_split_nests_dimensions_and_bands_in_their_order(world):
    levels = [{"dimension": "company_size"}, FREQUENCY, REVENUE_BANDS]
    found = (await world(SPLIT, filter=EVERYONE, levels=levels))["segmentPreview"]["split"]
    assert found["total"] == 5
    assert outline(found["branches"]) == [
        (
            "0-20 people",
            3,
            [
                ("0", 1, [("500 or more", 1)]),
                ("2 to 3", 2, [("under 100", 1), ("100 to under 500", 1)]),
            ],
        ),
        ("20-50 people", 1, [("1", 1, [("100 to under 500", 1)])]),
        ("no tag", 1, [("0", 1, [("no value", 1)])]),
    ]
    await assert_each_is_its_filter_s_count(world, every(found["branches"]))
    first = found["branches"][0]["branches"][1]["branches"][0]
    assert (first["zh"], first["share"]) == ("低于 100", 0.5)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (SPENT, [("under 4", 3), ("4 to under 30", 1), ("30 or more", 1)]),
        ({"eventCount": {"type": "purchase", "bounds": [2]}}, [("0 to 1", 3), ("2 or more", 2)]),
        (
            {"eventCount": {"type": "purchase", "bounds": [1], "window": {"lastDays": 1}}},
            [("0", 2), ("1 or more", 3)],
        ),
        ({"metric": {"key": "rfm_monetary", "bounds": [0]}}, [("no value", 5)]),
    ],
)
async def test_customers_are_parted_by_numbers_and_amounts_of_events(world, level, expected):
    found = (await world(SPLIT, filter=EVERYONE, levels=[level]))["segmentPreview"]["split"]
    assert outline(found["branches"]) == expected
    await assert_each_is_its_filter_s_count(world, every(found["branches"]))


async def test_filters_of_one_s_own_are_called_what_they_ask_for(world):
    never = {"event": {"type": "purchase", "atMost": 0}}
    found = await world(SPLIT, filter=WARM, levels=[{"filters": [WARM, never]}])
    [one] = found["segmentPreview"]["split"]["branches"]
    assert "Warm" in one["label"]
    assert "热" in one["zh"]
    found = await world(SPLIT, filter={"not": WARM}, levels=[{"filters": [WARM, never]}])
    branches = found["segmentPreview"]["split"]["branches"]
    assert [(b["count"], b["zh"]) for b in branches][1:] == [(1, "均不符合")]
    await assert_each_is_its_filter_s_count(world, iter(branches))


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ([], "1 to 4 levels"),
        ([{"dimension": "pains"}] * 5, "1 to 4 levels"),
        ([{"dimension": "pain"}], "Did you mean pains"),
        ([{"attribute": {"key": "annual_revenue"}}], "need"),
        ([{"attribute": {"key": "annual_revenue", "bounds": [2, 1]}}], "greater"),
        ([{"attribute": {"key": "website", "bounds": [1]}}], "string attribute"),
        ([{"metric": {"key": "rfm_monetary"}}], "at least one bound"),
        ([{"eventCount": {"type": "purchase", "bounds": [0.5]}}], "whole numbers"),
        ([{"eventTotal": {"type": "purchases", "bounds": [1]}}], "Did you mean purchase"),
        ([{"filters": []}], "1 to 50 filters"),
        ([{"filters": [EVERYONE] * 49}] * 3, "combinations"),
        ([{"filters": [{"any": [WARM] * 60}] * 6}], "at most 300"),
        ([{"attribute": {"key": "annual_revenue", "bounds": list(range(50))}}], "49"),
    ],
)
async def test_levels_that_mean_nothing_or_are_too_many_are_refused(api, levels, told):
    error = await api.error(SPLIT, filter=EVERYONE, levels=levels)
    whole = f"{error['message']} {error['extensions'].get('hint', '')}"
    assert told in whole
    assert error["extensions"]["code"] in ("INVALID_INPUT", "INVALID_FILTER", "NOT_FOUND")


async def test_amounts_that_add_up_to_more_than_can_be_counted_are_an_error(api, platform):
    events = [
        Event(key=key, customer="a", type="purchase", at=NOW, amount=AMOUNT_LIMIT) for key in "xyz"
    ]
    await save(platform, [Customer(key="a"), *events], NOW)
    total = {"eventTotal": {"type": "purchase", "total": {"lt": 0}}}
    query = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
    assert (await api.error(query, f=total))["extensions"]["code"] == "INVALID_INPUT"
    of_one = {"eventTotal": {"type": "purchase", "total": {"gt": 0}, "content": {"eq": ""}}}
    assert await counted(api, of_one) == 0
