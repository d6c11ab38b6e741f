"""Every number that an engine answers is the one that `explain` gives, customer by customer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.reference.evaluator import explain
from profilegraph.language.answers import (
    ByAttribute,
    ByFilter,
    ByMetric,
    ByTag,
    GroupBy,
    Order,
    Position,
    Sort,
    WaterfallCounts,
    buckets,
)
from profilegraph.language.facts import Facts
from profilegraph.language.nodes import Node
from profilegraph.language.predicates import visible
from profilegraph.services.cache.indexing import load_all, load_trees
from profilegraph.services.evaluation.bitmap_engine import IndexEngine
from profilegraph.services.evaluation.choosing import Engine
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.services.limits.workers import Workers
from profilegraph.storage.neo4j.database import Database
from tests.conftest import NOW
from tests.property.random_worlds import TAGS, worlds
from tests.property.strategies import LIBRARY, filters, simple_leaves
from tests.property.worlds_as_facts import facts_of
from tests.spec.conftest import CONTEXT
from tests.support.budgets import budget
from tests.support.worlds import World, load_only, load_world

HERE = replace(CONTEXT, library=LIBRARY)
Make = Callable[[], Awaitable[Engine]]
"""Makes an engine over the world that was loaded."""
RANDOMLY = settings(
    max_examples=budget(8, 60),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)

several_filters = st.lists(simple_leaves, max_size=3).map(tuple)
levels: st.SearchStrategy[list[GroupBy]] = st.lists(
    st.sampled_from(sorted(TAGS)).map(ByTag) | several_filters.map(ByFilter),
    max_size=3,
)
sorts: st.SearchStrategy[Sort] = st.one_of(
    st.sampled_from(Order),
    st.sampled_from(("employees", "slogan", "founded", "listed")).map(ByAttribute),
    st.sampled_from(("score", "rank")).map(ByMetric),
)


@pytest.fixture(params=["cypher", "index"])
async def make(request: pytest.FixtureRequest, migrated: Database, catalogue: Catalogue) -> Make:
    await load_only(migrated, catalogue.taxonomies)
    cypher = CypherEngine(migrated, catalogue, HERE)

    async def made() -> Engine:
        if request.param == "cypher":
            return cypher
        level = await load_all(migrated, most_bytes=2**30)
        view = IndexSnapshot((level,), await load_trees(migrated))
        return IndexEngine(Evaluator(view, catalogue, HERE), cypher, Computing(Workers()))

    return made


def matching(world: World, catalogue: Catalogue, *nodes: Node) -> list[Facts]:
    """Return those of a world's customers whom every filter matches, as the definition has it."""
    return [
        facts
        for facts in facts_of(world)
        if visible(facts) and all(explain(node, facts, catalogue, HERE).holds for node in nodes)
    ]


def number(world: World, catalogue: Catalogue, *nodes: Node) -> int:
    return len(matching(world, catalogue, *nodes))


@given(world=worlds(), node=filters, levels=levels)
@RANDOMLY
async def test_a_breakdown_is_as_counting_the_filter_of_each_bucket(
    migrated: Database,
    make: Make,
    catalogue: Catalogue,
    world: World,
    node: Node,
    levels: list[GroupBy],
) -> None:
    await load_world(migrated, world, NOW)
    found = await (await make()).breakdown(node, levels)
    assert found.total == number(world, catalogue, node)
    assert found.counts == tuple(
        tuple(number(world, catalogue, node, one) for one in buckets(level, catalogue))
        for level in levels
    )


@given(world=worlds(), node=filters, levels=levels)
@RANDOMLY
async def test_a_split_is_as_counting_the_filters_of_each_path(
    migrated: Database,
    make: Make,
    catalogue: Catalogue,
    world: World,
    node: Node,
    levels: list[GroupBy],
) -> None:
    await load_world(migrated, world, NOW)
    choices = [list(enumerate(buckets(level, catalogue))) for level in levels]
    expected = {}
    for length in range(len(levels) + 1):
        for chosen in product(*choices[:length]):
            path = tuple(place for place, _ in chosen)
            expected[path] = number(world, catalogue, node, *(one for _, one in chosen))
    found = await (await make()).split(node, levels)
    assert found == {path: count for path, count in expected.items() if count}


@given(world=worlds(), conditions=several_filters)
@RANDOMLY
async def test_a_waterfall_is_as_counting_what_each_condition_leaves(
    migrated: Database,
    make: Make,
    catalogue: Catalogue,
    world: World,
    conditions: tuple[Node, ...],
) -> None:
    await load_world(migrated, world, NOW)
    expected = []
    everyone = number(world, catalogue, *conditions)
    for place in range(len(conditions)):
        before = number(world, catalogue, *conditions[:place])
        kept = number(world, catalogue, *conditions[: place + 1])
        others = conditions[:place] + conditions[place + 1 :]
        unique = number(world, catalogue, *others) - everyone
        expected.append(WaterfallCounts(kept, before - kept, unique))
    assert await (await make()).waterfall(conditions) == (number(world, catalogue), expected)


@given(world=worlds(), node=filters, order=sorts, descending=st.booleans(), first=st.integers(1, 3))
@RANDOMLY
async def test_pages_one_after_another_are_the_members_in_order_those_without_a_value_last(
    migrated: Database,
    make: Make,
    catalogue: Catalogue,
    world: World,
    node: Node,
    order: Sort,
    descending: bool,
    first: int,
) -> None:
    await load_world(migrated, world, NOW)
    expected = [value_and_key(one, order) for one in matching(world, catalogue, node)]
    with_value = [one for one in expected if one.value is not None]
    without = [one for one in expected if one.value is None]
    with_value.sort(key=lambda one: (in_order(one.value), one.key), reverse=descending)
    without.sort(key=lambda one: one.key, reverse=descending)
    engine = await make()
    found: list[Position] = []
    while len(found) <= len(expected):
        page = await engine.page(
            node,
            first=first,
            after=found[-1] if found else None,
            order=order,
            descending=descending,
        )
        found += page
        if len(page) < first:
            break
    assert found == with_value + without


def in_order(value: Any) -> Any:
    """Return what sorts as Neo4j sorts a value: texts by their UTF-16."""
    return value.encode("utf-16-be") if isinstance(value, str) else value


def value_and_key(facts: Facts, order: Sort) -> Position:
    values: dict[Sort, Any] = {
        Order.KEY: facts.key,
        Order.NAME: facts.name,
        Order.CREATED_AT: NOW,
        **{ByAttribute(key): value for key, value in facts.attributes.items()},
        **{ByMetric(key): value for key, value in facts.metrics.items()},
    }
    return Position(values.get(order), facts.key)
