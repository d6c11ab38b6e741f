"""A filter never turns out to be more than twice the work that its price says, hubs included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.language.codec import encode_text
from profilegraph.language.facts import Facts, RelationFact
from profilegraph.language.nodes import EVERYONE, Node, Related
from tests.property.counted_arrays import CountedArray, counting, with_counted_arrays
from tests.property.facts_as_rows import run_of, trees_of
from tests.property.strategies import LIBRARY, filters, leaves, related_leaf
from tests.property.worlds_as_facts import facts_of_worlds
from tests.spec.conftest import CONTEXT
from tests.support.budgets import budget

HERE = replace(CONTEXT, library=LIBRARY)
CUSTOMERS = 2_000
PARENT, SUBSIDIARY, PARTNER = RelationKind

Related_to = Callable[[int], list[tuple[int, RelationKind]]]


def one_hub(number: int) -> list[tuple[int, RelationKind]]:
    """Everybody is a subsidiary of the first."""
    if number == 0:
        return [(one, SUBSIDIARY) for one in range(1, CUSTOMERS)]
    return [(0, PARENT)]


def two_hubs(number: int) -> list[tuple[int, RelationKind]]:
    """Half are partners of the first and half of the second, which are partners."""
    if number < 2:
        mine = [(one, PARTNER) for one in range(2, CUSTOMERS) if one % 2 == number]
        return [(1 - number, PARTNER), *mine]
    return [(number % 2, PARTNER)]


def ring(number: int) -> list[tuple[int, RelationKind]]:
    """Everybody is a partner of two neighbours."""
    return [((number + 1) % CUSTOMERS, PARTNER), ((number - 1) % CUSTOMERS, PARTNER)]


class Views(dict[str, IndexSnapshot]):
    """Graphs by the form of their relations."""

    def __repr__(self) -> str:
        return f"Views({list(self)})"


@pytest.fixture(scope="module")
def views() -> Views:
    """Graphs of thousands of customers, whose relations are of different forms."""
    pool: list[Facts] = []

    @given(facts_of_worlds())
    @settings(
        max_examples=25,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def gather(some: list[Facts]) -> None:
        pool.extend(some)

    gather()
    shapes: dict[str, Related_to] = {"one hub": one_hub, "two hubs": two_hubs, "ring": ring}
    return Views({name: _view(pool, related) for name, related in shapes.items()})


def _view(pool: list[Facts], related: Related_to) -> IndexSnapshot:
    customers = {
        number: replace(
            pool[number % len(pool)],
            key=f"k{number}",
            ordinal=number,
            merged_into=None,
            relations=tuple(RelationFact(f"k{other}", kind) for other, kind in related(number)),
        )
        for number in range(CUSTOMERS)
    }
    run = with_counted_arrays(run_of(customers))
    return IndexSnapshot((run,), trees_of(list(customers.values())))


def price_and_work(view: IndexSnapshot, catalogue: Catalogue, node: Node) -> tuple[int, int]:
    """Return the price of a filter, and how many numbers are read and written to evaluate it."""
    assert view.relations is not None  # made once, with the index
    evaluator = Evaluator(view, catalogue, HERE)
    price = evaluator.price([node])
    with counting():
        evaluator.members(node)
    return price, CountedArray.numbers


@given(
    shape=st.sampled_from(["one hub", "two hubs", "ring"]), node=filters | leaves | related_leaf()
)
@settings(
    max_examples=budget(150, 3_000), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_filter_is_at_most_twice_the_work_that_its_price_says(
    views: Views, catalogue: Catalogue, shape: str, node: Node
) -> None:
    price, work = price_and_work(views[shape], catalogue, node)
    assert work <= 2 * price, f"{shape}: {encode_text(node)}"


@pytest.mark.parametrize("distance", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("at_least", [1, 30, 40, 1_999])
def test_hubs_are_no_more_work_than_their_price_says_at_any_distance(
    views: Views, catalogue: Catalogue, distance: int, at_least: int
) -> None:
    leaf = Related(at_least=at_least, distance=distance, where=EVERYONE)
    for shape, view in views.items():
        price, work = price_and_work(view, catalogue, leaf)
        assert 0 < work <= 2 * price, shape
