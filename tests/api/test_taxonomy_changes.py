"""Changes of tags are planned, applied and taken back over the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.importers.taxonomies.located_yaml import load_located
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.taxonomy_changes.applying import Application, apply
from profilegraph.services.taxonomy_changes.planning import read_change
from profilegraph.services.taxonomy_changes.undoing import undo
from tests.api.conftest import Api
from tests.meta.source import ROOT
from tests.meta.test_documents import blocks

PAGE = ROOT / "docs" / "taxonomy-changes.md"

PLAN = """mutation ($change: TaxonomyChangeInput!, $key: String) {
  planTaxonomyChange(change: $change, idempotencyKey: $key) {
    key state digest taggings customers plannedBy expiresAt
    text en: text(locale: "en") zh: text(locale: "zh-CN")
    taxonomies { taxonomyKey before after }
    moves { tag into taggings }
    segments {
      segmentKey label rewritten live groups webhooks before after entered left problem
      entering { customerKey name } leaving { customerKey }
    }
    warnings { kind subject count breaks text zh: text(locale: "zh-CN") }
  }
}"""
APPLY = """mutation ($key: String!, $digest: String!, $allow: Boolean! = false) {
  applyTaxonomyChange(key: $key, digest: $digest, allowBroken: $allow) { key state appliedBy }
}"""
UNDO = "mutation ($key: String!) { undoTaxonomyChange(key: $key) { state undoneBy undoneAt } }"
COUNT = """query ($filter: FilterInput!) { customers(filter: $filter) { totalCount } }"""


def labels(zh: str, en: str) -> dict[str, str]:
    return {"zhCN": zh, "en": en}


def tags(**asked: Any) -> dict[str, Any]:
    return {"tags": {"dimension": "level", **asked}}


@pytest.fixture
async def levels(api: Api) -> Api:
    """A dimension of people, three customers in it, and a segment."""
    await api(
        "mutation ($t: SaveTaxonomyInput!, $d: SaveDimensionInput!)"
        " { saveTaxonomy(input: $t) { key } saveDimension(input: $d) { key } }",
        t={"key": "own", "labels": labels("自建", "Own")},
        d={"taxonomy": "own", "key": "level", "labels": labels("等级", "Level")},
    )
    for name, chinese in (("vip", "贵宾"), ("svip", "超级贵宾"), ("plain", "普通")):
        made = {"dimension": "level", "name": name, "labels": labels(chinese, name.upper())}
        await api("mutation ($i: SaveTagInput!) { saveTag(input: $i) { key } }", i=made)
    for key, tag in (("c1", "vip"), ("c2", "svip"), ("c3", "plain")):
        await api(
            "mutation ($c: String!, $t: String!) {"
            " saveCustomer(input: {key: $c, name: $c}) { key }"
            " tagCustomers(customers: [$c], tags: [{tag: $t}]) { key } }",
            c=key,
            t=f"level/{tag}",
        )
    await api(
        'mutation ($f: FilterInput!) { saveSegment(input: {key: "best", filter: $f,'
        ' labels: {zhCN: "最好", en: "Best"}}) { key } }',
        f=tags(anyOf=["vip"]),
    )
    return api


async def test_a_merge_is_planned_applied_and_taken_back(levels: Api) -> None:
    change = {"merge": {"tags": ["level/svip"], "into": "level/vip"}}
    plan = (await levels(PLAN, change=change))["planTaxonomyChange"]
    assert (plan["state"], plan["taggings"], plan["plannedBy"]) == ("PLANNED", 1, "Ann")
    assert plan["en"] == "merge level/svip into level/vip"
    assert plan["zh"] == "「level/svip」合并到「level/vip」"
    assert plan["moves"] == [{"tag": "level/svip", "into": "level/vip", "taggings": 1}]
    assert plan["taxonomies"] == [{"taxonomyKey": "own", "before": "1.4.0", "after": "2.0.0"}]
    [effect] = plan["segments"]
    assert (effect["segmentKey"], effect["before"], effect["after"]) == ("best", 1, 2)
    assert effect["entering"] == [{"customerKey": "c2", "name": "c2"}]
    done = await levels(APPLY, key=plan["key"], digest=plan["digest"])
    assert done["applyTaxonomyChange"]["state"] == "APPLIED"
    for name in ("vip", "svip"):
        found = await levels(COUNT, filter=tags(anyOf=[name]))
        assert found["customers"]["totalCount"] == 2, name
    tag = (await levels('{ dimension(key: "level") { tags { name formerKeys } } }'))["dimension"]
    assert tag["tags"][0] == {"name": "vip", "formerKeys": ["svip"]}
    await levels(
        'mutation { tagCustomers(customers: ["c3"], tags: [{tag: "level/svip"}]) { key } }'
    )
    found = await levels(COUNT, filter=tags(anyOf=["vip"]))
    assert found["customers"]["totalCount"] == 3
    undone = (await levels(UNDO, key=plan["key"]))["undoTaxonomyChange"]
    assert (undone["state"], undone["undoneBy"]) == ("UNDONE", "Ann")
    found = await levels(COUNT, filter=tags(anyOf=["svip"]))
    assert found["customers"]["totalCount"] == 1


async def test_filters_are_rewritten_as_new_versions_with_a_note(levels: Api) -> None:
    change = {"rename": {"target": "level/vip", "key": "key_account"}}
    plan = (await levels(PLAN, change=change))["planTaxonomyChange"]
    assert plan["segments"][0]["rewritten"]
    await levels(APPLY, key=plan["key"], digest=plan["digest"])
    asked = '{ segment(key: "best") { version author note filter } }'
    assert (await levels(asked))["segment"] == {
        "version": 2,
        "author": "Ann",
        "note": "「level/vip」改名为「key_account」 · rename level/vip to key_account",
        "filter": tags(anyOf=["key_account"]),
    }
    await levels(UNDO, key=plan["key"])
    restored = (await levels(asked))["segment"]
    assert (restored["version"], restored["filter"]) == (3, tags(anyOf=["vip"]))


async def test_what_breaks_is_said_and_has_to_be_allowed(levels: Api) -> None:
    plan = (await levels(PLAN, change={"delete": {"target": "level/vip"}}))["planTaxonomyChange"]
    kinds = {one["kind"]: one for one in plan["warnings"]}
    assert kinds["SEGMENT_BREAKS"]["breaks"]
    assert kinds["TAGGINGS_END"]["text"] == "1 customer loses the tag level/vip"
    assert kinds["TAGGINGS_END"]["zh"] == "1 个客户将失去标签「level/vip」"
    assert "level/vip" in plan["segments"][0]["problem"]
    error = await levels.error(APPLY, key=plan["key"], digest=plan["digest"])
    assert error["message"] == "the change breaks segments: best."
    assert "allowBroken" in error["extensions"]["hint"]
    await levels(APPLY, key=plan["key"], digest=plan["digest"], allow=True)
    broken = await levels('{ segment(key: "best") { broken { since } } }')
    assert broken["segment"]["broken"] is not None


async def test_a_comparison_of_the_past_names_tags_that_are_gone(levels: Api) -> None:
    before = levels.now
    levels.now += timedelta(days=1)
    plan = (await levels(PLAN, change={"delete": {"target": "level/vip"}}))["planTaxonomyChange"]
    await levels(APPLY, key=plan["key"], digest=plan["digest"], allow=True)
    query = """query ($at: DateTime) { compareSegments(
      aFilter: {all: []}, dimensions: ["level"], asOf: $at) {
      tags { tagKey label aCount tag { key } } } }"""
    found = (await levels(query, at=before.isoformat()))["compareSegments"]["tags"]
    assert {"tagKey": "level/vip", "label": "VIP", "aCount": 1, "tag": None} in found
    assert len(found) == 3
    assert len((await levels(query))["compareSegments"]["tags"]) == 2


async def test_a_split_takes_a_typed_filter(levels: Api) -> None:
    change = {
        "split": {
            "tag": "level/vip",
            "where": {"all": []},
            "into": {"labels": labels("老贵宾", "Old VIP")},
            "otherwise": {"key": "new_vip", "labels": labels("新贵宾", "New VIP")},
        }
    }
    plan = (await levels(PLAN, change=change))["planTaxonomyChange"]
    assert [one["into"] for one in plan["moves"]] == ["level/old_vip", "level/new_vip"]
    await levels(APPLY, key=plan["key"], digest=plan["digest"])
    for name, number in (("vip", 1), ("old_vip", 1), ("new_vip", 0)):
        found = await levels(COUNT, filter=tags(anyOf=[name]))
        assert found["customers"]["totalCount"] == number, name


async def test_a_new_version_of_a_file_is_planned_like_any_change(levels: Api) -> None:
    text = """
key: people
version: 1.0.0
labels: {zh-CN: 人, en: People}
dimensions:
  - key: mood
    labels: {zh-CN: 心情, en: Mood}
    cardinality: single
    tags: [{key: glad, labels: {zh-CN: 高兴, en: Glad}}]
"""
    plan = (await levels(PLAN, change={"version": {"text": text}}))["planTaxonomyChange"]
    assert plan["taxonomies"] == [{"taxonomyKey": "people", "before": None, "after": "1.0.0"}]
    await levels(APPLY, key=plan["key"], digest=plan["digest"])
    found = await levels('{ dimension(key: "mood") { tags { name } } }')
    assert found["dimension"]["tags"] == [{"name": "glad"}]
    again = text.replace("1.0.0", "2.0.0").replace("{key: glad,", "{key: merry, aliases: [glad],")
    plan = (await levels(PLAN, change={"version": {"text": again}}))["planTaxonomyChange"]
    assert plan["moves"] == [{"tag": "mood/glad", "into": "mood/merry", "taggings": 0}]
    error = await levels.error(PLAN, change={"version": {"text": "key: Bad"}})
    assert error["extensions"]["code"] == "INVALID_TAXONOMY"


async def test_plans_are_listed_and_made_once(levels: Api) -> None:
    change = {"deprecate": {"target": "level/vip", "replacedBy": "level/svip"}}
    first = await levels(PLAN, change=change, key="one")
    assert await levels(PLAN, change=change, key="one") == first
    key = first["planTaxonomyChange"]["key"]
    found = await levels(
        "query ($key: String!) { taxonomyChanges { key state } taxonomyChange(key: $key) { text }"
        ' none: taxonomyChange(key: "none") { text } }',
        key=key,
    )
    assert found == {
        "taxonomyChanges": [{"key": key, "state": "PLANNED"}],
        "taxonomyChange": {"text": "deprecate level/vip"},
        "none": None,
    }


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"rename": {"target": "level/vip"}}, "give key, labels or both"),
    ({"move": {"target": "level/vip", "folder": "a"}}, "a tag has no folder"),
    ({"merge": {"tags": ["level/vip"], "into": "level/none"}}, "level/none"),
    ({"merge": {"tags": ["level/vip"], "into": "level/vip"}}, "nothing to merge"),
    ({"rename": {"target": "level/vip", "key": "svip"}}, "there is a tag 'svip' already"),
    ({"move": {"target": "level/vip", "parent": "vip"}}, "is its own ancestor"),
    ({"delete": {"target": "temperature/warm"}}, "comes from a file or a plugin"),
    ({"version": {"installed": "none"}}, "no taxonomy 'none' is installed"),
    (
        {
            "split": {
                "tag": "level/vip",
                "where": tags(anyOf=["none"]),
                "into": {"key": "plain"},
            }
        },
        "level/none",
    ),
]


async def test_what_cannot_be_changed_is_refused_with_the_reason(levels: Api) -> None:
    for change, message in REFUSED:
        assert message in (await levels.error(PLAN, change=change))["message"], change


async def test_the_page_s_requests_do_what_it_says(api: Api) -> None:
    made, planned = blocks(PAGE, "graphql")
    data = await api(made)
    assert (data["gold"]["key"], data["made"]["name"]) == ("level/gold", "tag_a31e187e")
    await api(planned)
    forms = [read_change(load_located(change).data) for change in blocks(PAGE, "yaml")]
    assert len(forms) == 7


COUNTRIES = """
key: acme
version: {version}
labels: {{zh-CN: 销售, en: Sales}}
dimensions:
  - key: {dimension}
    labels: {{zh-CN: 国家, en: Country}}
    aliases: {aliases}
    cardinality: single
    tags: [{{key: {tag}, labels: {{zh-CN: 德国, en: Germany}}, aliases: {tag_aliases}}}]
"""


async def test_a_typed_filter_means_at_once_what_it_does_after_a_change_and_after_undo(
    api: Api,
) -> None:
    first = {"dimension": "country", "aliases": [], "tag": "germany", "tag_aliases": []}
    old = COUNTRIES.format(version="1.0.0", **first)
    renamed = {"dimension": "sales_country", "aliases": ["country"]}
    renamed |= {"tag": "deutschland", "tag_aliases": ["germany"]}
    new = COUNTRIES.format(version="2.0.0", **renamed)
    for text in (old, new):
        plan = (await api(PLAN, change={"version": {"text": text}}))["planTaxonomyChange"]
        number = plan["taxonomies"][0]["after"]
        assert (plan["en"], plan["zh"]) == (
            f"load a new version of acme: {number}",
            f"更新分类体系「acme」至 {number}",
        )
        await api(APPLY, key=plan["key"], digest=plan["digest"])
    await api(
        'mutation { saveCustomer(input: {key: "c1"}) { key }'
        ' tagCustomers(customers: ["c1"], tags: [{tag: "sales_country/deutschland"}]) { key } }'
    )
    by_old, by_new = {"country": {"anyOf": ["GERMANY"]}}, {"salesCountry": {"hasAny": True}}
    for asked in (by_old, by_new):
        assert (await api(COUNT, filter=asked))["customers"]["totalCount"] == 1
    await api(UNDO, key=plan["key"])
    assert (await api(COUNT, filter=by_old))["customers"]["totalCount"] == 1
    assert "salesCountry" in (await api.error(COUNT, filter=by_new))["message"]
    # Another process, such as a command, changes tags: the next question here knows of it.
    again = (await api(PLAN, change={"version": {"text": new}}))["planTaxonomyChange"]
    elsewhere = replace(api.platform, cache=GraphCache(api.platform.database))
    li = CommandContext(Actor("li", administrator=True), api.now)
    await apply(elsewhere, Application(again["key"], again["digest"]), li)
    mutation = """mutation ($f: FilterInput!) { saveSegment(input: {
      key: "s", filter: $f, labels: {zhCN: "德国", en: "Germany"}}) { version filter } }"""
    saved = (await api(mutation, f=by_old))["saveSegment"]
    assert saved["filter"]["tags"]["dimension"] == "sales_country"
    await api('mutation { deleteSegment(key: "s") }')
    await undo(elsewhere, again["key"], li)
    assert (await api(COUNT, filter=by_old))["customers"]["totalCount"] == 1
