"""Segments that name what is gone, where they are watched, exported and shown on the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.live import MoveCause
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.errors import BrokenSegment
from profilegraph.language.codec import decode
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.exports.tables import open_table
from profilegraph.services.live import service as watching
from profilegraph.services.live.questions import read_questions
from profilegraph.services.live.service import SetSegmentLive
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.segments import groups, service
from profilegraph.services.segments.groups import SaveSegmentGroup
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.taxonomies.loading import load_taxonomies
from tests.conftest import NOW
from tests.support.taxonomies import lose

LATER = NOW + timedelta(minutes=1)
WARM: dict[str, Any] = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
NOT_PAINED: dict[str, Any] = {"not": {"tags": {"dimension": "pains", "anyOf": ["no_integration"]}}}
BY = CommandContext(Actor("li"), NOW)


@pytest.fixture(params=["index", "cypher"])
async def live(request: Any, platform: Platform) -> AsyncIterator[Platform]:
    """The live segment s of warm customers without a pain: a is one; with an index, and without."""
    cache = GraphCache(platform.database, 2**30 if request.param == "index" else None)
    whole = replace(platform, cache=cache)
    try:
        await warm(whole, "a")
        await define(whole, {"all": [WARM, NOT_PAINED]})
        await watching.set_live(whole, SetSegmentLive("s", True, None), BY)
        yield whole
    finally:
        await cache.close()


async def warm(platform: Platform, key: str) -> None:
    tag = Tagging(customer=key, tag="temperature/warm", since=NOW)
    await save(platform, [Customer(key=key), tag], NOW)


async def define(platform: Platform, filter_: dict[str, Any], key: str = "s") -> None:
    labels = Labels(zh_cn="人群", en="Segment")
    node = decode(filter_)
    await service.save_segment(
        platform, SaveSegment(key, labels, node), CommandContext(Actor("li"), NOW)
    )


async def told(platform: Platform) -> list[tuple[str, bool, MoveCause]]:
    found = (await watching.newest_transitions(platform, "s", first=100)).crossings
    return [(one.customer, one.entered, one.cause) for one in reversed(found)]


async def test_a_broken_live_segment_stops_and_catches_up_when_it_is_mended(live: Platform) -> None:
    watcher = LiveWorker(live)
    await watcher.round(NOW)
    before = await lose(live, "pains/no_integration")
    await watcher.round(LATER)
    await warm(live, "b")
    await untag_customers(
        live, UntagCustomers(("a",), ("temperature/warm",)), CommandContext(OPERATOR, LATER)
    )
    await watcher.round(LATER)
    assert await told(live) == []
    await load_taxonomies(live.database, before)
    await watcher.round(LATER)
    await watcher.round(LATER)
    data = MoveCause.DATA_CHANGED
    assert sorted(await told(live)) == [("a", False, data), ("b", True, data)]


async def test_what_goes_after_a_segment_was_checked_does_not_change_its_members(
    live: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask_and_lose(platform: Platform, keys: Any, now: datetime) -> Any:
        asked = await read_questions(platform, keys, now)
        await lose(platform, "pains/no_integration")
        return asked

    monkeypatch.setattr("profilegraph.services.live.worker.read_questions", ask_and_lose)
    watcher = LiveWorker(live)
    await watcher.round(NOW)
    monkeypatch.undo()
    await watcher.round(LATER)
    assert await told(live) == []


async def test_a_broken_segment_is_not_exported(platform: Platform) -> None:
    await define(platform, NOT_PAINED)
    await lose(platform, "pains")
    with pytest.raises(BrokenSegment, match=r"'s' is broken: filter\.not\.tags: no dimension"):
        await open_table(platform, "s", NOW)


async def test_a_group_names_the_segment_that_it_cannot_tell_apart(platform: Platform) -> None:
    await define(platform, WARM, "warm")
    await define(platform, NOT_PAINED)
    labels = Labels(zh_cn="组", en="Group")
    group = await groups.save_group(
        platform,
        SaveSegmentGroup(
            "g",
            labels,
            ("warm", "s"),
        ),
        BY,
    )
    await save(platform, [Customer(key="a")], NOW)
    await lose(platform, "pains")
    with pytest.raises(BrokenSegment, match="'s' is broken"):
        await groups.shares(platform, group, NOW)
    with pytest.raises(BrokenSegment, match="'s' is broken"):
        await groups.primary(platform, group, "a", NOW)


def acme(*sizes: str) -> Taxonomy:
    """A taxonomy of somebody's own, which a start does not load again."""
    labels = {"zh-CN": "规模", "en": "Size"}
    tags = [{"key": size, "labels": {"zh-CN": size, "en": size}} for size in sizes]
    size = {"key": "acme_size", "labels": labels, "cardinality": "single", "tags": tags}
    whole = {"key": "acme", "version": "1.0.0", "labels": labels, "dimensions": [size]}
    return Taxonomy.model_validate(whole)


@pytest.fixture
async def big(platform: Platform, command_line: None) -> Callable[..., Any]:
    """Runs a command where the segment big is broken and the segment warm is not."""
    await load_taxonomies(platform.database, [acme("small", "big")], NOW)
    await define(platform, WARM, "warm")
    tag = {"tags": {"dimension": "acme_size", "anyOf": ["big"]}}
    await define(platform, {"all": [WARM, tag]}, "big")
    await load_taxonomies(platform.database, [acme("small")], NOW)
    runner = CliRunner(env={"COLUMNS": "250"})
    return lambda *arguments: runner.invoke(app, ["segment", *arguments])


def test_commands_list_and_show_what_is_broken(big: Callable[..., Any]) -> None:
    listed = big("list", "--broken", "--locale", "en").output
    assert "the tag 'acme_size/big' is in no taxonomy any more" in listed
    assert "warm" not in listed
    assert "warm" in big("list", "--locale", "en").output
    shown = big("show", "big", "--locale", "zh").output
    assert "✗ filter.all[1].tags: 标签「acme_size/big」已不存在 (2026-03-01 12:00)" in shown
    assert "为acme_size/big（已缺失）" in shown
    for command in ("count", "members", "breakdown"):
        assert isinstance(big(command, "big").exception, BrokenSegment), command
