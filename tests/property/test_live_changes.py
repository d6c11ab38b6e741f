"""Whatever changes, a live segment asks again everyone whom it moves, and answers as asking all does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from profilegraph.config import Settings
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.customers import Customer, Relation, RelationKind, Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.run import Hierarchies
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.errors import Conflict
from profilegraph.hooks.hosting.host import Host
from profilegraph.language.nodes import AnyOf, Node, Not, Related, Tags
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.indexing import load_all
from profilegraph.services.customers.records import UntagCustomers, save, untag_customers
from profilegraph.services.live.affected import affected
from profilegraph.services.live.questions import LiveQuestion, matches_among
from profilegraph.services.platform import Platform
from profilegraph.storage.feed.follower import changes_since
from profilegraph.storage.neo4j.database import Database, Transaction
from tests.conftest import NOW
from tests.support.budgets import budget
from tests.support.worlds import World, load_world

KEYS = [f"c{number:02}" for number in range(14)]
Step: TypeAlias = Callable[[Platform], Awaitable[None]]


def relating(pair: tuple[str, str], kind: RelationKind) -> Step:
    async def step(platform: Platform) -> None:
        try:
            await save(platform, [Relation(customer=pair[0], other=pair[1], kind=kind)], NOW)
        except Conflict:
            return  # it would have closed a circle: nothing was written

    return step


def parting(pair: tuple[str, str]) -> Step:
    query = """MATCH (:Customer {key: $a})-[r:SUBSIDIARY_OF|RELATED_TO]-(:Customer {key: $b})
      DELETE r"""
    return _writing(query, *pair)


def merging(pair: tuple[str, str]) -> Step:
    query = """MATCH (a:Customer {key: $a}), (b:Customer {key: $b})
      WHERE NOT EXISTS { (b)-[:MERGED_INTO]->() } AND NOT EXISTS { (a)-[:MERGED_INTO]->() }
      MERGE (a)-[:MERGED_INTO]->(b)"""
    return _writing(query, *pair)


def _writing(query: str, a: str, b: str) -> Step:
    async def work(transaction: Transaction) -> None:
        await transaction.run(query, {"a": a, "b": b})
        transaction.touch([a, b])

    async def step(platform: Platform) -> None:
        await platform.database.write(work)

    return step


def fishing(keys: set[str], now: bool) -> Step:
    async def step(platform: Platform) -> None:
        if now:
            tags = [Tagging(customer=key, tag="hobby/fishing", since=NOW) for key in sorted(keys)]
            await save(platform, tags, NOW)
        else:
            await untag_customers(
                platform,
                UntagCustomers(tuple(sorted(keys)), ("hobby/fishing",)),
                CommandContext(OPERATOR, NOW),
            )

    return step


near_pairs = st.builds(
    lambda one, by: (KEYS[one], KEYS[(one + by) % len(KEYS)]),
    st.integers(0, len(KEYS) - 1),
    st.integers(1, 3),
)
kinds = st.sampled_from(RelationKind)
some_keys = st.sets(st.sampled_from(KEYS), min_size=1, max_size=2)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(relating, near_pairs, kinds),
    st.builds(parting, near_pairs),
    st.builds(fishing, some_keys, st.booleans()),
    st.builds(fishing, some_keys, st.just(True)),
    st.builds(merging, near_pairs),
)
fishes = Tags("hobby", any_of=("fishing",))


def related(where: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(
        lambda where, asked, distance, bounds: Related(
            kinds=asked, distance=distance, where=where, **bounds
        ),
        where,
        st.none() | st.sets(kinds, min_size=1).map(lambda some: tuple(sorted(some))),
        st.integers(1, 2),
        st.sampled_from(({}, {"at_least": 2}, {"at_most": 0}, {"at_least": 1, "at_most": 1})),
    )


plain: st.SearchStrategy[Node] = st.sampled_from((fishes, Not(fishes)))
one_deep = related(plain)
filters = one_deep | related(one_deep) | st.builds(lambda a, b: AnyOf((a, b)), one_deep, plain)


@given(
    start=st.lists(st.tuples(near_pairs, kinds), max_size=12),
    anglers=some_keys,
    steps=st.lists(steps, min_size=1, max_size=6),
    nodes=st.lists(filters, min_size=8, max_size=8),
)
@settings(
    max_examples=budget(12, 80),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
async def test_whoever_a_change_moves_is_asked_again_and_nobody_is_answered_wrongly(
    settings: Settings,
    loaded: Database,
    whole_host: Host,
    catalogue: Catalogue,
    start: list[tuple[tuple[str, str], RelationKind]],
    anglers: set[str],
    steps: list[Step],
    nodes: list[Node],
) -> None:
    await load_world(loaded, World(tuple(Customer(key=key) for key in KEYS), {}), NOW)
    platform = Platform(settings, loaded, GraphCache(loaded), whole_host)
    for step in (fishing(anglers, now=True), *(relating(*one) for one in start)):
        await step(platform)
    asked = [LiveQuestion(node, "", catalogue) for node in nodes]
    before = await members_by_asking_all(platform, asked)
    offsets = (await changes_since(loaded, None)).offsets
    for step in steps:
        await step(platform)
        news = await changes_since(loaded, offsets)
        after = await members_by_asking_all(platform, asked)
        for one, old, new in zip(asked, before, after, strict=True):
            some = await affected(loaded, news, one.reach)
            if some is None:
                assert await merged(loaded, news.customers)
                continue
            assert (old ^ new) <= some.customers
            found = matches_among(platform, one, some, Hierarchies(), NOW)
            assert found.members == new & some.customers
        before, offsets = after, news.offsets


async def members_by_asking_all(platform: Platform, asked: Sequence[LiveQuestion]) -> list[BitMap]:
    view = IndexSnapshot((await load_all(platform.database, 2**30),), Hierarchies())
    return [
        Evaluator(view, one.catalogue, platform.context(NOW)).members(one.filter) for one in asked
    ]


async def merged(database: Database, customers: BitMap) -> bool:
    rows = await database.read(
        "UNWIND $customers AS ordinal MATCH (c:Customer {ordinal: ordinal})-[:MERGED_INTO]->()"
        " RETURN c.key AS key",
        {"customers": list(customers)},
    )
    return bool(rows)
