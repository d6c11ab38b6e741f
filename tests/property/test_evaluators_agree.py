"""Random filters over random graphs: all evaluators give the same customers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap import profile
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.run import joined
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.language.codec import decode_text, encode_text
from profilegraph.language.facts import Facts
from profilegraph.language.nodes import Node
from profilegraph.language.validation import check
from profilegraph.services.cache.indexing import load_all, load_some, load_trees
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.records.facts import read_neighbourhood
from tests.conftest import NOW
from tests.property.facts_as_rows import run_of, trees_of
from tests.property.random_worlds import worlds
from tests.property.strategies import LIBRARY, filters, narrowed_values, scopes
from tests.property.worlds_as_facts import facts_of_worlds, in_scope, member, numbered, scope_of
from tests.spec.conftest import CONTEXT, by_cypher, explained
from tests.support.budgets import budget
from tests.support.worlds import World, load_world


@given(node=filters)
@settings(max_examples=budget(300, 1_000))
def test_a_filter_survives_being_written_as_json(node: Node) -> None:
    assert decode_text(encode_text(node)) == node


@given(
    world=facts_of_worlds(),
    nodes=st.lists(filters | narrowed_values, min_size=8, max_size=8),
    scope=scopes,
    cuts=st.lists(st.sets(st.integers(0, 4)), max_size=3),
    spread=st.sampled_from((1, 3_000, 70_000)),
    fewer=st.sampled_from((1, profile.FEWER)),
)
@settings(max_examples=budget(60, 300))
def test_bitmaps_say_of_customers_what_their_facts_say(
    catalogue: Catalogue,
    world: list[Facts],
    nodes: list[Node],
    scope: Node | None,
    cuts: list[set[int]],
    spread: int,
    fewer: int,
) -> None:
    """The evaluator alone, without the graph: many more filters, and ordinals far apart."""
    customers = {n * spread: facts for n, facts in enumerate(numbered(world, spread))}
    places = {facts.key: ordinal for ordinal, facts in customers.items()}
    parts = [{n * spread: customers[n * spread] for n in cut if n < len(customers)} for cut in cuts]
    runs = tuple(run_of(part, places) for part in (customers, *parts))
    trees, context = (
        trees_of(list(customers.values())),
        replace(CONTEXT, library=LIBRARY, scope=scope_of(scope, catalogue, CONTEXT)),
    )
    view = grown = IndexSnapshot(runs[:1], trees)
    for run in runs[1:]:
        grown = grown.with_run(run)
    evaluators = [
        Evaluator(one, catalogue, context) for one in (view, IndexSnapshot(runs, trees), grown)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile, "FEWER", fewer)  # so few customers are never eight times fewer
        found = [[set(one.members(node)) for one in evaluators] for node in nodes]
    seen, unscoped = customers, replace(context, scope=None)
    if context.scope is not None:
        marked = in_scope({facts.key: facts for facts in customers.values()}, context.scope)
        seen = {n: marked[facts.key] for n, facts in customers.items()}
    for node, answers in zip(nodes, found, strict=True):
        expected = {n for n, facts in seen.items() if member(node, facts, catalogue, unscoped)}
        assert answers == [expected] * len(evaluators), encode_text(node)


rereads = st.lists(st.sets(st.integers(0, 4), min_size=1), max_size=4)
"""Which customers, by place, are read into the index again, one time after the other."""


@given(
    world=worlds(),
    nodes=st.lists(filters, min_size=8, max_size=8),
    scope=scopes,
    again=rereads,
)
@settings(
    max_examples=budget(60, 200),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
async def test_all_evaluators_agree_on_every_filter(
    loaded: Database,
    catalogue: Catalogue,
    world: World,
    nodes: list[Node],
    scope: Node | None,
    again: list[set[int]],
) -> None:
    await load_world(loaded, world, NOW)
    context = replace(CONTEXT, library=LIBRARY, scope=scope_of(scope, catalogue, CONTEXT))
    keys = await keys_by_ordinal(loaded)
    views = await views_of(loaded, [{sorted(keys)[n % len(keys)] for n in one} for one in again])
    evaluators = {name: Evaluator(view, catalogue, context) for name, view in views.items()}
    facts = await read_neighbourhood(
        loaded, keys.values(), 0
    )  # all that there are: none is further
    assert len(facts) == len(world.customers)
    for node in nodes:
        check(node, catalogue, LIBRARY)
        expected = explained(facts, node, catalogue, context)
        answers = {"cypher": await by_cypher(loaded, catalogue, node, context)}
        for name, evaluator in evaluators.items():
            answers[name] = {keys[ordinal] for ordinal in evaluator.members(node)}
        assert answers == dict.fromkeys(answers, expected), (encode_text(node), scope)


async def keys_by_ordinal(database: Database) -> dict[int, str]:
    rows = await database.read("MATCH (c:Customer) RETURN c.ordinal AS ordinal, c.key AS key")
    return {row["ordinal"]: row["key"] for row in rows}


async def views_of(database: Database, again: list[set[int]]) -> dict[str, IndexSnapshot]:
    """Return indexes of the same graph that came about in different ways."""
    whole, trees = await load_all(database, 2**30), await load_trees(database)
    runs = [whole, *[await load_some(database, BitMap(ordinals)) for ordinals in again]]
    fresh, as_they_come = IndexSnapshot((whole,), trees), IndexSnapshot(tuple(runs), trees)
    grown = fresh
    for run in runs[1:]:
        grown = grown.with_run(run)
    at_once = joined(runs, as_they_come.valid)
    return {
        "fresh": fresh,
        "as they come": as_they_come,
        "grown": grown,
        "joined": IndexSnapshot((at_once,), trees),
    }
