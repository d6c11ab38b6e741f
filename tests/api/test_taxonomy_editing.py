"""People make taxonomies, dimensions and tags over the API, and describe them."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.api.conftest import Api

TAXONOMY = """mutation ($input: SaveTaxonomyInput!, $key: String) {
  saveTaxonomy(input: $input, idempotencyKey: $key) { key label(locale: "zh-CN") version editable }
}"""
DIMENSION = """mutation ($input: SaveDimensionInput!) {
  saveDimension(input: $input) {
    key label folder owner cardinality taxonomyKey description(locale: "zh-CN")
  }
}"""
TAG = """mutation ($input: SaveTagInput!, $key: String) {
  saveTag(input: $input, idempotencyKey: $key) {
    key name label(locale: "zh-CN") description owner parent { key }
  }
}"""


def labels(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zhCN": zh, "en": en or zh}


async def made(api: Api) -> None:
    await api(TAXONOMY, input={"key": "own", "labels": labels("自建", "Our own")})
    dimension = {"taxonomy": "own", "key": "level", "labels": labels("等级", "Level")}
    await api(DIMENSION, input=dimension | {"cardinality": "SINGLE", "ordered": True})


async def test_tags_are_made_used_and_described(api: Api) -> None:
    await made(api)
    wanted = {"dimension": "level", "name": "vip", "labels": labels("贵宾", "VIP"), "owner": "li"}
    first = (await api(TAG, input=wanted))["saveTag"]
    assert (first["key"], first["label"], first["owner"]) == ("level/vip", "贵宾", "li")
    described = {"dimension": "level", "name": "vip", "description": labels("常客", "Comes often")}
    again = (await api(TAG, input=described))["saveTag"]
    assert (again["label"], again["description"]) == ("贵宾", "Comes often")
    await api('mutation { saveCustomer(input: {key: "c", name: "C"}) { key } }')
    tagged = await api(
        'mutation { tagCustomers(customers: ["c"], tags: [{tag: "level/vip"}])'
        " { tags { tag { key } } } }"
    )
    assert tagged["tagCustomers"] == [{"tags": [{"tag": {"key": "level/vip"}}]}]
    asked = '{ customers(filter: {tags: {dimension: "level", gte: "vip"}}) { totalCount } }'
    assert (await api(asked))["customers"]["totalCount"] == 1


async def test_chinese_labels_need_no_key(api: Api) -> None:
    taxonomy = (await api(TAXONOMY, input={"labels": labels("我们的标签")}))["saveTaxonomy"]
    dimension = {
        "taxonomy": taxonomy["key"],
        "labels": labels("客户等级"),
        "folder": "销售/客户",
        "description": labels("多重要"),
    }
    made = (await api(DIMENSION, input=dimension))["saveDimension"]
    assert (made["folder"], made["description"]) == ("销售/客户", "多重要")
    keys = []
    for name in ("重要客户", "重要客户", "Key account"):
        tag = {"dimension": made["key"], "labels": labels(name)}
        keys.append((await api(TAG, input=tag))["saveTag"]["name"])
    assert len(set(keys)) == 3
    assert keys[0].startswith("tag_")
    assert keys[1] == f"{keys[0]}_2"
    assert keys[2] == "key_account"


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        TAG,
        {"dimension": "temperature", "name": "hot", "labels": labels("热", "Hot")},
        "comes from a file or a plugin",
        "planTaxonomyChange",
    ),
    (
        DIMENSION,
        {"taxonomy": "b2b_core", "key": "mood", "labels": labels("心情", "Mood")},
        "comes from a file or a plugin",
        "saveTaxonomy",
    ),
    (TAG, {"dimension": "level", "name": "new"}, "no tag is called 'level/new'", "labels"),
    (DIMENSION, {"key": "new", "labels": labels("新")}, "no dimension is called", "taxonomy"),
    (TAG, {"dimension": "levle", "name": "x", "labels": labels("x")}, "levle", "level"),
    (
        TAG,
        {"dimension": "level", "name": "Big!", "labels": labels("x")},
        "the name of a tag is made of a-z",
        "",
    ),
    (
        TAG,
        {"dimension": "level", "name": "x", "parent": "y", "labels": labels("x")},
        "the parent 'y'",
        "",
    ),
    (TAG, {"dimension": "level", "name": "vip", "parent": "top"}, "has its place", "move"),
    (DIMENSION, {"key": "level", "cardinality": "MULTI"}, "has tags", "another dimension"),
]


async def test_what_cannot_be_done_says_what_to_do(api: Api) -> None:
    await made(api)
    await api(TAG, input={"dimension": "level", "name": "top", "labels": labels("顶级", "Top")})
    await api(TAG, input={"dimension": "level", "name": "vip", "labels": labels("贵宾", "VIP")})
    for mutation, input_, message, hint in REFUSED:
        error = await api.error(mutation, input=input_)
        assert message in error["message"], input_
        assert hint in error["extensions"].get("hint", ""), input_


async def test_of_two_who_edit_at_once_neither_is_lost(api: Api) -> None:
    await made(api)
    names = [f"t{number}" for number in range(8)]
    await asyncio.gather(
        *(
            api(TAG, input={"dimension": "level", "name": name, "labels": labels(name)})
            for name in names
        )
    )
    found = await api('{ dimension(key: "level") { tags { name } } }')
    assert sorted(one["name"] for one in found["dimension"]["tags"]) == names


async def test_an_edit_of_what_others_have_edited_since_is_refused(api: Api) -> None:
    await made(api)
    seen = (await api("{ taxonomies { key version } }"))["taxonomies"]
    version = next(one["version"] for one in seen if one["key"] == "own")
    tag = {"dimension": "level", "name": "vip", "labels": labels("贵宾", "VIP")}
    await api(TAG, input=tag | {"seenVersion": version})
    error = await api.error(TAG, input=tag | {"name": "top", "seenVersion": version})
    assert error["extensions"]["code"] == "CONFLICT"
    assert "edited since" in error["message"]


async def test_a_repeated_request_makes_one_tag(api: Api) -> None:
    await made(api)
    tag = {"dimension": "level", "labels": labels("贵宾")}
    first = await api(TAG, input=tag, key="one")
    assert await api(TAG, input=tag, key="one") == first
    found = await api('{ dimension(key: "level") { tags { name } } }')
    assert len(found["dimension"]["tags"]) == 1
