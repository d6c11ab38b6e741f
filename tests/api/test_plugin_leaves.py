"""A plugin's leaf is a field of the filter, and asks for what it is written in."""

from enum import Enum
from typing import Any

import pytest
from graphql import print_type
from pydantic import BaseModel, Field

from profilegraph.api.schema import build_schema
from profilegraph.domain.values import Labels
from profilegraph.hooks import hookimpl
from profilegraph.hooks.hosting.host import CORE, Candidate, build_host

PREVIEW = """query($filter: FilterInput!) {
  segmentPreview(filter: $filter) { filter count text }
}"""
WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}


class Mood(Enum):
    """How a customer feels."""

    GOOD = "warm"
    BAD = "cold"


class Span(BaseModel):
    """From when to when."""

    last_days: int = Field(90, description="How many days.")


class Asked(BaseModel):
    """What is asked."""

    moods: list[Mood] = Field(description="Any of these.")
    span: Span = Field(Span(), description="When.")
    note: str | None = Field(None, description="Anything.")


class Feeling:
    key = "current_feeling"
    labels = Labels(zh_cn="心情", en="Feeling")
    description = Labels(zh_cn="客户的心情。", en="How the customer feels.")
    input = Asked

    def expand(self, value):
        if value.note == "fail":
            raise RuntimeError("no feelings today")
        tags = {"dimension": "temperature", "anyOf": [mood.value for mood in value.moods]}
        return {"tags": {**tags, "taggedWithinDays": value.span.last_days}}


class Plugin:
    @hookimpl
    def register_leaves(self):
        return [Feeling()]


@pytest.fixture
def host():
    return build_host([CORE, Candidate("feelings", Plugin())])


def test_the_leaf_is_typed_by_what_it_is_asked_with(host):
    kinds: Any = build_schema(host=host)._schema.type_map
    assert print_type(kinds["CurrentFeelingCondition"]).splitlines() == [
        '"""',
        "Feeling · 心情",
        "",
        "How the customer feels.",
        "",
        "客户的心情。",
        '"""',
        "input CurrentFeelingCondition {",
        '  """Any of these."""',
        "  moods: [CurrentFeelingMoods!]!",
        "",
        '  """When."""',
        "  span: CurrentFeelingSpanInput",
        "",
        '  """Anything."""',
        "  note: String",
        "}",
    ]
    assert set(kinds["CurrentFeelingMoods"].values) == {"GOOD", "BAD"}
    assert "currentFeeling" in kinds["FilterInput"].fields


async def test_the_leaf_asks_for_what_it_is_written_in(api_of, host):
    api = api_of(host)
    asked = {"currentFeeling": {"moods": ["GOOD"], "span": {"lastDays": 30}}}
    found = (await api(PREVIEW, filter={"all": [asked, {"not": asked}]}))["segmentPreview"]
    written = {"tags": {**WARM["tags"], "taggedWithinDays": 30}}
    assert found["filter"] == {"all": [written, {"not": written}]}
    assert found["count"] == 0


async def test_the_rows_of_a_role_ask_for_what_the_leaf_is_written_in(api_of, host):
    api = api_of(host)
    save = """mutation($rows: JSON!) {
      saveRole(key: "warm", rows: FILTER, filter: $rows, permissions: [CUSTOMERS_READ]) { filter }
    }"""
    asked = {"currentFeeling": {"moods": ["warm"], "span": {"last_days": 30}}}
    found = await api(save, rows={"any": [asked, {"temperature": {"anyOf": ["COLD"]}}]})
    written = {"tags": {**WARM["tags"], "taggedWithinDays": 30}}
    cold = {"tags": {"dimension": "temperature", "anyOf": ["cold"]}}
    assert found == {"saveRole": {"filter": {"any": [written, cold]}}}


async def test_a_leaf_within_related_customers_and_levels_is_read_too(api_of, host):
    api = api_of(host)
    asked = {"currentFeeling": {"moods": ["GOOD"]}}
    related = {"related": {"where": asked}}
    found = (await api(PREVIEW, filter=related))["segmentPreview"]["filter"]
    assert found["related"]["where"]["tags"]["anyOf"] == ["warm"]
    query = """query($filter: FilterInput!, $levels: [LevelInput!]!) {
      segmentPreview(filter: $filter) { split(levels: $levels) { total } }
    }"""
    split = await api(query, filter={"all": []}, levels=[{"filters": [asked]}])
    assert split == {"segmentPreview": {"split": {"total": 0}}}


async def test_a_leaf_that_fails_is_named_and_the_platform_goes_on(api_of, host):
    api = api_of(host)
    asked = {"currentFeeling": {"moods": ["GOOD"], "note": "fail"}}
    error = await api.error(PREVIEW, filter=asked)
    assert "feelings" in error["message"] or "current_feeling" in error["message"]
    assert (await api(PREVIEW, filter=WARM))["segmentPreview"]["count"] == 0


async def test_a_leaf_is_asked_each_time_what_it_is_written_in(api_of, host, monkeypatch):
    api = api_of(host)
    asked = {"not": {"currentFeeling": {"moods": ["GOOD"]}}}
    before = (await api(PREVIEW, filter=asked))["segmentPreview"]["filter"]
    monkeypatch.setattr(Feeling, "expand", lambda *_: WARM)
    assert (await api(PREVIEW, filter=asked))["segmentPreview"]["filter"] == {"not": WARM} != before
