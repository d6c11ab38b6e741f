"""What is misspelt, misplaced or null in a request: where it is, and what was meant."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.api.schema import build_schema
from tests.api.conftest import Api

COUNT = "query($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
TAG = """mutation($t: String!) { tagCustomers(customers: ["a"], tags: [{tag: $t}]) { key } }"""
SAVE = """mutation($f: FilterInput!) { saveSegment(input: {key: "s", labels: {zhCN: "热", en: "Warm"},
  filter: $f}) { filter } }"""


@pytest.mark.parametrize(
    ("bad", "where", "told"),
    [
        ({"event": {"type": "purchse"}}, "filter.event", "Did you mean purchase"),
        (
            {"all": [WARM, {"not": {"tags": {"dimension": "tempreature", "hasAny": True}}}]},
            "filter.all[1].not.tags",
            "Did you mean temperature",
        ),
        (
            {"tags": {"dimension": "temperature", "anyOf": ["wram"]}},
            "filter.tags",
            "Did you mean temperature/warm",
        ),
        ({"segment": {"key": "s"}}, "filter.segment", "There are none"),
        ({"cohort": {"salt": "x", "from": 1, "to": 0.5}}, "filter.cohort", "from"),
        ({"event": {"type": "qqqqq"}}, "filter.event", "The nearest are"),
    ],
)
async def test_an_invalid_filter_says_where_and_what_was_meant(
    api: Api, bad: Any, where: str, told: str
) -> None:
    error = await api.error(COUNT, f=bad)
    extensions = error["extensions"]
    assert (extensions["code"], extensions["where"]) == ("INVALID_FILTER", where)
    assert told in f"{error['message']} {extensions.get('hint', '')}"


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("warm", "Did you mean temperature/warm"),
        ("temperature/wram", "Did you mean temperature/warm"),
        ("temprature/warm", "Did you mean temperature/warm"),
    ],
)
async def test_a_tag_that_does_not_exist_gets_the_nearest(api: Api, tag: str, told: str) -> None:
    error = await api.error(TAG, t=tag)
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["hint"].startswith(told)


async def test_a_condition_that_is_null_beside_another_is_as_if_left_out(api: Api) -> None:
    beside = {"all": [WARM | {"event": None, "people": None}], "any": None}
    assert await api(COUNT, f=beside) == {"segmentPreview": {"count": 0}}
    assert await api(SAVE, f=beside) == {"saveSegment": {"filter": {"all": [WARM]}}}
    literal = """{ segmentPreview(filter: {any: null, not: {tags: {dimension: "temperature",
      anyOf: ["warm"], noneOf: null}, event: null}}) { filter } }"""
    assert await api(literal) == {"segmentPreview": {"filter": {"not": WARM}}}
    default = COUNT.replace("FilterInput!", "FilterInput! = {all: [], any: null}")
    assert await api(default) == {"segmentPreview": {"count": 0}}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"all": None}, "INVALID_FILTER"),
        ({"all": [], "any": []}, "INVALID_FILTER"),
        ({"alll": None, "all": []}, "BAD_USER_INPUT"),
    ],
)
async def test_a_filter_needs_one_condition_that_there_is(api: Api, bad: Any, code: str) -> None:
    assert (await api.error(COUNT, f=bad))["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ segmentPrevew(filter: {all: []}) { count } }", "'segmentPreview'"),
        ('{ customer(ky: "a") { key } }', "'key'"),
        ("{ segments(states: [ACTIV]) { key } }", "'ACTIVE'"),
        ("{ segmentPreview(filter: {tgas: {}}) { count } }", "'tags'"),
        ("query($f: FilterInpt!) { segmentPreview(filter: $f) { count } }", "'FilterInput'"),
    ],
)
def test_a_query_that_does_not_fit_the_schema_is_told_what_was_meant(text: str, told: str) -> None:
    faults = build_schema().document(text).faults
    assert any(told in one.message for one in faults), [one.message for one in faults]
