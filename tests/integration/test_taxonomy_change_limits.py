"""Changes of tags that are large, interrupted, late, or in each other's way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.records.customers import Tagging
from profilegraph.domain.taxonomy.definition import Duty
from profilegraph.domain.taxonomy_changes.states import ChangeState
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, Forbidden
from profilegraph.importers.taxonomies.files import parse_taxonomy
from profilegraph.language.codec import decode
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.live import service as watching
from profilegraph.services.live.service import SetSegmentLive
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.taxonomies import editing
from profilegraph.services.taxonomies.editing import SaveTag
from profilegraph.services.taxonomies.loading import load_taxonomies, taxonomy_digest
from profilegraph.services.taxonomy_changes.applying import Application, apply
from profilegraph.services.taxonomy_changes.planning import PlanTaxonomyChange, plan, read_change
from profilegraph.services.taxonomy_changes.previews import Plan, WarningKind
from profilegraph.services.taxonomy_changes.undoing import undo
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.taxonomies.definitions import save_taxonomy
from tests.conftest import NOW
from tests.integration.test_taxonomy_changes import (
    CHANGES,
    LI,
    applied,
    compare,
    everything,
    taggings,
    world,
)

__all__ = ["world"]  # the fixture


async def planned(platform: Platform, change: dict[str, Any]) -> Plan:
    return await plan(platform, PlanTaxonomyChange(read_change(change)), LI)


class Broken(Exception):
    """What a process dies of."""


def dying(database: Database, after: int) -> Callable[..., Awaitable[Any]]:
    """Return a `write` that fails for good after so many transactions."""
    write, done = database.write, 0

    async def once(work: Callable[[Transaction], Awaitable[Any]], **more: Any) -> Any:
        nonlocal done
        if done == after:
            raise Broken
        done += 1
        return await write(work, **more)

    return once


@pytest.mark.parametrize("name", ["merge", "split", "move to a single dimension", "delete"])
async def test_a_large_change_goes_on_after_a_crash_and_readers_see_one_meaning(
    world: Platform, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, untouched = await everything(world), await taggings(world)
    made = await planned(world, CHANGES[name])
    with monkeypatch.context() as patch:
        patch.setattr(world.database, "write", dying(world.database, after=2))
        with pytest.raises(Broken):
            await applied(world, made, at_once=1, allow_broken=True)
    # Definitions and filters have changed, and of the taggings one batch. New tags of a split fill
    # batch by batch, and who has two tags where one is allowed counts by either until its batch.
    if name in ("merge", "delete"):
        compare(made, before, await everything(world))
    other = await planned(world, CHANGES["folder"])
    with pytest.raises(Conflict, match="APPLYING"):
        await applied(world, other)
    done = await applied(world, made, at_once=1)
    assert done.state is ChangeState.APPLIED
    compare(made, before, await everything(world))
    with monkeypatch.context() as patch:
        patch.setattr(world.database, "write", dying(world.database, after=2))
        with pytest.raises(Broken):
            await undo(world, made.key, LI, at_once=1)
    assert (await undo(world, made.key, LI, at_once=1)).state is ChangeState.UNDONE
    assert await everything(world) == before
    assert await taggings(world) == untouched


async def test_a_plan_of_a_world_that_has_changed_since_is_refused(world: Platform) -> None:
    made = await planned(world, CHANGES["merge"])
    golfers = decode({"tags": {"dimension": "hobby", "anyOf": ["golf"], "minWeight": 0.5}})
    names = Labels(zh_cn="players", en="players")
    await service.save_segment(
        world, SaveSegment("players", names, golfers), CommandContext(Actor("wang"), NOW)
    )
    with pytest.raises(Conflict, match="have changed since"):
        await applied(world, made)
    made = await planned(world, CHANGES["merge"])
    edit = CommandContext(LI.actor, NOW)
    values = {"labels": Labels(zh_cn="棋", en="Chess")}
    await editing.save_tag(world, SaveTag("hobby", "chess", values), edit)
    with pytest.raises(Conflict, match="have changed since"):
        await applied(world, made)
    made = await planned(world, CHANGES["merge"])
    with pytest.raises(Conflict, match="not that of the plan"):
        await apply(world, Application(made.key, "another"), LI)
    late = CommandContext(LI.actor, made.expires + timedelta(seconds=1))
    with pytest.raises(Conflict, match="expired"):
        await apply(world, Application(made.key, made.digest), late)
    # Customers may be tagged meanwhile: nobody could ever apply a plan otherwise.
    await save(world, [Tagging(customer="c6", tag="hobby/chess", since=NOW)], NOW)
    assert (await applied(world, made)).state is ChangeState.APPLIED
    assert (await applied(world, made)).state is ChangeState.APPLIED


async def test_of_two_who_apply_at_once_one_does_it(world: Platform) -> None:
    made = await planned(world, CHANGES["rename"])
    await asyncio.gather(applied(world, made), applied(world, made))
    assert (await service.segment(world, "anglers")).version == 2


async def test_what_later_changes_depend_on_is_not_taken_back(world: Platform) -> None:
    first = await planned(world, CHANGES["rename"])
    with pytest.raises(Conflict, match="PLANNED"):
        await undo(world, first.key, LI)
    await applied(world, first)
    second = await planned(world, CHANGES["relabel"])
    await applied(world, second)
    with pytest.raises(Conflict, match=f"{second.key}.* came later"):
        await undo(world, first.key, LI)
    await undo(world, second.key, LI)
    names = Labels(zh_cn="new", en="new")
    late = decode({"tags": {"dimension": "hobby", "anyOf": ["angling"]}})
    await service.save_segment(
        world, SaveSegment("new", names, late), CommandContext(Actor("wang"), NOW)
    )
    with pytest.raises(Conflict, match=r"'new' was saved since.*angling"):
        await undo(world, first.key, LI)
    await service.save_segment(
        world, SaveSegment("new", names, decode({"all": []})), CommandContext(Actor("wang"), NOW)
    )
    values = {"labels": Labels(zh_cn="钓", en="Angling")}
    edit = CommandContext(LI.actor, NOW)
    await editing.save_tag(world, SaveTag("hobby", "angling", values), edit)
    with pytest.raises(Conflict, match="the dimension 'hobby' was edited since"):
        await undo(world, first.key, LI)


async def test_an_edit_of_another_dimension_stays_when_a_change_is_taken_back(
    world: Platform,
) -> None:
    made = await planned(world, CHANGES["rename"])
    await applied(world, made)
    values = {"labels": Labels(zh_cn="铂金", en="Platinum")}
    await editing.save_tag(
        world, SaveTag("club", "platinum", values), CommandContext(LI.actor, NOW)
    )
    await undo(world, made.key, LI)
    tags = (await world.catalogue()).tags
    assert {"hobby/fishing", "club/platinum"} <= tags.keys()
    assert "hobby/angling" not in tags


async def test_what_people_said_since_stays_when_a_change_is_taken_back(world: Platform) -> None:
    made = await planned(world, CHANGES["rename"])
    await applied(world, made)
    await untag_customers(
        world,
        UntagCustomers(("c1",), ("hobby/angling",)),
        CommandContext(OPERATOR, NOW + timedelta(hours=1)),
    )
    after = NOW + timedelta(hours=2)
    new = Tagging(customer="c6", tag="hobby/angling", since=after)
    again = Tagging(customer="c5", tag="hobby/angling", since=after, confidence=0.1)
    await save(world, [new, again], after)
    await undo(world, made.key, CommandContext(LI.actor, after + timedelta(hours=1)))
    rows = await world.database.read(
        "MATCH (c:Customer)-[t:TAGGED]->(:Tag {key: 'hobby/fishing'})"
        " RETURN c.key AS customer, t.confidence AS confidence ORDER BY customer"
    )
    assert rows == [
        {"customer": "c5", "confidence": 0.1},
        {"customer": "c6", "confidence": 1.0},
    ]


async def test_the_newer_of_two_tags_stays_where_one_is_allowed(world: Platform) -> None:
    made = await planned(world, CHANGES["move to a single dimension"])
    [warning] = [one for one in made.warnings if one.kind is WarningKind.TAG_GIVES_WAY]
    # c3 plays golf for 10 days, and is in the silver club for 40.
    assert (warning.subject, warning.count) == ("club/silver", 1)
    await applied(world, made)
    rows = await world.database.read(
        "MATCH (c:Customer {key: 'c3'})-[:TAGGED]->(g:Tag {dimension: 'club'}) RETURN g.key AS tag"
    )
    assert rows == [{"tag": "club/golf"}]


async def test_a_duty_is_needed_to_apply_and_to_undo(world: Platform) -> None:
    made = await planned(world, CHANGES["rename"])
    await applied(world, made)
    own = (await world.catalogue()).taxonomies[0]
    duties = {Duty.RESTRUCTURE: "marketing"}
    hobby = own.dimensions[0].model_copy(update={"duties": duties})
    governed = own.model_copy(update={"dimensions": (hobby, *own.dimensions[1:])})

    async def govern(transaction: Transaction) -> None:
        await save_taxonomy(transaction, governed, taxonomy_digest(governed), NOW)

    await world.database.write(govern)
    nobody = CommandContext(Actor("zhang", employee="zhang", administrator=False), NOW)
    other = await plan(world, PlanTaxonomyChange(read_change(CHANGES["folder"])), nobody)
    assert WarningKind.NEEDS_DUTY in {one.kind for one in other.warnings}
    with pytest.raises(Forbidden):
        await apply(world, Application(other.key, other.digest), nobody)


FILE = """
key: filed
version: 1.0.0
labels: {zh-CN: 文件, en: Filed}
dimensions:
  - key: size
    labels: {zh-CN: 规模, en: Size}
    cardinality: multi
    tags:
      - {key: tiny, labels: {zh-CN: 微, en: Tiny}}
      - {key: huge, labels: {zh-CN: 巨, en: Huge}}
"""


async def test_a_new_version_of_a_file_takes_taggings_along_and_can_be_taken_back(
    world: Platform,
) -> None:
    await load_taxonomies(world.database, [parse_taxonomy(FILE, "file")], NOW)
    both = [Tagging(customer="c1", tag=f"size/{key}", since=NOW) for key in ("tiny", "huge")]
    await save(world, [*both, Tagging(customer="c2", tag="size/tiny", since=NOW)], NOW)
    names = Labels(zh_cn="tiny", en="tiny")
    tiny = decode({"tags": {"dimension": "size", "anyOf": ["tiny"]}})
    await service.save_segment(
        world, SaveSegment("tiny", names, tiny), CommandContext(Actor("wang"), NOW)
    )
    untouched = await taggings(world)
    text = FILE.replace("1.0.0", "2.0.0").replace("multi", "single")
    text = text.replace("{key: tiny,", "{key: small, aliases: [tiny],")
    made = await planned(world, {"version": {"text": text}})
    [effect] = made.segments
    assert (effect.key, effect.before, effect.after, effect.rewritten) == ("tiny", 2, 1, True)
    assert [(one.kind, one.subject, one.count) for one in made.warnings] == [
        (WarningKind.TAG_GIVES_WAY, "size/tiny", 1)
    ]
    await applied(world, made)
    saved = await service.segment(world, "tiny")
    assert saved.filter == decode({"tags": {"dimension": "size", "anyOf": ["small"]}})
    assert await service.count(world, tiny, NOW) == 1
    await undo(world, made.key, LI)
    assert await taggings(world) == untouched
    assert await service.count(world, tiny, NOW) == 2
    gone = FILE.replace("1.0.0", "3.0.0").replace("- {key: tiny,", "# - {key: tiny,")
    made = await planned(world, {"version": {"text": gone}})
    kinds = {one.kind: one for one in made.warnings}
    assert kinds[WarningKind.TAG_RETIRES].count == 2
    assert kinds[WarningKind.SEGMENT_BREAKS].subject == "tiny"


async def test_a_live_segment_tells_who_came_by_a_change_and_nothing_of_a_rename(
    world: Platform,
) -> None:
    act = CommandContext(Actor("wang"), NOW)
    await watching.set_live(world, SetSegmentLive("players", True, None), act)
    watcher = LiveWorker(world)
    await watcher.round(NOW)
    made = await planned(world, CHANGES["rename dimension"])
    assert {one.key for one in made.segments if one.live} == {"players"}
    await applied(world, made)
    await watcher.round(NOW)
    assert (await watching.newest_transitions(world, "players", first=10)).crossings == ()
    await applied(
        world, await planned(world, {"merge": {"tags": ["hobby/fishing"], "into": "hobby/golf"}})
    )
    await watcher.round(NOW)
    page = await watching.newest_transitions(world, "players", first=10)
    assert {(one.customer, one.entered) for one in page.crossings} == {("c1", True), ("c5", True)}
