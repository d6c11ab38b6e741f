"""The life of saved segments over the API: versions, changes, the way back."""

from typing import Any

import pytest

from profilegraph.services.identity.keys import create_key

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
PAINED = {"tags": {"dimension": "pains", "anyOf": ["no_integration"]}}
SAVE = """
mutation($key: String = "s", $filter: FilterInput!, $note: String = "") {
  saveSegment(input: {key: $key, labels: {zhCN: "人群", en: "Segment"}, filter: $filter, note: $note}) {
    version
  }
}
"""


@pytest.fixture
async def saved(api: Any) -> Any:
    """The segment s, first of the warm ones, then of those among them with a pain."""
    await api(SAVE, filter=WARM, note="first")
    await api(SAVE, filter={"all": [WARM, PAINED]}, note="narrower")
    return api


async def test_versions_are_listed_with_what_each_changed(saved):
    query = """{ segment(key: "s") { versions {
      version author note text restores changes { kind text zh: text(locale: "zh-CN") } } } }"""
    newest, oldest = (await saved(query))["segment"]["versions"]
    assert newest == {
        "version": 2,
        "author": "Ann",
        "note": "narrower",
        "text": "Temperature is Warm and Pains is No integration with other databases",
        "restores": None,
        "changes": [
            {
                "kind": "ADDED",
                "text": "added condition: Pains is No integration with other databases",
                "zh": "新增条件：痛点为不能打通其他数据库",
            }
        ],
    }
    assert (oldest["version"], oldest["note"], oldest["changes"]) == (1, "first", [])


async def test_an_older_version_is_found_and_compared_with_any_other(saved):
    query = """query($v: Int!) { segment(key: "s", version: $v) {
      version filter changes(since: 2) { kind } } }"""
    assert (await saved(query, v=1))["segment"] == {
        "version": 1,
        "filter": WARM,
        "changes": [{"kind": "REMOVED"}],
    }
    assert (await saved(query, v=3))["segment"] is None


async def test_a_rollback_answers_with_the_version_that_it_made_once(saved):
    rollback = """mutation { rollbackSegment(key: "s", version: 1, note: "back", idempotencyKey: "k") {
      version author note restores filter } }"""
    first = (await saved(rollback))["rollbackSegment"]
    assert first == {
        "version": 3,
        "author": "Ann",
        "note": "back",
        "restores": 1,
        "filter": WARM,
    }
    assert (await saved(rollback))["rollbackSegment"] == first
    error = await saved.error('mutation { rollbackSegment(key: "s", version: 9) { version } }')
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_draft_is_put_to_use_and_archived(saved):
    save = """mutation { saveSegment(input: {key: "d", labels: {zhCN: "草稿", en: "Draft"},
      filter: {segment: {key: "s"}}, state: DRAFT}) { state owner editors mayEdit } }"""
    new = {"state": "DRAFT", "owner": "Ann", "editors": [], "mayEdit": True}
    assert (await saved(save))["saveSegment"] == new
    move = 'mutation($s: SegmentState!) { setSegmentState(key: "d", state: $s) { state } }'
    for state in ("ACTIVE", "ARCHIVED"):
        assert (await saved(move, s=state))["setSegmentState"] == {"state": state}
    error = await saved.error(move, s="DRAFT")
    assert error["extensions"]["code"] == "CONFLICT"
    assert error["extensions"]["hint"] == "It can become ACTIVE."
    listed = await saved("{ segments { key } all: segments(states: [ACTIVE, ARCHIVED]) { key } }")
    assert listed == {"segments": [{"key": "s"}], "all": [{"key": "d"}, {"key": "s"}]}


async def test_another_key_changes_a_segment_only_once_it_is_shared(saved):
    await create_key(saved.platform.database, "Bob", saved.now)
    archive = 'mutation { setSegmentState(key: "s", state: ARCHIVED) { state } }'
    saved.viewer, saved.author = "2", "Bob"
    error = await saved.error(archive)
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "belongs to 'Ann'" in error["message"]
    assert (await saved('{ segment(key: "s") { mayEdit } }'))["segment"] == {"mayEdit": False}
    saved.viewer, saved.author = "1", "Ann"
    share = 'mutation { shareSegment(key: "s", editors: ["Bob"]) { owner editors } }'
    assert (await saved(share))["shareSegment"] == {"owner": "Ann", "editors": ["Bob"]}
    saved.viewer, saved.author = "2", "Bob"
    assert (await saved('{ segment(key: "s") { mayEdit } }'))["segment"] == {"mayEdit": True}
    assert (await saved(archive))["setSegmentState"] == {"state": "ARCHIVED"}


async def test_users_are_named_and_keep_a_segment_from_being_deleted(saved):
    await saved(SAVE, key="user", filter={"not": {"segment": {"key": "s"}}})
    found = await saved("{ segments { key usedBy { key version } } }")
    assert found["segments"] == [
        {"key": "s", "usedBy": [{"key": "user", "version": 1}]},
        {"key": "user", "usedBy": []},
    ]
    delete = 'mutation { deleteSegment(key: "s", idempotencyKey: "k") }'
    error = await saved.error(delete)
    assert error["extensions"]["code"] == "CONFLICT"
    assert "'user' (ACTIVE)" in error["message"]
    await saved('mutation { deleteSegment(key: "user") }')
    node = (await saved('{ segment(key: "s") { id } }'))["segment"]["id"]
    for _ in range(2):
        assert await saved(delete) == {"deleteSegment": node}
    assert (await saved("query($id: ID!) { node(id: $id) { id } }", id=node))["node"] is None


async def test_a_static_segment_is_chosen_changed_and_used_in_filters(saved):
    for key in "abc":
        await saved("mutation($k: String!) { saveCustomer(input: {key: $k}) { key } }", k=key)
    save = """mutation { saveStaticSegment(input: {key: "vip", labels: {zhCN: "贵宾", en: "VIPs"},
      customers: ["a", "b"]}) { kind version count text zh: text(locale: "zh") filter problem } }"""
    assert (await saved(save))["saveStaticSegment"] == {
        "kind": "STATIC",
        "version": 1,
        "count": 2,
        "text": "one of 2 listed customers",
        "zh": "在2位客户的名单中",
        "filter": {"segment": {"key": "vip"}},
        "problem": None,
    }
    change = """mutation { changeStaticSegment(key: "vip", add: ["c"], remove: ["a"], note: "met") {
      version note changes { kind text } members { edges { node { key } } } } }"""
    changed = (await saved(change))["changeStaticSegment"]
    assert (changed["version"], changed["note"]) == (2, "met")
    assert [one["kind"] for one in changed["changes"]] == ["REMOVED", "ADDED"]
    assert [edge["node"]["key"] for edge in changed["members"]["edges"]] == ["b", "c"]
    asked = """{ segmentPreview(filter: {not: {segment: {key: "vip"}}}) {
      text members { edges { node { key } } } } }"""
    found = (await saved(asked))["segmentPreview"]
    assert found["text"] == "not (in segment “VIPs”)"
    assert [edge["node"]["key"] for edge in found["members"]["edges"]] == ["a"]
    older = (await saved('{ segment(key: "vip", version: 1) { count } }'))["segment"]
    assert older == {"count": 2}
    why = """{ explainMember(customer: "b", segment: "vip") { holds
      conditions { place filter text } } }"""
    [told] = (await saved(why))["explainMember"]["conditions"]
    assert told["place"] == "filter.listed"
    error = await saved.error(change.replace('"c"', '"nobody"'))
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_snapshot_is_taken_and_names_its_source(saved):
    take = """mutation { takeSnapshot(key: "s", idempotencyKey: "k") {
      key kind label count takenFrom { key version } } }"""
    taken = (await saved(take))["takeSnapshot"]
    assert taken == {
        "key": "s@2026-03-01T12:00:00",
        "kind": "SNAPSHOT",
        "label": "Segment · 2026-03-01 12:00",
        "count": 0,
        "takenFrom": {"key": "s", "version": 2},
    }
    assert (await saved(take))["takeSnapshot"] == taken
    found = (await saved('{ segment(key: "s") { snapshots { key } takenFrom { key } } }'))[
        "segment"
    ]
    assert found == {"snapshots": [{"key": taken["key"]}], "takenFrom": None}
    named = """mutation { takeSnapshot(key: "s", snapshotKey: "march", labels: {zhCN: "三月", en: "March"})
      { key label } }"""
    assert (await saved(named))["takeSnapshot"] == {"key": "march", "label": "March"}


async def test_no_change_is_lost_that_somebody_else_saved_meanwhile(saved):
    save = SAVE.replace("$note: String", "$base: Int, $k: String, $note: String").replace(
        "note: $note}", "note: $note, baseVersion: $base}, idempotencyKey: $k"
    )
    narrow, wide = {"all": [WARM, PAINED]}, {"any": [WARM, PAINED]}
    assert (await saved(save, filter=wide, base=2, k="1"))["saveSegment"] == {"version": 3}
    error = await saved.error(save, filter=narrow, base=2)
    assert error["extensions"]["code"] == "CONFLICT"
    assert error["extensions"]["where"] == "baseVersion"
    assert "at version 3 by 'Ann', and the change was made from version 2" in error["message"]
    assert (await saved(save, filter=wide, base=2, k="1"))["saveSegment"] == {"version": 3}
    assert (await saved.error(save, filter=wide, base=0))["extensions"]["code"] == "CONFLICT"
    assert (await saved(save, key="new", filter=wide, base=0))["saveSegment"] == {"version": 1}
    back = (
        'mutation($b: Int) { rollbackSegment(key: "s", version: 1, baseVersion: $b) { version } }'
    )
    assert (await saved.error(back, b=2))["extensions"]["code"] == "CONFLICT"
    assert (await saved(back, b=3))["rollbackSegment"] == {"version": 4}
    chosen = """mutation($b: Int) { saveStaticSegment(input: {key: "l", labels: {zhCN: "表", en: "List"},
      customers: [], baseVersion: $b}) { version } }"""
    assert (await saved.error(chosen, b=1))["extensions"]["code"] == "CONFLICT"
    assert (await saved(chosen, b=0))["saveStaticSegment"] == {"version": 1}


async def test_an_id_means_one_version_or_whichever_is_the_newest(saved):
    query = """{ now: segment(key: "s") { id versions { id version } }
      first: segment(key: "s", version: 1) { id } second: segment(key: "s", version: 2) { id } }"""
    found = await saved(query)
    second, first = (one["id"] for one in found["now"]["versions"])
    assert len({found["now"]["id"], first, second}) == 3
    assert (found["first"]["id"], found["second"]["id"]) == (first, second)
    node = "query($id: ID!) { node(id: $id) { id ... on Segment { version filter } } }"
    one = (await saved(node, id=first))["node"]
    assert one == {"id": first, "version": 1, "filter": WARM}
    again = SAVE.replace("note: $note}", 'note: $note}, idempotencyKey: "k"').replace(
        "version", "id version"
    )
    newest = {"id": found["now"]["id"], "version": 3}
    assert (await saved(again, filter=WARM))["saveSegment"] == newest
    await saved(SAVE, filter=PAINED)
    repeated = (await saved(again, filter=WARM))["saveSegment"]
    assert repeated["version"] == 3
    assert (await saved(node, id=repeated["id"]))["node"]["version"] == 3
    assert (await saved(node, id=found["now"]["id"]))["node"]["version"] == 4
