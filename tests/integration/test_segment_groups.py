"""Groups of segments: every customer of any of them belongs to exactly one."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.segment_groups import SegmentGroup
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, Forbidden, InvalidInput, NotFound
from profilegraph.language.nodes import EVERYONE
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.segments import groups, lifecycle, service
from profilegraph.services.segments.groups import (
    DeleteSegmentGroup,
    GroupAssignment,
    SaveSegmentGroup,
    own_filter,
    reason,
)
from profilegraph.services.segments.lifecycle import DeleteSegment, SetSegmentState
from tests.conftest import NOW
from tests.integration.test_live import BY, WARM, define

GROUP = Labels(zh_cn="服务分组", en="Care")
VISITED: dict[str, Any] = {"event": {"type": "visit_page"}}
PAINED: dict[str, Any] = {"tags": {"dimension": "pains", "hasAny": True}}
FILTERS = {"warm": WARM, "visited": VISITED, "pained": PAINED}


@pytest.fixture
async def grouped(platform: Platform) -> Platform:
    """Eight customers, one for each way to be in three segments or not, and these in a group."""
    subsets = [some for n in range(4) for some in combinations(FILTERS, n)]
    records: list[Any] = []
    for some in subsets:
        key = "+".join(some) or "none"
        records.append(Customer(key=key))
        if "warm" in some:
            records.append(Tagging(customer=key, tag="temperature/warm", since=NOW))
        if "pained" in some:
            records.append(Tagging(customer=key, tag="pains/no_integration", since=NOW))
        if "visited" in some:
            records.append(Event(key=key, customer=key, type="visit_page", at=NOW))
    await save(platform, records, NOW)
    for key, filter_ in FILTERS.items():
        await define(platform, filter_, key)
    await groups.save_group(platform, SaveSegmentGroup("care", GROUP, tuple(FILTERS)), BY)
    return platform


async def members(platform: Platform, of: SegmentGroup, key: str) -> set[str]:
    page = await service.members(platform, own_filter(of, key), NOW, first=100)
    return {one.key for one in page.positions}


async def test_every_customer_of_any_segment_belongs_to_exactly_one(grouped: Platform) -> None:
    care = await groups.group(grouped, "care")
    own = [await members(grouped, care, key) for key in care.segments]
    assert own == [
        {"warm", "warm+visited", "warm+pained", "warm+visited+pained"},
        {"visited", "visited+pained"},
        {"pained"},
    ]
    found = await groups.shares(grouped, care, NOW)
    assert [(one.rank, one.segment, one.members, one.own) for one in found.shares] == [
        (1, "warm", 4, 4),
        (2, "visited", 4, 2),
        (3, "pained", 4, 1),
    ]
    assert found.total == sum(one.own for one in found.shares) == 7


async def test_another_order_leaves_other_shares_and_the_same_total(grouped: Platform) -> None:
    order = ["pained", "visited", "warm"]
    care = await groups.save_group(grouped, SaveSegmentGroup("care", GROUP, tuple(order)), BY)
    found = await groups.shares(grouped, care, NOW)
    assert [(one.segment, one.own) for one in found.shares] == [
        ("pained", 4),
        ("visited", 2),
        ("warm", 1),
    ]
    assert found.total == 7


async def test_the_heaviest_segment_wins_and_among_equals_the_first(grouped: Platform) -> None:
    care = await groups.save_group(
        grouped,
        SaveSegmentGroup(
            "care",
            GROUP,
            tuple(FILTERS),
            (
                1,
                2.5,
                2.5,
            ),
        ),
        BY,
    )
    assert care.segments == ("visited", "pained", "warm")
    assert care.weights == (2.5, 2.5, 1.0)
    found = await groups.shares(grouped, care, NOW)
    assert [one.own for one in found.shares] == [4, 2, 1]
    one = await groups.primary(grouped, care, "warm+pained", NOW)
    assert (one.segment, one.weights) == ("pained", (2.5, 1.0))
    assert reason(one, ["Pained", "Warm"], "en") == (
        "It is a member of Pained (weight 2.5), Warm (weight 1); Pained is the heaviest."
    )
    assert reason(one, ["痛", "热"], "zh") == "同时属于痛（权重2.5）、热（权重1）；痛权重最高。"
    for wrong in ([1.0], [1.0, 2.0, float("nan")]):
        with pytest.raises(InvalidInput, match="weight"):
            await groups.save_group(
                grouped, SaveSegmentGroup("care", GROUP, tuple(FILTERS), tuple(wrong)), BY
            )
    again = await groups.save_group(grouped, SaveSegmentGroup("care", GROUP, tuple(FILTERS)), BY)
    assert again.weights is None


async def test_the_segment_of_one_customer_is_the_one_that_counts_it(grouped: Platform) -> None:
    care = await groups.group(grouped, "care")
    own = {key: await members(grouped, care, key) for key in care.segments}
    everyone = await service.members(grouped, EVERYONE, NOW, first=100)
    assert len(everyone.positions) == 8
    for one in everyone.positions:
        found = await groups.primary(grouped, care, one.key, NOW)
        assert [key for key, some in own.items() if one.key in some] == list(found.segments[:1])
        assert "+".join(found.segments) == ("" if one.key == "none" else one.key)
    with pytest.raises(NotFound):
        await groups.primary(grouped, care, "nobody", NOW)


def test_the_reason_names_all_segments_with_their_ranks() -> None:
    two = GroupAssignment(("warm", "pained"), (1, 3))
    assert reason(two, ["Warm", "Pained"], "en") == (
        "It is a member of Warm (rank 1), Pained (rank 3); Warm comes first."
    )
    assert reason(two, ["热", "痛"], "zh-CN") == "同时属于热（第1位）、痛（第3位）；热排在最前。"
    one = GroupAssignment(("pained",), (3,))
    assert reason(one, ["Pained"], "en") == "It is a member of Pained (rank 3) alone."
    assert reason(GroupAssignment((), ()), [], "zh") == "不属于其中任何一个人群。"


@pytest.mark.parametrize("some", [[], ["warm"], ["warm", "warm"], [f"s{n}" for n in range(21)]])
async def test_a_group_ranks_some_different_segments(grouped: Platform, some: list[str]) -> None:
    with pytest.raises(InvalidInput):
        await groups.save_group(grouped, SaveSegmentGroup("new", GROUP, tuple(some)), BY)


async def test_a_group_ranks_segments_that_are_there_and_in_use(grouped: Platform) -> None:
    with pytest.raises(NotFound, match="'gone'"):
        await groups.save_group(
            grouped,
            SaveSegmentGroup(
                "new",
                GROUP,
                ("warm", "gone"),
            ),
            BY,
        )
    with pytest.raises(Conflict, match="ranked in 'care'"):
        await lifecycle.set_state(grouped, SetSegmentState("pained", SegmentState.ARCHIVED), BY)
    await groups.delete_group(grouped, DeleteSegmentGroup("care"), BY)
    await lifecycle.set_state(grouped, SetSegmentState("pained", SegmentState.ARCHIVED), BY)
    with pytest.raises(Conflict, match="archived"):
        await groups.save_group(
            grouped,
            SaveSegmentGroup(
                "new",
                GROUP,
                ("warm", "pained"),
            ),
            BY,
        )
    assert await groups.groups(grouped) == []


async def test_a_group_belongs_to_who_saved_it_and_holds_its_segments(grouped: Platform) -> None:
    wang = CommandContext(Actor("wang"), NOW)
    with pytest.raises(Forbidden):
        await groups.save_group(
            grouped,
            SaveSegmentGroup(
                "care",
                GROUP,
                ("warm", "pained"),
            ),
            wang,
        )
    with pytest.raises(Forbidden):
        await groups.delete_group(grouped, DeleteSegmentGroup("care"), wang)
    with pytest.raises(Conflict, match="ranked in 'care'"):
        await lifecycle.delete_segment(grouped, DeleteSegment("warm"), BY)
    await groups.delete_group(grouped, DeleteSegmentGroup("care"), BY)
    with pytest.raises(NotFound):
        await groups.group(grouped, "care")
    await lifecycle.delete_segment(grouped, DeleteSegment("warm"), BY)
