"""Versions of saved segments: kept, told apart, and brought back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, InvalidFilter, NotFound
from profilegraph.language.codec import decode
from profilegraph.language.nodes import Node
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service, versions
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.segments.versions import RollBackSegment
from profilegraph.services.taxonomies.loading import load_taxonomies
from tests.conftest import NOW

LABELS = Labels(zh_cn="有痛点的客户", en="Customers in pain")
PAINED = decode({"tags": {"dimension": "pains", "anyOf": ["no_integration"]}})
SMALL = decode({"tags": {"dimension": "company_size", "lte": "20_50"}})


async def saved(platform: Platform, node: Node, key: str = "s") -> SavedSegment:
    return await service.save_segment(
        platform, SaveSegment(key, LABELS, node), CommandContext(Actor("li"), NOW)
    )


async def back(platform: Platform, number: int, request_key: str | None = None) -> SavedSegment:
    return await versions.roll_back(
        platform,
        RollBackSegment("s", number, "too narrow"),
        CommandContext(Actor("li"), NOW, request_key),
    )


async def test_every_version_is_kept_as_it_was_saved(platform: Platform) -> None:
    first, second = await saved(platform, PAINED), await saved(platform, SMALL)
    await saved(platform, PAINED, "other")
    assert await versions.version(platform, "s", 1) == replace(first, is_newest=False)
    assert await versions.version(platform, "s") == second
    found = await versions.versions(platform, ["s", "none"])
    assert found == {"s": [second, first]}


async def test_a_version_that_does_not_exist_is_not_found_and_those_that_do_are_named(
    platform: Platform,
) -> None:
    await saved(platform, PAINED)
    with pytest.raises(NotFound, match=r"no version 2\b.*1 to 1"):
        await versions.version(platform, "s", 2)
    with pytest.raises(NotFound, match="no segment has the key 'none'"):
        await versions.version(platform, "none", 2)


async def test_changes_are_told_since_the_version_before_or_any_other(platform: Platform) -> None:
    for node in (PAINED, SMALL, PAINED):
        await saved(platform, node)
    history = (await versions.versions(platform, ["s"]))["s"]
    [change] = versions.changes(history, 3, None)
    assert await versions.describe_changes(platform, [change], "zh-CN") == [
        "修改：企业规模在20-50人及以下 → 痛点为不能打通其他数据库"
    ]
    assert versions.changes(history, 3, 1) == ()
    assert versions.changes(history, 1, None) == ()


async def test_a_rollback_is_a_new_version_that_says_what_it_restores(platform: Platform) -> None:
    await saved(platform, PAINED)
    await saved(platform, SMALL)
    restored = await back(platform, 1)
    assert (restored.version, restored.filter, restored.restores) == (3, PAINED, 1)
    assert (restored.author, restored.note, restored.labels) == ("li", "too narrow", LABELS)
    assert (await back(platform, 1)).version == 3


async def test_a_repeated_rollback_is_done_once(platform: Platform) -> None:
    await saved(platform, PAINED)
    await saved(platform, SMALL)
    first = await back(platform, 1, "k")
    await saved(platform, SMALL)
    assert await back(platform, 1, "k") == replace(first, is_newest=False)
    assert (await versions.version(platform, "s")).filter == SMALL
    with pytest.raises(Conflict):
        await back(platform, 2, "k")


async def test_a_filter_that_asks_for_what_is_gone_is_not_brought_back(platform: Platform) -> None:
    await saved(platform, PAINED)
    await saved(platform, SMALL)
    await without_tag(platform, "pains", "no_integration")
    with pytest.raises(InvalidFilter, match="no tag is called 'pains/no_integration'"):
        await back(platform, 1)
    assert (await versions.version(platform, "s")).version == 2


async def test_a_rollback_closes_no_circle(platform: Platform) -> None:
    await saved(platform, PAINED, "other")
    await saved(platform, decode({"segment": {"key": "other"}}))
    await saved(platform, PAINED)
    await saved(platform, decode({"segment": {"key": "s"}}), "other")
    with pytest.raises(InvalidFilter, match="circle"):
        await back(platform, 1)


async def without_tag(platform: Platform, dimension: str, tag: str) -> None:
    """Load the core taxonomy once more without one of its tags."""
    catalogue = await platform.catalogue()
    core = next(one for one in catalogue.taxonomies if one.key == "b2b_core")
    definition = core.model_dump(by_alias=True, exclude_none=True)
    changed = next(one for one in definition["dimensions"] if one["key"] == dimension)
    changed["tags"] = [one for one in changed["tags"] if one["key"] != tag]
    await load_taxonomies(platform.database, [Taxonomy.model_validate(definition)])
