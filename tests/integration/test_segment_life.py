"""Saved segments come into states, are shared, depend on one another, and go."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from profilegraph.config import data_folder
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, Forbidden, InvalidFilter, NotFound
from profilegraph.language.codec import decode
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.platform import Platform
from profilegraph.services.segments import lifecycle, service, versions
from profilegraph.services.segments.lifecycle import DeleteSegment, SetSegmentState, ShareSegment
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.segments.versions import RollBackSegment
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.neo4j.migrations import read_migrations
from tests.conftest import NOW

DRAFT, ACTIVE, ARCHIVED = SegmentState.DRAFT, SegmentState.ACTIVE, SegmentState.ARCHIVED
PAINED: dict[str, Any] = {"tags": {"dimension": "pains", "hasAny": True}}
LI, WANG = CommandContext(Actor("li"), NOW), CommandContext(Actor("wang"), NOW)


def refers_to(*keys: str) -> dict[str, Any]:
    return {"all": [{"segment": {"key": key}} for key in keys]}


async def save(
    platform: Platform,
    key: str,
    filter_: dict[str, Any] = PAINED,
    state: SegmentState | None = None,
    author: str = "li",
    *,
    operator: bool = False,
) -> SavedSegment:
    return await service.save_segment(
        platform,
        SaveSegment(key, Labels(zh_cn=key, en=key), decode(filter_), state=state),
        CommandContext(Actor(author, operator=operator), NOW),
    )


async def test_a_new_segment_is_active_and_its_author_s(platform: Platform) -> None:
    one = await save(platform, "s")
    assert (one.state, one.owner, one.editors) == (ACTIVE, "li", ())
    assert (await save(platform, "d", state=DRAFT)).state is DRAFT
    again = await save(platform, "d", refers_to("s"))
    assert (again.state, again.version) == (DRAFT, 2)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ((DRAFT, ACTIVE, ARCHIVED, ACTIVE), True),
        ((DRAFT, ARCHIVED, ACTIVE), True),
        ((DRAFT, DRAFT), True),
        ((ACTIVE, DRAFT), False),
        ((ARCHIVED, DRAFT), False),
    ],
)
async def test_a_state_follows_only_certain_others(
    platform: Platform, path: tuple[SegmentState, ...], allowed: bool
) -> None:
    await save(platform, "s", state=DRAFT)
    if path[0] is not DRAFT:
        await lifecycle.set_state(platform, SetSegmentState("s", path[0]), LI)
    for state in path[1:-1]:
        await lifecycle.set_state(platform, SetSegmentState("s", state), LI)
    if allowed:
        assert (
            await lifecycle.set_state(platform, SetSegmentState("s", path[-1]), LI)
        ).state is path[-1]
    else:
        with pytest.raises(Conflict, match=f"is {path[0]}; it cannot become {path[-1]}"):
            await lifecycle.set_state(platform, SetSegmentState("s", path[-1]), LI)


async def test_saving_brings_a_segment_into_a_state_too(platform: Platform) -> None:
    await save(platform, "s", state=DRAFT)
    assert (await save(platform, "s", state=ACTIVE)).state is ACTIVE
    with pytest.raises(Conflict, match="cannot become DRAFT"):
        await save(platform, "s", refers_to(), state=DRAFT)
    assert (await service.segment(platform, "s")).version == 1


async def test_an_archived_segment_answers_and_takes_no_new_version(platform: Platform) -> None:
    await save(platform, "s")
    await save(platform, "s", refers_to())
    await lifecycle.set_state(platform, SetSegmentState("s", ARCHIVED), LI)
    assert await service.count(platform, decode(refers_to("s")), NOW) == 0
    with pytest.raises(Conflict, match="archived"):
        await save(platform, "s")
    with pytest.raises(Conflict, match="archived"):
        await versions.roll_back(platform, RollBackSegment("s", 1), LI)
    assert (await save(platform, "s", state=ACTIVE)).version == 3


async def test_an_active_segment_refers_only_to_active_ones(platform: Platform) -> None:
    await save(platform, "active")
    await save(platform, "draft", state=DRAFT)
    await save(platform, "archived")
    await lifecycle.set_state(platform, SetSegmentState("archived", ARCHIVED), LI)
    await save(platform, "d", refers_to("active", "draft"), DRAFT)
    for state, named in ((ACTIVE, "draft"), (ACTIVE, "archived"), (DRAFT, "archived")):
        with pytest.raises(Conflict, match=f"'{named}' \\({named.upper()}\\)"):
            await save(platform, "new", refers_to("active", named), state)
    assert [one.key for one in await service.segments(platform)] == [
        "active",
        "archived",
        "d",
        "draft",
    ]
    with pytest.raises(Conflict, match="'draft' \\(DRAFT\\)"):
        await lifecycle.set_state(platform, SetSegmentState("d", ACTIVE), LI)
    await lifecycle.set_state(platform, SetSegmentState("draft", ACTIVE), LI)
    assert (await lifecycle.set_state(platform, SetSegmentState("d", ACTIVE), LI)).state is ACTIVE


async def test_a_segment_in_use_is_not_archived_until_its_users_are(platform: Platform) -> None:
    await save(platform, "used")
    await save(platform, "user", refers_to("used"))
    with pytest.raises(Conflict, match="'used' is used by 'user' \\(ACTIVE\\)"):
        await lifecycle.set_state(platform, SetSegmentState("used", ARCHIVED), LI)
    await lifecycle.set_state(platform, SetSegmentState("user", ARCHIVED), LI)
    await lifecycle.set_state(platform, SetSegmentState("used", ARCHIVED), LI)
    with pytest.raises(Conflict, match="'used' \\(ARCHIVED\\)"):
        await lifecycle.set_state(platform, SetSegmentState("user", ACTIVE), LI)


async def test_segments_are_listed_by_state(platform: Platform) -> None:
    await save(platform, "a")
    await save(platform, "b", state=DRAFT)
    assert [one.key for one in await service.segments(platform, {DRAFT})] == ["b"]


async def test_only_its_owner_and_editors_change_a_segment(platform: Platform) -> None:
    await save(platform, "s")
    for name in ("li", "wang"):
        await create_key(platform.database, name, NOW)
    refused = [
        save(platform, "s", refers_to(), author="wang"),
        versions.roll_back(platform, RollBackSegment("s", 1), WANG),
        lifecycle.set_state(platform, SetSegmentState("s", ARCHIVED), WANG),
        lifecycle.share(platform, ShareSegment("s", ("wang",), None), WANG),
        lifecycle.delete_segment(platform, DeleteSegment("s"), WANG),
    ]
    for change in refused:
        with pytest.raises(Forbidden, match="belongs to 'li'"):
            await change
    assert (await service.segment(platform, "s")).version == 1
    shared = await lifecycle.share(
        platform,
        ShareSegment(
            "s",
            (
                "wang",
                "li",
                "wang",
            ),
            None,
        ),
        LI,
    )
    assert (shared.owner, shared.editors) == ("li", ("wang",))
    assert (await save(platform, "s", refers_to(), author="wang")).author == "wang"
    for change in refused_to_editors(platform):
        with pytest.raises(Forbidden, match="alone may"):
            await change


def refused_to_editors(platform: Platform) -> list[Any]:
    return [
        lifecycle.share(platform, ShareSegment("s", ("wang",), "wang"), WANG),
        lifecycle.delete_segment(platform, DeleteSegment("s"), WANG),
    ]


async def test_the_operator_changes_every_segment(platform: Platform) -> None:
    await save(platform, "s")
    operator = CommandContext(Actor("command line", operator=True), NOW)
    assert (await save(platform, "s", refers_to(), author="x", operator=True)).owner == "li"
    await lifecycle.set_state(platform, SetSegmentState("s", ARCHIVED), operator)
    await lifecycle.delete_segment(platform, DeleteSegment("s"), operator)
    assert await service.segments(platform) == []


async def test_a_segment_is_handed_over_to_a_key_that_exists(platform: Platform) -> None:
    await save(platform, "s")
    await create_key(platform.database, "wang", NOW)
    with pytest.raises(NotFound, match=r"no API key has the name 'wan'.*Did you mean wang"):
        await lifecycle.share(platform, ShareSegment("s", ("wan",), None), LI)
    assert (await lifecycle.share(platform, ShareSegment("s", (), "wang"), LI)).owner == "wang"
    with pytest.raises(Forbidden):
        await save(platform, "s", refers_to())
    [key] = await list_keys(platform.database)
    await revoke_key(platform.database, key.id, NOW)
    with pytest.raises(NotFound):
        await lifecycle.share(platform, ShareSegment("s", ("wang",), None), WANG)


async def test_users_are_those_whose_newest_version_refers_to_it(platform: Platform) -> None:
    await save(platform, "used")
    await save(platform, "now", {"related": {"where": refers_to("used")}})
    await save(platform, "once", refers_to("used"))
    await save(platform, "once", PAINED)
    found = await lifecycle.users(platform, ["used", "now"])
    assert {key: [one.key for one in many] for key, many in found.items()} == {"used": ["now"]}


async def test_a_segment_in_use_is_not_deleted(platform: Platform) -> None:
    await save(platform, "used")
    await save(platform, "one", refers_to("used"))
    await save(platform, "two", refers_to("used"), DRAFT)
    with pytest.raises(Conflict, match="used by 'one' \\(ACTIVE\\), 'two' \\(DRAFT\\)"):
        await lifecycle.delete_segment(platform, DeleteSegment("used"), LI)
    for key in ("one", "two"):
        await save(platform, key, PAINED)
    await lifecycle.delete_segment(platform, DeleteSegment("used"), LI)
    assert [one.key for one in await service.segments(platform)] == ["one", "two"]
    left = await platform.database.read(
        "MATCH (v:SegmentVersion) WHERE v.key STARTS WITH 'used' RETURN v.key AS key"
    )
    assert left == []
    with pytest.raises(NotFound):
        await lifecycle.delete_segment(platform, DeleteSegment("used"), LI)


async def test_a_key_is_free_again_after_its_segment_was_deleted(platform: Platform) -> None:
    await save(platform, "s")
    await save(platform, "s", refers_to())
    await lifecycle.delete_segment(platform, DeleteSegment("s"), LI)
    again = await save(platform, "s", author="wang")
    assert (again.version, again.owner) == (1, "wang")


async def test_repeated_requests_change_nothing_more(platform: Platform) -> None:
    await save(platform, "s")
    archive, delete = CommandContext(Actor("li"), NOW, "1"), CommandContext(Actor("li"), NOW, "2")
    await lifecycle.set_state(platform, SetSegmentState("s", ARCHIVED), archive)
    await lifecycle.set_state(platform, SetSegmentState("s", ACTIVE), LI)
    assert (
        await lifecycle.set_state(platform, SetSegmentState("s", ARCHIVED), archive)
    ).state is ACTIVE
    await lifecycle.delete_segment(platform, DeleteSegment("s"), delete)
    await lifecycle.delete_segment(platform, DeleteSegment("s"), delete)
    with pytest.raises(Conflict, match="another request"):
        await lifecycle.delete_segment(platform, DeleteSegment("other"), delete)


async def test_of_two_who_save_a_new_key_at_once_one_owns_it(platform: Platform) -> None:
    answers = await asyncio.gather(
        *(save(platform, "s", author=name) for name in "abcdef"), return_exceptions=True
    )
    owners = [one.owner for one in answers if isinstance(one, SavedSegment)]
    refused = [one for one in answers if isinstance(one, Forbidden)]
    assert (len(owners), len(refused)) == (1, 5)
    assert (await service.segment(platform, "s")).author == owners[0]


@pytest.mark.parametrize("turn", range(4))
async def test_no_segment_goes_while_another_begins_to_refer_to_it(
    platform: Platform, turn: int
) -> None:
    await save(platform, "used")
    going = (
        lifecycle.delete_segment(platform, DeleteSegment("used"), LI)
        if turn % 2
        else lifecycle.set_state(platform, SetSegmentState("used", ARCHIVED), LI)
    )
    saving = save(platform, "user", refers_to("used"))
    answers = await asyncio.gather(saving, going, return_exceptions=True)
    failures = [one for one in answers if isinstance(one, BaseException)]
    assert len(failures) == 1
    assert isinstance(failures[0], Conflict | InvalidFilter), failures


@pytest.mark.parametrize("many", [2, 3, 4])
async def test_segments_saved_at_once_form_no_circle(platform: Platform, many: int) -> None:
    keys = [f"s{n}" for n in range(many)]
    for key in keys:
        await save(platform, key)
    saving = [save(platform, key, refers_to(keys[n - 1])) for n, key in enumerate(keys)]
    answers = await asyncio.gather(*saving, return_exceptions=True)
    refused = [one for one in answers if not isinstance(one, SavedSegment)]
    assert len(refused) == 1
    assert isinstance(refused[0], InvalidFilter), refused
    for key in keys:
        assert await service.count(platform, decode({"segment": {"key": key}}), NOW) == 0


async def test_segments_saved_before_there_were_owners_belong_to_their_first_author(
    platform: Platform,
) -> None:
    await save(platform, "s")
    await save(platform, "s", refers_to(), author="wang", operator=True)
    whole = await service.segment(platform, "s")

    async def forget(transaction: Transaction) -> None:
        await transaction.run("MATCH (s:Segment) REMOVE s.kind, s.state, s.owner, s.editors")

    await platform.database.write(forget)
    [migration] = [
        one
        for one in read_migrations(data_folder("schema") / "graph")
        if one.name == "saved_segments"
    ]
    for statement in migration.statements:
        await platform.database.define(statement)
    assert await service.segment(platform, "s") == whole
