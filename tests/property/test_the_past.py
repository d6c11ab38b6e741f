"""Whatever is written later, a moment of the past is answered as it was answered then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from profilegraph.domain.records.activity import Event, FollowUp
from profilegraph.domain.records.customers import Consent
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record
from profilegraph.engines.reference.attribution import CustomerHistory, FilterAtMoment, changed
from profilegraph.errors import NoHistory
from profilegraph.language.codec import encode_text
from profilegraph.language.facts import Context
from profilegraph.language.history import require_history
from profilegraph.language.nodes import AllOf, AnyOf, Node, Not
from profilegraph.services.segments.membership import members_of
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.facts import read_past
from profilegraph.storage.records.writing import untag
from profilegraph.storage.segments.membership import page_of_listed
from tests.conftest import NOW
from tests.property.random_worlds import TAGS, worlds
from tests.property.strategies import LIBRARY, simple_leaves
from tests.spec.conftest import CONTEXT, by_cypher, explained
from tests.support.budgets import budget
from tests.support.worlds import World, add_world, load_world

BETWEEN = timedelta(days=1000)
"""From one writing to the next; all that a world tells lies within half of it."""
DATES = ("since", "until", "at")


def kept(node: Node) -> bool:
    try:
        require_history(node, LIBRARY)
    except NoHistory:
        return False
    return True


kept_leaves = simple_leaves.filter(kept)
filters: st.SearchStrategy[Node] = st.one_of(
    kept_leaves,
    kept_leaves.map(Not),
    st.lists(kept_leaves, min_size=2, max_size=3).map(lambda some: AllOf(tuple(some))),
    st.lists(kept_leaves, min_size=2, max_size=3).map(lambda some: AnyOf(tuple(some))),
)
untaggings = st.lists(
    st.tuples(
        st.sampled_from([f"c{index}" for index in range(2)]),
        st.sampled_from([f"{dimension}/{name}" for dimension in TAGS for name in TAGS[dimension]]),
    ),
    max_size=6,
    unique=True,
)


def later(world: World, stage: int) -> World:
    """Return what a world tells as told of a later time; what happened is happenings of its own."""
    return World(tuple(moved(one, stage) for one in world.records), {})


def moved(record: Record, stage: int) -> Record:
    changes: dict[str, object] = {
        name: value + BETWEEN * stage
        for name in DATES
        if isinstance(value := getattr(record, name, None), datetime)
    }
    if isinstance(record, Event | FollowUp | Consent):
        changes["key"] = f"{record.key}-{stage}"
    return record.model_copy(update=changes)


async def write(
    database: Database, world: World, removed: list[tuple[str, str]], stage: int
) -> None:
    now = NOW + BETWEEN * stage
    if stage == 0:
        # Nothing is closed by what is written here and now but at that moment.
        await load_world(database, replace(world, closed=()), now)
        return

    async def work(transaction: Transaction) -> None:
        await untag(transaction, removed, now)

    await database.write(work)
    await add_world(database, later(world, stage), now)


@given(
    told=st.lists(st.tuples(worlds(most=2), untaggings), min_size=3, max_size=3),
    nodes=st.lists(filters, min_size=5, max_size=5),
)
@settings(max_examples=budget(10, 50))
async def test_the_past_is_answered_as_it_was_answered_then(
    loaded: Database,
    catalogue: Catalogue,
    told: list[tuple[World, list[tuple[str, str]]]],
    nodes: list[Node],
) -> None:
    present = replace(CONTEXT, library=LIBRARY)
    answers: list[list[set[str]]] = []
    for stage, (world, removed) in enumerate(told):
        await write(loaded, world, removed, stage)
        now = NOW + BETWEEN * stage
        context = replace(present, now=now, today=now.date())
        answers.append([await by_cypher(loaded, catalogue, node, context) for node in nodes])
    rows = await loaded.read("MATCH (c:Customer) RETURN c.key AS key")
    everybody = [row["key"] for row in rows]
    for stage, then in enumerate(answers):
        context = as_of(stage)
        facts = await read_past(loaded, everybody, context.now)
        for node, answer in zip(nodes, then, strict=True):
            asked = (stage, encode_text(node))
            assert explained(facts, node, catalogue, context) == answer, asked
            assert await by_cypher(loaded, catalogue, node, context) == answer, asked
    for stage, (one, other) in enumerate(pairwise(answers)):
        for node, was, is_ in zip(nodes, one, other, strict=True):
            found = await changed_since(loaded, catalogue, node, stage)
            assert found == was ^ is_, (stage, encode_text(node))


def as_of(stage: int) -> Context:
    now = NOW + BETWEEN * stage
    end = NOW + BETWEEN * 3
    return replace(CONTEXT, library=LIBRARY, now=now, today=now.date(), present=end)


async def changed_since(
    database: Database, catalogue: Catalogue, node: Node, stage: int
) -> set[str]:
    """Return who entered or left until the next writing; of each there must be a reason."""
    old, new = (FilterAtMoment(node, as_of(one), catalogue) for one in (stage, stage + 1))
    members = await members_of(database, old, new)
    keys = await page_of_listed(database, members.changed(), first=100)
    before = await read_past(database, keys, old.context.now)
    after = await read_past(database, keys, new.context.now)
    for key in keys:
        found = changed(key, CustomerHistory(before.get(key), after.get(key)), old, new)
        assert found is not None, (key, stage, encode_text(node))
        assert found.reasons, (key, stage, encode_text(node))
    return set(keys)
