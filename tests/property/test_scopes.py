"""What somebody sees of some customers is what they would see if there were no others."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.language.codec import encode_text
from profilegraph.language.facts import Facts
from profilegraph.language.nodes import AllOf, Node
from tests.property.facts_as_rows import run_of, trees_of
from tests.property.strategies import LIBRARY, filters, scopes
from tests.property.worlds_as_facts import facts_of_worlds, member, one_world, scope_of
from tests.spec.conftest import CONTEXT
from tests.support.budgets import budget

HERE = replace(CONTEXT, library=LIBRARY)


def only(some: list[Facts]) -> list[Facts]:
    """Return some customers as all that there are: no relation leads to another."""
    keys = {one.key for one in some}
    near: dict[str, Facts] = {}
    for one in some:
        relations = tuple(link for link in one.relations if link.other in keys)
        near[one.key] = replace(one, relations=relations, near=near)
    return [*near.values()]


def members(
    customers: list[Facts], catalogue: Catalogue, node: Node, scope: Node | None
) -> set[str]:
    """Return who matches by an index of these customers."""
    by_ordinal = {one.ordinal or 0: one for one in customers}
    context = replace(HERE, scope=scope_of(scope, catalogue, HERE))
    view = IndexSnapshot((run_of(by_ordinal),), trees_of(customers))
    found = Evaluator(view, catalogue, context).members(node)
    return {by_ordinal[ordinal].key for ordinal in found}


@given(
    worlds=st.lists(facts_of_worlds(), min_size=1, max_size=3),
    scope=scopes.filter(lambda one: one is not None),
    nodes=st.lists(filters, min_size=6, max_size=6),
)
@settings(max_examples=budget(60, 1_000))
def test_a_scoped_answer_is_that_of_a_graph_with_the_visible_customers_alone(
    catalogue: Catalogue, worlds: list[list[Facts]], scope: Node, nodes: list[Node]
) -> None:
    customers = one_world(worlds)
    seen = members(customers, catalogue, scope, None)
    alone = only([one for one in customers if one.key in seen])
    assert members(customers, catalogue, AllOf(()), scope) == seen
    for node in nodes:
        expected = {one.key for one in alone if member(node, one, catalogue, HERE)}
        assert members(customers, catalogue, node, scope) == expected, encode_text(node)
        assert members(alone, catalogue, node, None) == expected, encode_text(node)
