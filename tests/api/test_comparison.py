"""Segments laid over one another and compared; every number is recomputed from plain sets."""

from datetime import UTC, datetime
from itertools import combinations
from math import exp, log, sqrt
from typing import Any

import pytest

from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.values import Labels
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments.comparison import Representation, TagFrequency

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = [f"c{number:02}" for number in range(40)]
TAGS = ("temperature/warm", "pains/no_integration", "pains/no_collaboration", "company_size/0_20")


def has(tag: str) -> dict[str, Any]:
    dimension, name = tag.split("/")
    return {"tags": {"dimension": dimension, "anyOf": [name]}}


@pytest.fixture
def carriers() -> dict[str, set[str]]:
    carried = (KEYS[::2], KEYS[5:20], KEYS[3:30:3], KEYS[:30])
    return {tag: set(keys) for tag, keys in zip(TAGS, carried, strict=True)}


@pytest.fixture
async def world(api: Any, platform: Platform, carriers: dict[str, set[str]]) -> Any:
    taggings = [
        Tagging(customer=key, tag=tag, since=NOW) for tag, keys in carriers.items() for key in keys
    ]
    await save(platform, [*(Customer(key=key) for key in KEYS), *taggings], NOW)
    query = """mutation($k: String!, $f: FilterInput!) { saveSegment(input: {key: $k,
      labels: {zhCN: "人群", en: $k}, filter: $f}) { key } }"""
    for key, tag in zip(("warm", "apart"), TAGS, strict=False):
        await api(query.replace("en: $k", f'en: "{key.title()}"'), k=key, f=has(tag))
    return api


OVERLAP = """
query($segments: [String!], $filters: [FilterInput!]) {
  segmentOverlap(segments: $segments, filters: $filters) {
    union intersection
    segments { segmentKey label zh: label(locale: "zh-CN") count filter }
    pairs { a { label } b { label } intersection union jaccard }
    regions { label inside { label } count filter }
  }
}
"""
COUNT = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"


async def test_an_overlap_says_who_is_in_which_segments(world, carriers):
    asked = {"segments": ["warm", "apart"], "filters": [has(TAGS[2])]}
    found = (await world(OVERLAP, **asked))["segmentOverlap"]
    sets = [carriers[tag] for tag in TAGS[:3]]
    assert found["union"] == len(set.union(*sets))
    assert found["intersection"] == len(set.intersection(*sets))
    assert [one["count"] for one in found["segments"]] == [20, 15, 9]
    assert [one["segmentKey"] for one in found["segments"]] == ["warm", "apart", None]
    assert [one["label"] for one in found["segments"]][:2] == ["Warm", "Apart"]
    assert [one["zh"] for one in found["segments"]][:2] == ["人群", "人群"]
    for pair, (a, b) in zip(found["pairs"], combinations(sets, 2), strict=True):
        assert (pair["intersection"], pair["union"]) == (len(a & b), len(a | b))
        assert pair["jaccard"] == pytest.approx(len(a & b) / len(a | b))
    labels = [one["label"] for one in found["segments"]]
    for region in found["regions"]:
        inside = {one["label"] for one in region["inside"]}
        there = [one for label, one in zip(labels, sets, strict=True) if label in inside]
        rest = [one for label, one in zip(labels, sets, strict=True) if label not in inside]
        assert region["count"] == len(set.intersection(*there).difference(*rest))
        assert (
            region["count"] == (await world(COUNT, f=region["filter"]))["segmentPreview"]["count"]
        )
        assert region["label"] == " ∩ ".join(one["label"] for one in region["inside"])
    counts = [region["count"] for region in found["regions"]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == found["union"]


async def test_segments_of_no_one_overlap_in_nothing(world):
    found = (await world(OVERLAP, filters=[{"any": []}] * 2))["segmentOverlap"]
    assert (found["union"], found["regions"]) == (0, [])
    assert [pair["jaccard"] for pair in found["pairs"]] == [None]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "INVALID_INPUT"),
        ({"segments": ["warm"]}, "INVALID_INPUT"),
        ({"filters": [{"all": []}] * 9}, "INVALID_INPUT"),
        ({"segments": ["warm", "worm"]}, "NOT_FOUND"),
    ],
)
async def test_two_to_eight_segments_that_exist_can_be_laid_over_one_another(world, asked, code):
    assert (await world.error(OVERLAP, **asked))["extensions"]["code"] == code


COMPARE = """
query($a: String, $b: String, $x: FilterInput, $y: FilterInput, $d: [String!], $first: Int = 50) {
  compareSegments(a: $a, b: $b, aFilter: $x, bFilter: $y, dimensions: $d) {
    aCount bCount intersection
    tags(first: $first) { tag { key label(locale: "zh-CN") } tagKey label(locale: "zh-CN") representation
      aCount aShare bCount bShare lift interval { low high } }
  }
}
"""


def katz(a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Return the interval by the formula of the paper, z = 1.96 as tables have it."""
    risk, error = (a / n) / (b / m), sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return exp(log(risk) - 1.959964 * error), exp(log(risk) + 1.959964 * error)


async def test_a_comparison_says_which_tags_tell_two_segments_apart(world, carriers):
    found = await world(COMPARE, a="warm", b="apart", d=["pains", "company_size"])
    found = found["compareSegments"]
    a, b = carriers[TAGS[0]], carriers[TAGS[1]]
    assert (found["aCount"], found["bCount"], found["intersection"]) == (20, 15, len(a & b))
    tags = {one["tag"]["key"]: one for one in found["tags"]}
    for tag in TAGS[1:]:
        assert (tags[tag]["tagKey"], tags[tag]["label"]) == (tag, tags[tag]["tag"]["label"])
        one, ours, theirs = tags[tag], len(a & carriers[tag]), len(b & carriers[tag])
        assert (one["aCount"], one["bCount"]) == (ours, theirs)
        assert (one["aShare"], one["bShare"]) == (ours / 20, pytest.approx(theirs / 15))
        assert one["lift"] == pytest.approx((ours / 20) / (theirs / 15))
        low, high = katz(ours, 20, theirs, 15)
        assert one["interval"] == pytest.approx({"low": low, "high": high}, rel=1e-5)
    assert found["tags"][0]["tag"]["key"] == TAGS[1]
    assert found["tags"][0]["representation"] == "UNDER"
    nobody = tags["pains/weak_customisation"]
    assert (nobody["lift"], nobody["interval"], nobody["representation"]) == (None, None, "ALIKE")
    assert len(tags) == 3 + 5


async def test_without_another_a_segment_is_compared_with_all_others(world, carriers):
    asked = {"x": has(TAGS[1]), "d": ["pains"], "first": 1}
    found = (await world(COMPARE, **asked))["compareSegments"]
    assert (found["aCount"], found["bCount"], found["intersection"]) == (15, 25, 0)
    [first] = found["tags"]
    assert (first["tag"]["key"], first["representation"]) == (TAGS[1], "OVER")
    assert (first["aShare"], first["bCount"], first["lift"]) == (1.0, 0, None)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "INVALID_INPUT"),
        ({"a": "warm", "x": {"all": []}}, "INVALID_INPUT"),
        ({"a": "warm", "b": "worm"}, "NOT_FOUND"),
        ({"a": "warm", "d": ["pain"]}, "NOT_FOUND"),
        ({"a": "warm", "first": 0}, "INVALID_INPUT"),
    ],
)
async def test_a_comparison_needs_segments_and_dimensions_that_exist(world, asked, code):
    assert (await world.error(COMPARE, **asked))["extensions"]["code"] == code


def difference(*counts: int) -> TagFrequency:
    return TagFrequency("x/y", Labels(zh_cn="乙", en="Y"), *counts)


def test_a_strong_sign_of_many_customers_is_stronger_than_a_perfect_one_of_few():
    many, few = difference(9_000, 10_000, 3_000, 10_000), difference(2, 2, 1, 3)
    assert many.lift is not None
    assert few.lift is not None
    assert many.lift == few.lift
    assert many.strength > few.strength == 0
    assert (many.representation, few.representation) == (Representation.OVER, Representation.ALIKE)


@pytest.mark.parametrize(
    ("counts", "lift", "representation"),
    [
        ((500, 1_000, 0, 1_000), None, Representation.OVER),
        ((0, 1_000, 500, 1_000), 0.0, Representation.UNDER),
        ((1, 1, 0, 1), None, Representation.ALIKE),
        ((0, 5, 0, 5), None, Representation.ALIKE),
        ((0, 0, 3, 5), None, Representation.ALIKE),
        ((3, 5, 0, 0), None, Representation.ALIKE),
        ((5, 5, 7, 7), 1.0, Representation.ALIKE),
    ],
)
def test_no_carriers_and_no_customers_are_no_division_by_zero(counts, lift, representation):
    one = difference(*counts)
    assert (one.lift, one.representation) == (lift, representation)
    assert one.interval is None or one.interval == (1.0, 1.0)
