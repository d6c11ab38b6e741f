"""Segments that name what is gone: marked with the reason, never asked with a condition less."""

from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.taxonomies.loading import load_taxonomies
from tests.support.taxonomies import lose

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
PAINED = {"tags": {"dimension": "pains", "anyOf": ["no_integration"]}}
SAVE = """
mutation($key: String!, $filter: FilterInput!) {
  saveSegment(input: {key: $key, labels: {zhCN: "人群", en: "Segment"}, filter: $filter}) { key }
}
"""
BROKEN = """query($key: String!) { segment(key: $key) { broken {
  since text zh: text(locale: "zh-CN")
  reasons { kind place missingKey since text zh: text(locale: "zh-CN") advice adviceZh: advice(locale: "zh") }
} } }"""
PAIN_GONE = "filter.all[1].tags: the tag 'pains/no_integration' is in no taxonomy any more"


@pytest.fixture
async def saved(api: Any) -> Any:
    """The segments warm, pained (warm with a pain) and inner (refers to pained)."""
    await api(SAVE, key="warm", filter=WARM)
    await api(SAVE, key="pained", filter={"all": [WARM, PAINED]})
    await api(SAVE, key="inner", filter={"not": {"segment": {"key": "pained"}}})
    return api


@pytest.mark.parametrize(
    ("filter_", "gone", "kind", "key", "place"),
    [
        (PAINED, "pains", "DIMENSION_MISSING", "pains", "filter.tags"),
        (PAINED, "pains/no_integration", "TAG_MISSING", "pains/no_integration", "filter.tags"),
        (
            {"any": [{"attribute": {"key": "province", "text": {"eq": "x"}}}]},
            "province",
            "ATTRIBUTE_MISSING",
            "province",
            "filter.any[0].attribute",
        ),
        (
            {"not": {"metric": {"key": "rfm_frequency", "number": {"gt": 1.0}}}},
            "rfm_frequency",
            "METRIC_MISSING",
            "rfm_frequency",
            "filter.not.metric",
        ),
        (
            {"people": {"where": {"did": {"type": "download"}}}},
            "download",
            "EVENT_TYPE_MISSING",
            "download",
            "filter.people",
        ),
    ],
    ids=["dimension", "tag", "attribute", "metric", "event type"],
)
async def test_whatever_goes_breaks_the_segments_that_name_it_until_it_is_back(
    api, filter_, gone, kind, key, place
):
    await api(SAVE, key="s", filter=filter_)
    assert (await api(BROKEN, key="s"))["segment"]["broken"] is None
    before = await lose(api.platform, gone, now=api.now)
    [reason] = (await api(BROKEN, key="s"))["segment"]["broken"]["reasons"]
    assert (reason["kind"], reason["missingKey"], reason["place"]) == (kind, key, place)
    assert reason["since"] == api.now.isoformat()
    error = await api.error('{ segment(key: "s") { count } }')
    assert error["extensions"]["code"] == "SEGMENT_BROKEN"
    assert error["message"].startswith(f"the segment 's' is broken: {place}: no ")
    await load_taxonomies(api.platform.database, before, api.now + timedelta(days=1))
    assert (await api(BROKEN, key="s"))["segment"]["broken"] is None
    assert (await api('{ segment(key: "s") { count } }')) == {"segment": {"count": 0}}


async def test_the_reason_is_told_in_both_languages_with_what_to_do(saved):
    await lose(saved.platform, "pains/no_integration", now=saved.now)
    found = (await saved(BROKEN, key="pained"))["segment"]["broken"]
    [reason] = found["reasons"]
    assert found["since"] == saved.now.isoformat()
    assert found["text"] == PAIN_GONE
    assert found["zh"] == "filter.all[1].tags：标签「pains/no_integration」已不存在"
    assert reason["text"] == "the tag 'pains/no_integration' is in no taxonomy any more"
    assert reason["zh"] == "标签「pains/no_integration」已不存在"
    assert reason["advice"].startswith("Load a taxonomy that has it")
    assert reason["adviceZh"].startswith("请重新加载")


async def test_a_segment_that_refers_to_a_broken_one_is_broken_and_says_by_which(saved):
    await lose(saved.platform, "pains", now=saved.now)
    [reason] = (await saved(BROKEN, key="inner"))["segment"]["broken"]["reasons"]
    assert reason["place"] == "filter.not.segment.pained.all[1].tags"
    listed = await saved(
        "{ broken: segments(broken: true) { key } sound: segments(broken: false) { key } }"
    )
    assert listed == {
        "broken": [{"key": "inner"}, {"key": "pained"}],
        "sound": [{"key": "warm"}],
    }


async def test_a_list_answers_for_the_sound_ones_whatever_is_asked_of_a_broken_one(saved):
    await lose(saved.platform, "pains/no_integration")
    answer = await saved.run(
        """{ segments {
          key count waterfall { total } breakdown(dimensions: ["temperature"]) { total }
          split(levels: [{dimension: "temperature"}]) { total }
          members { totalCount } people { edges { cursor } }
          text zh: text(locale: "zh-CN") problem filter broken { reasons { missingKey } } usedBy { key }
        } }""",
        {},
    )
    listed = {one["key"]: one for one in answer["data"]["segments"]}
    unanswerable = ("count", "waterfall", "breakdown", "split", "members", "people")
    assert all(listed["pained"][name] is None for name in unanswerable)
    assert all(listed["warm"][name] is not None for name in unanswerable)
    told = {error["message"] for error in answer["errors"] if error["path"][1] == 1}
    assert told
    assert all(one.startswith("the segment 'pained' is broken: filter.all[1]") for one in told)
    pained = listed["pained"]
    marked = "pains/no_integration (missing)"
    assert pained["text"] == f"Temperature is Warm and Pains is {marked}"
    assert pained["zh"] == "冷热为热，且痛点为pains/no_integration（已缺失）"
    assert pained["problem"] == PAIN_GONE
    assert pained["usedBy"] == [{"key": "inner"}]


async def test_whatever_rests_on_a_broken_segment_fails_by_its_name(saved):
    group = """mutation { saveSegmentGroup(key: "g", labels: {zhCN: "组", en: "Group"},
      segments: ["warm", "pained"]) { key broken { key } } }"""
    assert (await saved(group))["saveSegmentGroup"]["broken"] == []
    await lose(saved.platform, "pains/no_integration")
    saved.now += timedelta(days=1)
    for query in (
        'mutation { takeSnapshot(key: "pained") { key } }',
        'mutation { setSegmentLive(key: "pained") { key } }',
        '{ segmentGroup(key: "g") { shares { total } } }',
        '{ segmentOverlap(segments: ["warm", "pained"]) { union } }',
        '{ compareSegments(a: "warm", b: "pained") { aCount } }',
        '{ explainMember(customer: "a", segment: "pained") { holds } }',
        '{ segment(key: "pained") { difference(from: "2026-03-02T00:00:00Z") { versionBefore } } }',
    ):
        error = await saved.error(query)
        assert error["extensions"]["code"] == "SEGMENT_BROKEN", query
        assert error["message"].startswith("the segment 'pained' is broken:"), query
    listed = await saved.run("{ segmentGroups { key broken { key } shares { total } } }", {})
    assert listed["data"]["segmentGroups"] == [
        {"key": "g", "broken": [{"key": "pained"}], "shares": None}
    ]


async def test_a_broken_live_segment_says_that_it_rests_and_so_does_its_webhook(saved):
    await saved('mutation { setSegmentLive(key: "pained") { key } }')
    await saved(
        'mutation { saveWebhook(key: "h", segment: "pained", url: "https://example.com") { secret } }'
    )
    ask = '{ segment(key: "pained") { live { problem size } webhooks { problem active } } }'
    sound = {"live": {"problem": None, "size": 0}, "webhooks": [{"problem": None, "active": True}]}
    assert (await saved(ask))["segment"] == sound
    before = await lose(saved.platform, "pains/no_integration")
    await LiveWorker(saved.platform).round(saved.now)
    found = (await saved(ask))["segment"]
    assert found["live"] == {"problem": PAIN_GONE, "size": 0}
    assert found["webhooks"] == [{"problem": PAIN_GONE, "active": True}]
    await load_taxonomies(saved.platform.database, before)
    assert (await saved(ask))["segment"] == sound


async def test_what_has_another_name_breaks_nothing(saved):
    catalogue = await saved.platform.catalogue()
    core = next(one for one in catalogue.taxonomies if one.key == "b2b_core")
    definition = core.model_dump(by_alias=True, exclude_none=True)
    pains = next(one for one in definition["dimensions"] if one["key"] == "pains")
    pains |= {"key": "troubles", "aliases": ["pains"]}
    tag = next(one for one in pains["tags"] if one["key"] == "no_integration")
    tag |= {"key": "islands", "aliases": ["no_integration"]}
    await load_taxonomies(saved.platform.database, [Taxonomy.model_validate(definition)], saved.now)
    found = await saved('{ segment(key: "pained") { count broken { text } text } }')
    assert found["segment"] == {
        "count": 0,
        "broken": None,
        "text": "Temperature is Warm and Pains is No integration with other databases",
    }
