"""Changes of tags in use: what the plan says is what is found, and what was is there again after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from profilegraph.config import Settings
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.values import Labels
from profilegraph.hooks.hosting.host import Host
from profilegraph.language.codec import decode, encode
from profilegraph.language.facts import Past
from profilegraph.language.nodes import AllOf
from profilegraph.language.validation import faults
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service
from profilegraph.services.segments.service import SaveSegment
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.services.taxonomy_changes.applying import Application, apply
from profilegraph.services.taxonomy_changes.planning import PlanTaxonomyChange, plan, read_change
from profilegraph.services.taxonomy_changes.previews import Plan
from profilegraph.services.taxonomy_changes.undoing import undo
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.segments.saved import read_filters
from tests.conftest import NOW

PLENTY = 2**30
LI = CommandContext(Actor("li", administrator=True), NOW)


def named(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "labels": {"zh-CN": f"{key}号", "en": key}, **more}


OWN = Taxonomy.model_validate(
    named("own")
    | {
        "version": "1.0.0",
        "editable": True,
        "dimensions": [
            named("hobby", cardinality="multi", folder="a")
            | {
                "tags": [
                    named("outdoor"),
                    named("fishing", parent="outdoor"),
                    named("hiking", parent="outdoor"),
                    named("golf"),
                    named("chess"),
                ]
            },
            named("grade", cardinality="single", ordered=True)
            | {"tags": [named("low"), named("mid"), named("high")]},
            named("club", cardinality="single") | {"tags": [named("gold"), named("silver")]},
        ],
    }
)
CARRIED = {
    "c1": ("hobby/fishing", "grade/low", "club/gold"),
    "c2": ("hobby/hiking", "hobby/golf", "grade/mid"),
    "c3": ("hobby/golf", "hobby/chess", "grade/high", "club/silver"),
    "c4": ("hobby/chess", "grade/mid"),
    "c5": ("hobby/outdoor", "hobby/fishing", "club/silver"),
    "c6": (),
}
FILTERS: dict[str, dict[str, Any]] = {
    "outside": {"tags": {"dimension": "hobby", "anyOf": ["outdoor"]}},
    "anglers": {"tags": {"dimension": "hobby", "anyOf": ["fishing"], "minConfidence": 0.5}},
    "players": {"tags": {"dimension": "hobby", "anyOf": ["golf", "chess"]}},
    "both": {"tags": {"dimension": "hobby", "allOf": ["golf", "chess"]}},
    "no_golf": {"tags": {"dimension": "hobby", "noneOf": ["golf"]}},
    "idle": {"tags": {"dimension": "hobby", "hasAny": False}},
    "good": {"tags": {"dimension": "grade", "gte": "mid"}},
    "exact": {"tags": {"dimension": "hobby", "anyOf": ["outdoor"], "exact": True}},
    "club": {"tags": {"dimension": "club", "anyOf": ["gold", "silver"]}},
    "nested": {"all": [{"segment": {"key": "players"}}, {"not": {"segment": {"key": "good"}}}]},
}


@pytest.fixture(params=["index", "cypher"])
async def world(
    request: pytest.FixtureRequest, settings: Settings, database: Database, whole_host: Host
) -> AsyncIterator[Platform]:
    cache = GraphCache(database, PLENTY if request.param == "index" else None)
    platform = Platform(settings, database, cache, whole_host)
    await load_taxonomies(database, [OWN], NOW - timedelta(days=90))
    await save(
        platform, [Customer(key=key, name=key.upper()) for key in CARRIED], NOW - timedelta(days=90)
    )
    taggings = [
        Tagging(
            customer=customer,
            tag=tag,
            since=NOW - timedelta(days=10 * (1 + place)),
            confidence=0.3 if place else 0.9,
        )
        for customer, tags in CARRIED.items()
        for place, tag in enumerate(tags)
    ]
    await save(platform, taggings, NOW)
    for key, value in FILTERS.items():
        await service.save_segment(
            platform,
            SaveSegment(key, Labels(zh_cn=key, en=key), decode(value)),
            CommandContext(Actor("wang"), NOW - timedelta(days=60)),
        )
    if request.param == "index":
        await cache.indexed()
    yield platform
    await cache.close()


async def everything(platform: Platform) -> Mapping[str, set[str] | None]:
    """Return the members of all segments; None of one that cannot be asked."""
    catalogue = await platform.catalogue()
    filters = await read_filters(platform.database, list(FILTERS))
    library = await service.library(platform, AllOf(tuple(filters.values())))
    sound = {key: one for key, one in filters.items() if not faults(one, catalogue, library)}
    answering = await engine(platform, list(sound.values()), NOW)
    found: dict[str, set[str] | None] = dict.fromkeys(filters)
    for key, node in sound.items():
        found[key] = {one.key for one in await answering.page(node, first=100)}
    return found


async def applied(platform: Platform, made: Plan, **more: Any) -> Any:
    at_once = more.pop("at_once", 5_000)
    wanted = Application(made.key, made.digest, **more)
    return await apply(platform, wanted, LI, at_once=at_once)


CHANGES: dict[str, dict[str, Any]] = {
    "rename": {"rename": {"target": "hobby/fishing", "key": "angling"}},
    "relabel": {"rename": {"target": "hobby/golf", "labels": {"zh-CN": "高尔夫", "en": "Golf"}}},
    "rename dimension": {"rename": {"target": "hobby", "key": "pastime"}},
    "merge": {"merge": {"tags": ["hobby/golf", "hobby/chess"], "into": "hobby/golf"}},
    "merge parent": {"merge": {"tags": ["hobby/outdoor"], "into": "hobby/fishing"}},
    "merge elsewhere": {"merge": {"tags": ["hobby/golf"], "into": "club/gold"}},
    "split": {
        "split": {
            "tag": "hobby/golf",
            "where": {"tags": {"dimension": "grade", "gte": "high"}},
            "into": {"labels": {"zh-CN": "高手", "en": "Masters"}},
            "otherwise": {"key": "beginners", "labels": {"zh-CN": "新手", "en": "Beginners"}},
        }
    },
    "split off": {
        "split": {
            "tag": "hobby/outdoor",
            "where": {"tags": {"dimension": "hobby", "anyOf": ["fishing"]}},
            "into": {"key": "hiking"},
        }
    },
    "move below": {"move": {"target": "hobby/golf", "parent": "outdoor"}},
    "move to the top": {"move": {"target": "hobby/fishing", "parent": None}},
    "move in order": {"move": {"target": "grade/high", "position": 0}},
    "move to a single dimension": {"move": {"target": "hobby/golf", "dimension": "club"}},
    "move with those below": {"move": {"target": "hobby/outdoor", "dimension": "grade"}},
    "folder": {"move": {"target": "hobby", "folder": "b/c"}},
    "deprecate": {"deprecate": {"target": "hobby/golf", "replacedBy": "hobby/chess"}},
    "delete": {"delete": {"target": "hobby/golf"}},
    "delete parent": {"delete": {"target": "hobby/outdoor"}},
    "delete dimension": {"delete": {"target": "grade"}},
}


async def test_what_the_plan_says_is_found_after_it_and_taken_back(world: Platform) -> None:
    before = await everything(world)
    untouched = await taggings(world)
    for name, change in CHANGES.items():
        made = await plan(world, PlanTaxonomyChange(read_change(change)), LI)
        assert await everything(world) == before, name
        await applied(world, made, allow_broken=True)
        compare(made, before, await everything(world))
        await undo(world, made.key, LI)
        assert await everything(world) == before, name
        assert await taggings(world) == untouched, name
        assert (await world.catalogue()).taxonomies == (OWN,), name
    for key, value in FILTERS.items():
        assert encode((await service.segment(world, key)).filter) == value


def compare(
    made: Plan, before: Mapping[str, set[str] | None], after: Mapping[str, set[str] | None]
) -> None:
    """Hold what a plan says of every segment against what is found."""
    told = {one.key: one for one in made.segments}
    for key, was in before.items():
        becomes, place = after[key], (made.change, key)
        if key not in told:
            assert becomes == was, place
            continue
        effect = told[key]
        assert effect.before == (None if was is None else len(was)), place
        assert effect.after == (None if becomes is None else len(becomes)), place
        assert (effect.problem is None) is (becomes is not None), place
        if was is not None and becomes is not None:
            assert {one.key for one in effect.entering} == becomes - was, place
            assert {one.key for one in effect.leaving} == was - becomes, place


async def taggings(platform: Platform) -> list[str]:
    """Return all present taggings, without since when their words hold."""
    rows = await platform.database.read(
        "MATCH (c:Customer)-[t:TAGGED]->(g:Tag)"
        " RETURN c.key AS c, g.key AS g, t {.*, said: null} AS t"
    )
    return sorted(repr((row["c"], row["g"], sorted(row["t"].items()))) for row in rows)


async def count(platform: Platform, at: datetime, dimension: str = "hobby", **asked: Any) -> int:
    when = NOW if at == NOW else Past(at, NOW + timedelta(days=30))
    return await service.count(platform, decode({"tags": {"dimension": dimension, **asked}}), when)


async def test_a_past_moment_is_asked_about_by_the_tags_of_then(world: Platform) -> None:
    made = await plan(world, PlanTaxonomyChange(read_change(CHANGES["merge"])), LI)
    await applied(world, made)
    later = CommandContext(Actor("li", administrator=True), NOW + timedelta(days=2))
    made = await plan(world, PlanTaxonomyChange(read_change(CHANGES["rename dimension"])), later)
    await apply(world, Application(made.key, made.digest), later)
    made = await plan(
        world, PlanTaxonomyChange(read_change({"delete": {"target": "pastime/fishing"}})), later
    )
    await apply(world, Application(made.key, made.digest, allow_broken=True), later)
    before, between, after = (NOW + timedelta(days=days) for days in (-1, 1, 3))
    assert await count(world, before, anyOf=["golf"]) == 2
    assert await count(world, before, anyOf=["chess"]) == 2
    # A key that came later stands for all that has become its tag.
    assert await count(world, before, "pastime", anyOf=["golf"]) == 3
    assert await count(world, before, anyOf=["fishing"]) == 2
    assert await count(world, before, "pastime", hasAny=True) == 5
    assert await count(world, between, anyOf=["golf"]) == 3
    assert await count(world, between, anyOf=["chess"]) == 3
    assert await count(world, between, anyOf=["outdoor"]) == 3
    assert await count(world, after, "pastime", anyOf=["golf"]) == 3
    assert await count(world, after, anyOf=["outdoor"]) == 2
    when = Past(before, NOW + timedelta(days=30))
    saved = await service.segment(world, "both", when)
    page = await service.members(world, saved.filter, when, first=10)
    assert [one.key for one in page.positions] == ["c3"]
    verdict = await service.explain_member(world, saved.filter, "c3", when)
    assert verdict.holds


async def test_the_past_knows_of_a_change_and_of_its_end(world: Platform) -> None:
    made = await plan(world, PlanTaxonomyChange(read_change(CHANGES["rename"])), LI)
    await applied(world, made)
    await undo(
        world, made.key, CommandContext(Actor("li", administrator=True), NOW + timedelta(days=2))
    )
    for days in (-1, 1, 3):
        at = NOW + timedelta(days=days)
        assert await count(world, at, anyOf=["fishing"]) == 2, days
        if days == 1:
            assert await count(world, at, anyOf=["angling"]) == 2
