"""Of random customers, filters and changes of tags: what the plan says is what is found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from profilegraph.config import Settings
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.values import Labels
from profilegraph.errors import ProfilegraphError
from profilegraph.hooks.hosting.host import Host
from profilegraph.language import nodes
from profilegraph.language.nodes import AllOf, AnyOf, Node, Not
from profilegraph.language.validation import faults
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.services.segments.service import library
from profilegraph.services.taxonomy_changes.planning import PlanTaxonomyChange, plan, read_change
from profilegraph.services.taxonomy_changes.undoing import undo
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.segments.references import SegmentHead, claim
from profilegraph.storage.segments.saved import read_filters, save_version
from tests.conftest import NOW
from tests.integration.test_taxonomy_changes import LI, OWN, applied, compare, taggings
from tests.property.random_worlds import SHARES, maybe, moments, moments_after, several
from tests.support.budgets import budget
from tests.support.worlds import World, load_only, load_world

TAGS = {one.key: tuple(tag.key for tag in one.tags) for one in OWN.dimensions}
CUSTOMERS = ("c0", "c1", "c2")
KEYS = [f"{dimension}/{name}" for dimension, names in TAGS.items() for name in names]
keys = st.sampled_from(KEYS)


@st.composite
def customers(draw: st.DrawFn) -> World:
    records: list[Any] = [Customer(key=key) for key in CUSTOMERS]
    for customer in CUSTOMERS:
        for dimension, names in TAGS.items():
            most = len(names) if dimension == "hobby" else 1
            for name in draw(st.lists(st.sampled_from(names), max_size=most, unique=True)):
                since = draw(moments)
                records.append(
                    Tagging(
                        customer=customer,
                        tag=f"{dimension}/{name}",
                        since=since,
                        until=draw(maybe(moments_after(since))),
                        confidence=draw(st.sampled_from(SHARES)),
                    )
                )
    return World(tuple(records), {})


@st.composite
def leaves(draw: st.DrawFn) -> Node:
    dimension = draw(st.sampled_from(sorted(TAGS)))
    names = st.sampled_from(TAGS[dimension])
    asked: dict[str, st.SearchStrategy[Any]] = {
        "any_of": several(names),
        "all_of": several(names),
        "none_of": several(names),
        "has_any": st.booleans(),
    }
    if dimension == "grade":
        asked |= {"gte": names, "lte": names}
    said: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=asked).filter(bool))
    qualifiers: dict[str, st.SearchStrategy[Any]] = {
        "exact": st.just(True),
        "min_confidence": st.sampled_from(SHARES),
        "tagged_within_days": st.sampled_from((1, 7, 30)),
    }
    more: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=qualifiers))
    return nodes.Tags(dimension, **said, **more)


filters = st.one_of(
    leaves(),
    leaves().map(Not),
    st.lists(leaves(), min_size=1, max_size=2).map(lambda some: AnyOf(tuple(some))),
    st.just(nodes.InSegment("s0")),
)
new_keys = st.sampled_from(("fresh", "another"))
changes = st.one_of(
    st.builds(lambda tag, key: {"rename": {"target": tag, "key": key}}, keys, new_keys),
    st.builds(
        lambda dimension, key: {"rename": {"target": dimension, "key": key}},
        st.sampled_from(sorted(TAGS)),
        new_keys,
    ),
    st.builds(
        lambda tags, into: {"merge": {"tags": tags, "into": into}},
        st.lists(keys, min_size=1, max_size=3),
        keys,
    ),
    st.builds(
        lambda tag, dimension: {"move": {"target": tag, "dimension": dimension}},
        keys,
        st.sampled_from(sorted(TAGS)),
    ),
    st.builds(
        lambda tag, place: {"move": {"target": tag, "position": place, "parent": None}},
        keys,
        st.integers(0, 2),
    ),
    st.builds(lambda key: {"delete": {"target": key}}, st.sampled_from([*KEYS, *sorted(TAGS)])),
    st.builds(
        lambda tag, days, otherwise: {
            "split": {
                "tag": tag,
                "where": {
                    "tags": {
                        "dimension": tag.partition("/")[0],
                        "hasAny": True,
                        "taggedWithinDays": days,
                    }
                },
                "into": {"key": "fresh", "labels": {"zh-CN": "新", "en": "Fresh"}},
                **(
                    {"otherwise": {"key": "rest", "labels": {"zh-CN": "余", "en": "Rest"}}}
                    if otherwise
                    else {}
                ),
            }
        },
        keys,
        st.sampled_from((7, 30)),
        st.booleans(),
    ),
)


@pytest.fixture(params=["index", "cypher"])
async def opened(
    request: pytest.FixtureRequest, settings: Settings, migrated: Database, whole_host: Host
) -> AsyncIterator[Callable[[], Platform]]:
    """Returns the platform, which itself is too much to be printed with each example."""
    await load_only(migrated, [OWN])
    cache = GraphCache(migrated, 2**30 if request.param == "index" else None)
    platform = Platform(settings, migrated, cache, whole_host)
    yield lambda: platform
    await cache.close()
    await migrated.define("MATCH (n:Taxonomy|Dimension|Tag|TaxonomyChange) DETACH DELETE n")


@given(
    world=customers(),
    saved=st.lists(filters, min_size=5, max_size=5),
    wanted=st.lists(changes, min_size=3, max_size=3),
)
@settings(
    max_examples=budget(8, 40),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
async def test_what_a_plan_says_is_found_after_it_and_undo_brings_back_what_was(
    opened: Callable[[], Platform], world: World, saved: list[Node], wanted: list[dict[str, Any]]
) -> None:
    platform = opened()
    await load_world(platform.database, world, NOW - timedelta(days=1))
    named = {
        f"s{place}": node for place, node in enumerate([nodes.Tags("hobby", has_any=True), *saved])
    }
    await save_all(platform, named)
    await platform.cache.now()
    before, untouched = await found(platform, named), await taggings(platform)
    for change in wanted:
        try:
            made = await plan(platform, PlanTaxonomyChange(read_change(change)), LI)
        except ProfilegraphError:
            continue  # it contradicts the taxonomies, or changes nothing
        await applied(platform, made, allow_broken=True)
        compare(made, before, await found(platform, named))
        await undo(platform, made.key, LI)
        assert await found(platform, named) == before, change
        assert await taggings(platform) == untouched, change
        assert (await platform.catalogue()).taxonomies == (OWN,), change


async def save_all(platform: Platform, named: dict[str, Node]) -> None:
    async def work(transaction: Transaction) -> None:
        for key, node in named.items():
            head = SegmentHead(key, SegmentKind.DYNAMIC, SegmentState.ACTIVE, "li")
            await claim(transaction, head)
            labels = Labels(zh_cn=key, en=key)
            await save_version(transaction, key, labels, node, author="li", note="", at=NOW)

    await platform.database.write(work)


async def found(platform: Platform, named: dict[str, Node]) -> dict[str, set[str] | None]:
    """Return the members of all segments; None of one that cannot be asked."""
    catalogue = await platform.catalogue()
    kept = await read_filters(platform.database, list(named))
    known = await library(platform, AllOf(tuple(kept.values())))
    sound = {key: one for key, one in kept.items() if not faults(one, catalogue, known)}
    answering = await engine(platform, list(sound.values()), NOW)
    members: dict[str, set[str] | None] = dict.fromkeys(named)
    for key, node in sound.items():
        members[key] = {one.key for one in await answering.page(node, first=100)}
    return members
