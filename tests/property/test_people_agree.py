"""Random people of random filters over random graphs: those whom the customers' facts name."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from profilegraph.domain.catalogue import Catalogue
from profilegraph.segments.holding import person_holds
from profilegraph.segments.nodes import Node, PersonTest
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage.database import Database
from profilegraph.storage.people import Seat, count_people, page_of_people
from tests.conftest import NOW
from tests.property.random_worlds import worlds
from tests.property.strategies import LIBRARY, filters, person_tests
from tests.property.worlds_as_facts import facts_of, member
from tests.spec.conftest import CONTEXT
from tests.support.worlds import World, load_world

ASKED = replace(CONTEXT, library=LIBRARY)


@given(
    world=worlds(),
    asked=st.lists(st.tuples(filters, person_tests), min_size=6, max_size=6),
    first=st.integers(1, 3),
)
@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
async def test_the_people_of_a_filter_are_those_of_its_members_who_are_as_asked(
    loaded: Database,
    catalogue: Catalogue,
    world: World,
    asked: list[tuple[Node, PersonTest]],
    first: int,
) -> None:
    await load_world(loaded, world, NOW)
    customers = facts_of(world)
    for node, where in asked:
        expected = sorted(
            (
                Seat(person.key, facts.key)
                for facts in customers
                if member(node, facts, catalogue, ASKED)
                for person in facts.people
                if person_holds(where, person, ASKED)
            ),
            key=lambda seat: seat.person,
        )
        assert await count_people(loaded, Compiler(catalogue, ASKED), node, where) == len(expected)
        assert await all_pages(loaded, catalogue, node, where, first) == expected


async def all_pages(
    database: Database, catalogue: Catalogue, node: Node, where: PersonTest, first: int
) -> list[Seat]:
    found: list[Seat] = []
    while True:
        page = await page_of_people(
            database,
            Compiler(catalogue, ASKED),
            node,
            where,
            first=first,
            after=found[-1].person if found else None,
        )
        found += page
        if len(page) < first:
            return found
