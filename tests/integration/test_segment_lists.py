"""Segments that are lists: chosen by hand, or the members of another at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, Forbidden, InvalidInput, NotFound
from profilegraph.language.codec import decode
from profilegraph.language.nodes import Node
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.platform import Platform
from profilegraph.services.segments import lifecycle, lists, service, versions
from profilegraph.services.segments.lifecycle import DeleteSegment
from profilegraph.services.segments.lists import (
    ChangeStaticSegment,
    SaveStaticSegment,
    TakeSnapshot,
)
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.segments.versions import RollBackSegment
from tests.conftest import NOW

LABELS = Labels(zh_cn="贵宾", en="VIPs")
PAINED = decode({"tags": {"dimension": "pains", "hasAny": True}})
LI = CommandContext(Actor("li"), NOW)


@pytest.fixture
async def customers(platform: Platform) -> Platform:
    """Customers a to d; a and b have a pain."""
    records = [Customer(key=key) for key in "abcd"]
    pains = [Tagging(customer=key, tag="pains/no_integration", since=NOW) for key in "ab"]
    await save(platform, [*records, *pains], NOW)
    return platform


async def chosen(
    platform: Platform, customers: str, context: CommandContext = LI, key: str = "vip"
) -> SavedSegment:
    return await lists.save_list(
        platform, SaveStaticSegment(key, LABELS, tuple(customers)), context
    )


async def change(
    platform: Platform, add: str = "", remove: str = "", context: CommandContext = LI
) -> SavedSegment:
    return await lists.change_list(
        platform, ChangeStaticSegment("vip", tuple(add), tuple(remove)), context
    )


async def snapshot(
    platform: Platform, key: str | None = None, context: CommandContext = LI, of: str = "pained"
) -> SavedSegment:
    return await lists.take_snapshot(platform, TakeSnapshot(of, key, None, "for mail"), context)


async def members(platform: Platform, node: Node) -> str:
    page = await service.members(platform, node, NOW, first=9)
    assert await service.count(platform, node, NOW) == len(page.positions)
    return "".join(one.key for one in page.positions)


def segment(key: str) -> Node:
    return decode({"segment": {"key": key}})


async def pained(platform: Platform) -> SavedSegment:
    labels = Labels(zh_cn="有痛点", en="In pain")
    return await service.save_segment(
        platform, SaveSegment("pained", labels, PAINED), CommandContext(Actor("li"), NOW)
    )


async def test_a_static_segment_has_the_members_that_were_chosen(customers: Platform) -> None:
    saved = await chosen(customers, "cad")
    assert (saved.kind, saved.state, saved.owner) == (SegmentKind.STATIC, SegmentState.ACTIVE, "li")
    assert await members(customers, saved.filter) == "acd"
    assert await members(customers, segment("vip")) == "acd"
    fall = await service.waterfall(customers, segment("vip"), NOW)
    assert [step.kept for step in fall.steps] == [3]


async def test_customers_are_added_to_a_list_and_removed_from_it(customers: Platform) -> None:
    await chosen(customers, "ab")
    assert await members(customers, (await change(customers, add="bc", remove="a")).filter) == "bc"
    assert (await change(customers, add="c", remove="d")).version == 2
    assert (await change(customers, add="d", remove="d")).version == 2
    assert (await chosen(customers, "cb")).version == 2
    history = (await versions.versions(customers, ["vip"]))["vip"]
    lines = {
        locale: await versions.describe_changes(
            customers, versions.changes(history, 2, None), locale
        )
        for locale in ("en", "zh-CN")
    }
    assert lines == {
        "en": ["removed customers: 1", "added customers: 1"],
        "zh-CN": ["移除客户1位", "新增客户1位"],
    }


async def test_a_list_is_rolled_back(customers: Platform) -> None:
    await chosen(customers, "ab")
    await change(customers, remove="ab")
    back = await versions.roll_back(customers, RollBackSegment("vip", 1), LI)
    assert (back.version, back.restores) == (3, 1)
    assert await members(customers, segment("vip")) == "ab"
    assert (await versions.roll_back(customers, RollBackSegment("vip", 1), LI)).version == 3


async def test_new_labels_alone_make_no_new_version_of_a_list(customers: Platform) -> None:
    await chosen(customers, "ab")
    renamed = await lists.save_list(
        customers,
        SaveStaticSegment(
            "vip",
            Labels(zh_cn="新", en="New"),
            ("b", "a"),
        ),
        LI,
    )
    assert (renamed.version, renamed.labels.en) == (1, "New")


async def test_those_who_change_a_list_at_once_lose_nothing(customers: Platform) -> None:
    await chosen(customers, "")
    await asyncio.gather(*(change(customers, add=key) for key in "abcd"))
    assert await members(customers, segment("vip")) == "abcd"
    assert (await service.segment(customers, "vip")).version == 5


async def test_a_repeated_change_is_done_once(customers: Platform) -> None:
    await chosen(customers, "")
    once = CommandContext(Actor("li"), NOW, "k")
    first = await change(customers, add="a", context=once)
    await change(customers, remove="a")
    assert await change(customers, add="a", context=once) == replace(first, is_newest=False)
    assert await members(customers, segment("vip")) == ""


@pytest.mark.parametrize(("add", "remove"), [("ax", ""), ("", "xyzuvw")])
async def test_customers_that_do_not_exist_are_named(
    customers: Platform, add: str, remove: str
) -> None:
    await chosen(customers, "a")
    with pytest.raises(NotFound, match="no customer has the key 'x'"):
        await change(customers, add, remove)
    assert (await service.segment(customers, "vip")).version == 1


async def test_too_many_customers_at_once_are_refused(customers: Platform) -> None:
    many: Sequence[str] = ["a"] * 10_001
    with pytest.raises(InvalidInput, match="10,001 customers"):
        await lists.save_list(customers, SaveStaticSegment("vip", LABELS, tuple(many)), LI)


async def test_a_segment_keeps_its_kind(customers: Platform) -> None:
    await chosen(customers, "a")
    await pained(customers)
    await snapshot(customers, "then")
    with pytest.raises(Conflict, match="'vip' is STATIC, not DYNAMIC"):
        await service.save_segment(
            customers, SaveSegment("vip", LABELS, PAINED), CommandContext(Actor("li"), NOW)
        )
    with pytest.raises(Conflict, match="'pained' is DYNAMIC, not STATIC"):
        await chosen(customers, "a", key="pained")
    with pytest.raises(Conflict, match="'then' is SNAPSHOT, not STATIC"):
        await chosen(customers, "a", key="then")
    with pytest.raises(NotFound, match="no segment has the key"):
        await lists.change_list(customers, ChangeStaticSegment("none", ("a",), ()), LI)


async def test_others_do_not_change_a_list(customers: Platform) -> None:
    await chosen(customers, "a")
    with pytest.raises(Forbidden):
        await change(customers, add="b", context=CommandContext(Actor("wang"), NOW))


async def test_a_snapshot_keeps_who_was_a_member(customers: Platform) -> None:
    await pained(customers)
    taken = await snapshot(customers, "then")
    assert (taken.kind, taken.version, taken.note) == (SegmentKind.SNAPSHOT, 1, "for mail")
    await untag_customers(
        customers,
        UntagCustomers(("a",), ("pains/no_integration",)),
        CommandContext(OPERATOR, NOW + timedelta(hours=1)),
    )
    later = NOW + timedelta(hours=2)
    assert await service.count(customers, segment("pained"), later) == 1
    assert await members(customers, segment("then")) == "ab"
    left = decode({"all": [{"segment": {"key": "then"}}, {"not": {"segment": {"key": "pained"}}}]})
    page = await service.members(customers, left, later, first=9)
    assert [one.key for one in page.positions] == ["a"]


async def test_a_snapshot_is_called_after_its_segment_and_moment(customers: Platform) -> None:
    await pained(customers)
    taken = await snapshot(customers)
    assert taken.key == "pained@2026-03-01T12:00:00"
    assert taken.labels == Labels(
        zh_cn="有痛点 · 2026-03-01 12:00", en="In pain · 2026-03-01 12:00"
    )
    with pytest.raises(Conflict, match="already"):
        await snapshot(customers)


async def test_a_repeated_request_takes_one_snapshot(customers: Platform) -> None:
    await pained(customers)
    first = await snapshot(customers, context=CommandContext(Actor("li"), NOW, "k"))
    again = await snapshot(
        customers, context=CommandContext(Actor("li"), NOW + timedelta(hours=1), "k")
    )
    assert again == first
    assert len(await service.segments(customers)) == 2


async def test_snapshots_and_what_they_were_taken_of_are_told(customers: Platform) -> None:
    await pained(customers)
    await snapshot(customers, "one")
    await snapshot(customers, "two", CommandContext(Actor("li"), NOW + timedelta(hours=1)))
    await service.save_segment(
        customers,
        SaveSegment("pained", LABELS, decode({"all": []})),
        CommandContext(Actor("li"), NOW),
    )
    found = await lists.snapshots(customers, ["pained", "one"])
    assert {key: [one.key for one in of] for key, of in found.items()} == {"pained": ["two", "one"]}
    [source] = (await lists.sources(customers, ["one"]))["one"]
    assert (source.key, source.version, source.filter) == ("pained", 1, PAINED)


async def test_a_snapshot_outlives_the_segment_that_it_was_taken_of(customers: Platform) -> None:
    await pained(customers)
    await snapshot(customers, "then")
    await lifecycle.delete_segment(customers, DeleteSegment("pained"), LI)
    assert await members(customers, segment("then")) == "ab"
    assert await lists.sources(customers, ["then"]) == {}


async def test_membership_of_a_list_is_explained(customers: Platform) -> None:
    await chosen(customers, "a")
    for key, holds in (("a", True), ("b", False)):
        verdict = await service.explain_member(customers, segment("vip"), key, NOW)
        [inner] = verdict.children
        assert (verdict.holds, inner.holds, inner.place) == (
            holds,
            holds,
            "filter.segment.vip.listed",
        )
