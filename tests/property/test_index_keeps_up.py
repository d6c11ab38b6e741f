"""Whatever is written, the index answers as Cypher does, and as an index that was built anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from profilegraph.config import Settings
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import EPOCH, Record
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.pages import page_by_key
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tag_counts import carried
from profilegraph.errors import Conflict, NotFound
from profilegraph.hooks.hosting.host import Host
from profilegraph.language.codec import encode_text
from profilegraph.language.facts import Context
from profilegraph.language.nodes import AllOf, Node
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.indexing import load_all, load_trees
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.plugins.scores import write_scores
from profilegraph.storage.statements import statement
from tests.conftest import NOW
from tests.property.random_worlds import TAGS, mergers, numbers, ourselves, worlds
from tests.property.strategies import LIBRARY, filters, scopes
from tests.property.worlds_as_facts import scope_of
from tests.spec.conftest import CONTEXT, by_cypher
from tests.support.budgets import budget
from tests.support.worlds import World, load_world

PLENTY = 2**30
CUSTOMERS = ["c0", "c1", "c2"]

Told: TypeAlias = tuple[object, ...]
Tags: TypeAlias = dict[str, set[Told]]
HOW = ("since", "until", "source", "confidence", "weight")
Step: TypeAlias = Callable[[Platform], Awaitable[object]]
"""Something that is written through the platform."""


def saving(records: list[Record]) -> Step:
    async def step(platform: Platform) -> None:
        try:
            await save(platform, records, NOW)
        except (Conflict, NotFound):
            return  # nothing of it was written, and that is to be seen too

    return step


def untagging(customers: set[str], tags: set[str]) -> Step:
    async def step(platform: Platform) -> None:
        await untag_customers(
            platform,
            UntagCustomers(tuple(sorted(customers)), tuple(sorted(tags))),
            CommandContext(OPERATOR, NOW),
        )

    return step


def scoring(customers: set[str], score: float | None, tag: str | None, days: int) -> Step:
    rows = [
        {
            "customer": customer,
            "metrics": {"metric_score": score},
            "tags": [{"dimension": "hobby", "tag": tag and f"hobby/{tag}"}],
        }
        for customer in sorted(customers)
    ]

    async def step(platform: Platform) -> None:
        await write_scores(platform.database, rows, "model", NOW - timedelta(days=days))

    return step


def merging(pairs: list[tuple[str, str]]) -> Step:
    async def step(platform: Platform) -> None:
        async def work(transaction: Transaction) -> None:
            await transaction.run(
                "MATCH (:Customer)-[merged:MERGED_INTO]->(:Customer) DELETE merged"
            )
            await transaction.run(
                "UNWIND $pairs AS pair MATCH (c:Customer {key: pair[0]})"
                " MATCH (into:Customer {key: pair[1]}) MERGE (c)-[:MERGED_INTO]->(into)",
                {"pairs": pairs},
            )
            transaction.touch(CUSTOMERS)

        await platform.database.write(work)

    return step


some_customers = st.sets(st.sampled_from(CUSTOMERS), min_size=1)
tag_keys = st.sampled_from(
    [f"{dimension}/{name}" for dimension in TAGS for name in TAGS[dimension]]
)
steps: st.SearchStrategy[Step] = st.one_of(
    worlds(most=len(CUSTOMERS)).map(lambda world: saving(list(world.records))),
    ourselves().map(saving),
    st.builds(untagging, some_customers, st.sets(tag_keys, min_size=1)),
    st.builds(
        scoring,
        some_customers,
        st.none() | numbers,
        st.none() | st.sampled_from(TAGS["hobby"]),
        st.sampled_from((0, 1)),
    ),
    mergers(CUSTOMERS).map(merging),
)


@given(
    world=worlds(most=len(CUSTOMERS)),
    steps=st.lists(steps, min_size=1, max_size=4),
    nodes=st.lists(filters, min_size=6, max_size=6),
    scope=scopes,
)
@settings(
    max_examples=budget(15, 80),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
async def test_after_every_write_the_index_answers_as_cypher_does(
    settings: Settings,
    loaded: Database,
    whole_host: Host,
    catalogue: Catalogue,
    world: World,
    steps: list[Step],
    nodes: list[Node],
    scope: Node | None,
) -> None:
    await load_world(loaded, world, NOW)
    context = replace(CONTEXT, library=LIBRARY, scope=scope_of(scope, catalogue, CONTEXT))
    cache = GraphCache(loaded, PLENTY)
    platform = Platform(settings, loaded, cache, whole_host)
    try:
        await cache.indexed()
        for step in steps:
            await step(platform)
            known = await cache.now()
            assert known.view is not None
            await compare(loaded, catalogue, known.view, nodes, context)
    finally:
        await cache.close()


async def compare(
    database: Database,
    catalogue: Catalogue,
    view: IndexSnapshot,
    nodes: list[Node],
    context: Context,
) -> None:
    anew = IndexSnapshot((await load_all(database, PLENTY),), await load_trees(database))
    assert view.customers == anew.customers
    assert await by_graph(database, context) == by_index(view, context)
    grown, fresh = (Evaluator(one, catalogue, context) for one in (view, anew))
    for node in [AllOf(()), *nodes]:
        members = grown.members(node)
        assert members == fresh.members(node), encode_text(node)
        keys = page_by_key(view, members, len(members), None, descending=False)
        assert set(keys) == await by_cypher(database, catalogue, node, context), encode_text(node)


async def by_graph(database: Database, context: Context) -> Tags:
    query = statement("read_taggings")
    rows = await database.read(query, {"keys": CUSTOMERS, "now": context.now})
    return {row["customer"]: {as_the_index(one) for one in row["items"]} for row in rows}


def by_index(view: IndexSnapshot, context: Context) -> Tags:
    return {
        key: {(one.tag, *map(one.__getattribute__, HOW), one.weekdays) for one in some}
        for key, some in carried(view, CUSTOMERS, context.now).items()
    }


def as_the_index(row: Row) -> Told:
    since, until = (
        None if moment is None else EPOCH + timedelta(microseconds=moment)
        for moment in (row["since"], row["until"])
    )
    assert since is not None
    how = [row[name] for name in ("source", "confidence", "weight")]
    return (row["tag"], since, until, *how, tuple(row["weekdays"]))
