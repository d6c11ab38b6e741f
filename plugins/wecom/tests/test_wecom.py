"""What WeCom's API returns becomes records: each documented response, and what is wrong with some."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from profilegraph.domain.records.activity import Arrival, Channel, Event, FollowUp, FollowUpKind
from profilegraph.domain.records.customers import Consent, Customer, CustomerKind, Identity, Tagging
from profilegraph.domain.records.organisation import Ownership
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.difference import compare
from profilegraph.errors import InvalidInput
from profilegraph.hooks import Conventions, NoOptions, UnreadableItem
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph_wecom import WeCom, register_taxonomies
from profilegraph_wecom.command import app
from profilegraph_wecom.library import short_key, taxonomy_of
from profilegraph_wecom.payloads import TagGroup
from profilegraph_wecom.responses import read_parts

RESPONSES = Path(__file__).parent / "responses"
LI = "wecom:woINVENTED0000000000000000000001"
HIGH = short_key("t", "etINVENTEDTagHigh0000000000000000")
LOW = short_key("t", "etINVENTEDTagLow00000000000000000")
INTENT = short_key("wecom_", "etINVENTEDGroupIntent00000000000")


def library() -> Catalogue:
    groups = [
        part
        for part in read_parts(RESPONSES / "get_corp_tag_list.json")
        if isinstance(part, TagGroup)
    ]
    return Catalogue.of([*map(read_taxonomy, register_taxonomies()), taxonomy_of(groups)])


def told(source: Path, catalogue: Catalogue | None = None) -> list[Any]:
    conventions = Conventions(ZoneInfo("Asia/Shanghai"), "CNY", "CN", catalogue or library())
    return list(WeCom().read(source, NoOptions(), conventions))


def only(kind: type[Any], records: Iterable[Any]) -> list[Any]:
    return [record for record in records if isinstance(record, kind)]


def test_a_contact_is_a_person_known_by_every_key_that_is_given() -> None:
    records = told(RESPONSES / "get.json")
    assert only(Customer, records) == [Customer(key=LI, kind=CustomerKind.PERSON, name="李小满")]
    assert [one.key for one in only(Identity, records)] == [
        "WECOM_EXTERNAL_USER:woINVENTED0000000000000000000001",
        "WECHAT_UNIONID:oINVENTEDunionid000000000001",
        "PHONE:13800138000",
    ]


def test_what_nobody_sees_makes_no_other_contact_and_is_no_name(tmp_path: Path) -> None:
    text = (RESPONSES / "get.json").read_text(encoding="utf-8")
    source = tmp_path / "get.json"
    source.write_text(
        text.replace("woINVENTED", "wo\u200bINVENTED").replace("李小满", "\u3164\u200b")
    )
    records = told(source)
    assert only(Customer, records) == [Customer(key=LI, kind=CustomerKind.PERSON)]
    assert only(Identity, records) == only(Identity, told(RESPONSES / "get.json"))


def test_whoever_has_a_contact_owns_it_since_it_was_added() -> None:
    first, second = only(Ownership, told(RESPONSES / "get.json"))
    assert (first.employee, first.customer) == ("zhaoyi", LI)
    assert first.since == datetime(2026, 1, 1, tzinfo=UTC)
    assert second.employee == "qianer"


def test_how_a_contact_was_added_is_a_channel_below_wecom() -> None:
    records = told(RESPONSES / "get.json")
    assert Channel(key="wecom_1", name="扫描二维码", parent="wecom") in records
    assert [one.channel for one in only(Arrival, records)] == ["wecom_1", "wecom_202"]


def test_what_was_noted_of_a_contact_is_a_follow_up() -> None:
    first, second = only(FollowUp, told(RESPONSES / "get.json"))
    assert first.note == "李经理 · 对接采购事务 · 橡果科技 · 采购经理"
    assert (first.employee, first.kind) == ("zhaoyi", FollowUpKind.OTHER)
    assert second.note == "橡果科技（杭州）有限公司 · 采购经理"


def test_tags_of_the_company_are_taggings_by_whom_and_personal_ones_are_not() -> None:
    records = told(RESPONSES / "get.json")
    taggings = {(one.tag, one.by) for one in only(Tagging, records)}
    assert (f"{INTENT}/{HIGH}", "zhaoyi") in taggings
    assert (f"{INTENT}/{LOW}", "qianer") in taggings
    assert len(taggings) == 3
    assert only(UnreadableItem, records) == []


def test_a_batch_names_tags_by_their_id_alone() -> None:
    records = told(RESPONSES / "batch_get_by_user.json")
    assert [one.tag for one in only(Tagging, records)] == [f"{INTENT}/{LOW}"]


def test_a_tag_that_the_library_lacks_is_told_with_what_to_do() -> None:
    [unread] = only(UnreadableItem, told(RESPONSES / "batch_get_by_user.json"))
    assert "etUNKNOWNTag" in unread.reason
    assert "get_corp_tag_list" in unread.reason
    assert len(only(UnreadableItem, told(RESPONSES / "get.json", Catalogue.of([])))) == 3


def test_ids_alone_are_contacts_of_whom_no_name_is_known() -> None:
    first, second = only(Customer, told(RESPONSES / "list.json"))
    assert first.key == LI
    assert "name" not in second.model_fields_set


def test_contacts_who_join_a_group_chat_did_something_and_employees_did_not() -> None:
    [event] = only(Event, told(RESPONSES / "groupchat_get.json"))
    assert (event.customer, event.type, event.content) == (LI, "wecom_joined_group", "橡果用户群")
    assert event.at == datetime.fromtimestamp(1769100000, UTC)


def test_messages_of_a_contact_are_events_and_ours_are_follow_ups() -> None:
    records = told(RESPONSES / "archive.jsonl")
    [written] = only(Event, records)
    assert (written.customer, written.type, written.content) == (LI, "wecom_message", "text")
    assert written.at == datetime(2026, 2, 3, 6, 26, 40, 123_000, tzinfo=UTC)
    kinds = [(one.kind, one.employee, one.outcome) for one in only(FollowUp, records)]
    assert kinds == [
        (FollowUpKind.CHAT, "zhaoyi", None),
        (FollowUpKind.CHAT, "zhaoyi", "待办: 给李经理报价"),
        (FollowUpKind.CALL, "zhaoyi", None),
    ]


def test_what_people_wrote_is_not_kept() -> None:
    told_text = " ".join(map(repr, told(RESPONSES / "archive.jsonl")))
    assert "画像产品" not in told_text
    assert "内部消息" not in told_text


def test_the_marks_that_allow_or_forbid_archiving_are_consents() -> None:
    yes, no = only(Consent, told(RESPONSES / "archive.jsonl"))
    assert (yes.customer, yes.granted, yes.purpose) == (LI, True, "wecom_conversation_archive")
    assert no.granted is False
    assert yes.at == datetime(2026, 2, 3, 6, 29, 40, tzinfo=UTC)


def test_the_tag_library_is_a_taxonomy_with_groups_as_dimensions_and_chinese_labels() -> None:
    catalogue = library()
    dimension = catalogue.dimension(INTENT)
    assert dimension.labels.zh_cn == "意向程度"
    assert [tag.labels.zh_cn for tag in dimension.tags] == ["高意向", "低意向"]
    old = catalogue.dimension(short_key("wecom_", "etINVENTEDGroupProduct0000000000")).tags[1]
    assert old.deprecated is not None


def test_a_renamed_tag_keeps_its_key() -> None:
    def group(name: str) -> TagGroup:
        tag = {"id": "etX", "name": name}
        return TagGroup.model_validate({"group_id": "etG", "group_name": "组", "tag": [tag]})

    before, after = (taxonomy_of([group(name)]).dimensions[0].tags[0] for name in ("旧", "新"))
    assert before.key == after.key
    assert after.labels.zh_cn == "新"


def test_equal_names_are_told_apart() -> None:
    tags = [{"id": f"et{n}", "name": "同名"} for n in range(2)]
    group = TagGroup.model_validate({"group_id": "etG", "group_name": "组", "tag": tags})
    labels = [tag.labels.zh_cn for tag in taxonomy_of([group]).dimensions[0].tags]
    assert labels == ["同名", "同名 (2)"]


def test_the_command_writes_a_taxonomy_file_that_is_sound(tmp_path: Path) -> None:
    output = tmp_path / "wecom_tags.yaml"
    done = CliRunner().invoke(app, ["tags", str(RESPONSES / "get_corp_tag_list.json"), str(output)])
    assert done.exit_code == 0, done.output
    assert "2 dimensions, 4 tags" in done.output
    groups = [
        p for p in read_parts(RESPONSES / "get_corp_tag_list.json") if isinstance(p, TagGroup)
    ]
    assert read_taxonomy(output) == taxonomy_of(groups)


def test_what_is_gone_from_the_library_stays_deprecated_in_its_next_version(tmp_path: Path) -> None:
    document = json.loads((RESPONSES / "get_corp_tag_list.json").read_text("utf-8"))
    output, later = tmp_path / "wecom_tags.yaml", tmp_path / "later.json"
    CliRunner().invoke(app, ["tags", str(RESPONSES / "get_corp_tag_list.json"), str(output)])
    first = read_taxonomy(output)
    del document["tag_group"][1]
    del document["tag_group"][0]["tag"][1]
    later.write_text(json.dumps(document), "utf-8")
    done = CliRunner().invoke(app, ["tags", str(later), str(output)])
    assert done.exit_code == 0, done.output
    second = read_taxonomy(output)
    assert compare(first, second).vanished == ()
    assert compare(first, second).version_fits
    assert second.version != first.version
    assert [tag.deprecated is not None for tag in second.dimensions[0].tags] == [False, True]
    assert second.dimensions[1].deprecated is not None
    CliRunner().invoke(app, ["tags", str(later), str(output)])
    assert read_taxonomy(output) == second


def test_the_command_refuses_a_file_without_a_tag_library(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["tags", str(RESPONSES / "get.json"), str(tmp_path / "x.yaml")])
    assert isinstance(done.exception, InvalidInput)
    assert "get_corp_tag_list" in done.exception.hint


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"errcode": 40014, "errmsg": "invalid access_token"}, "WeCom's error 40014"),
        ({"surprise": 1}, "no response that is known, with 'surprise'"),
        ({"external_contact": {"name": "nobody"}}, "external_contact.external_userid"),
        ([1], "no JSON object"),
    ],
)
def test_what_is_no_response_is_told_with_its_text(
    document: Any, reason: str, tmp_path: Path
) -> None:
    source = tmp_path / "response.json"
    source.write_text(json.dumps(document), "utf-8")
    [unread] = told(source)
    assert reason in unread.reason
    assert unread.original


def test_a_line_that_is_no_json_leaves_the_others_in(tmp_path: Path) -> None:
    source = tmp_path / "responses.jsonl"
    source.write_text(
        '{"external_userid": ["woA"]}\n{oops\n{"external_userid": ["woB"]}\n', "utf-8"
    )
    records = told(source)
    assert [one.key for one in only(Customer, records)] == ["wecom:woA", "wecom:woB"]
    assert only(UnreadableItem, records)[0].original == "{oops\n"


def test_a_file_that_is_no_json_at_all_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "response.json"
    source.write_text("{oops", "utf-8")
    with pytest.raises(InvalidInput, match="is no JSON") as refused:
        told(source)
    assert ".jsonl" in refused.value.hint
