"""Random people of random filters over random graphs: those whom the customers' facts name."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.reference.people import person_holds
from profilegraph.language.codec import encode_text
from profilegraph.language.nodes import Node, PersonTest
from profilegraph.services.evaluation.bitmap_engine import IndexEngine
from profilegraph.services.evaluation.choosing import Engine
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.services.limits.workers import Workers
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.records.people import CustomerPerson
from tests.conftest import NOW
from tests.property.random_worlds import worlds
from tests.property.strategies import LIBRARY, filters, person_tests
from tests.property.test_evaluators_agree import keys_by_ordinal, rereads, views_of
from tests.property.worlds_as_facts import facts_of, member
from tests.spec.conftest import CONTEXT
from tests.support.budgets import budget
from tests.support.worlds import World, load_world

ASKED = replace(CONTEXT, library=LIBRARY)


@given(
    world=worlds(),
    asked=st.lists(st.tuples(filters, person_tests), min_size=6, max_size=6),
    first=st.integers(1, 3),
    again=rereads,
)
@settings(
    max_examples=budget(25, 100),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
async def test_the_people_of_a_filter_are_those_of_its_members_who_are_as_asked(
    loaded: Database,
    catalogue: Catalogue,
    world: World,
    asked: list[tuple[Node, PersonTest]],
    first: int,
    again: list[set[int]],
) -> None:
    await load_world(loaded, world, NOW)
    customers = facts_of(world)
    engines = await engines_of(loaded, catalogue, again)
    for node, where in asked:
        expected = sorted(
            (
                CustomerPerson(person.key, facts.key)
                for facts in customers
                if member(node, facts, catalogue, ASKED)
                for person in facts.people
                if person_holds(where, person, ASKED)
            ),
            key=lambda seat: seat.person,
        )
        for name, engine in engines.items():
            told = (name, encode_text(node), where)
            assert await engine.count_people(node, where) == len(expected), told
            assert await all_pages(engine, node, where, first) == expected, told


async def engines_of(
    database: Database, catalogue: Catalogue, again: list[set[int]]
) -> dict[str, Engine]:
    """Return Cypher, and indexes that came about in different ways; none asks another."""
    cypher = CypherEngine(database, catalogue, ASKED)
    keys = sorted(await keys_by_ordinal(database))
    views = await views_of(database, [{keys[n % len(keys)] for n in one} for one in again])
    indexes = {
        name: IndexEngine(Evaluator(view, catalogue, ASKED), cypher, Computing(Workers()))
        for name, view in views.items()
    }
    return {"cypher": cypher, **indexes}


async def all_pages(
    engine: Engine, node: Node, where: PersonTest, first: int
) -> list[CustomerPerson]:
    found: list[CustomerPerson] = []
    while True:
        after = found[-1].person if found else None
        page = await engine.page_of_people(node, where, first=first, after=after)
        found += page
        if len(page) < first:
            return found
