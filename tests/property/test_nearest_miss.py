"""Random filters over random customers: the nearest miss is enough, and nothing smaller is."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.counterfactual import cheapest_change, nearest_miss
from profilegraph.engines.reference.distance import DistanceUnit, gap
from profilegraph.engines.reference.evaluator import Verdict, explain
from profilegraph.engines.reference.findings import Value
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language import nodes
from profilegraph.language.facts import Facts
from profilegraph.language.nodes import AllOf, AnyOf, InSegment, Node, Not
from profilegraph.language.nodes.parts import Counted
from profilegraph.language.predicates import date_holds, enough, number_holds
from tests.property.strategies import (
    LIBRARY,
    attribute_leaves,
    event_leaves,
    filters,
    metric_leaves,
    people_leaves,
    record_leaves,
)
from tests.property.worlds_as_facts import facts_of_worlds
from tests.spec.conftest import CONTEXT
from tests.support.budgets import budget

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
ASKED = replace(CONTEXT, library=LIBRARY)
SOME = settings(max_examples=budget(80, 400))
customers = facts_of_worlds().filter(bool).flatmap(st.sampled_from)
A, B, C, D = (Verdict(nodes.Tags(name, has_any=True), name, False) for name in "abcd")


def verdict(kind: type[AllOf] | type[AnyOf], *below: Verdict) -> Verdict:
    holds = (all if kind is AllOf else any)(one.holds for one in below)
    return Verdict(kind(tuple(one.node for one in below)), "", holds, (), below)


def negated(below: Verdict) -> Verdict:
    return Verdict(Not(below.node), "", not below.holds, (), (below,))


small_trees: st.SearchStrategy[Verdict] = st.recursive(
    st.builds(
        lambda one, holds: replace(one, holds=holds), st.sampled_from((A, B, C, D)), st.just(False)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: verdict(AllOf, *some)),
        st.lists(inner, max_size=3).map(lambda some: verdict(AnyOf, *some)),
        inner.map(negated),
    ),
    max_leaves=12,
)


def holds(tree: Verdict, changed: Set[Node]) -> bool:
    """Whether a tree holds once these leaves are the contrary of what they are."""
    below = [holds(child, changed) for child in tree.children]
    match tree.node:
        case AllOf():
            return all(below)
        case AnyOf():
            return any(below)
        case Not():
            return not below[0]
        case InSegment():
            return below[0]
        case leaf:
            return tree.holds is not (leaf in changed)


def leaves_of(tree: Verdict) -> Iterator[Node]:
    if not isinstance(tree.node, AllOf | AnyOf | Not | InSegment):
        yield tree.node
    for child in tree.children:
        yield from leaves_of(child)


def fewest(tree: Verdict) -> int | None:
    """The least number of leaves whose change makes a tree hold, found by trying all."""
    known = list(dict.fromkeys(leaves_of(tree)))
    for many in range(len(known) + 1):
        if any(holds(tree, set(some)) for some in combinations(known, many)):
            return many
    return None


@given(tree=small_trees)
@settings(max_examples=budget(400, 2_000))
def test_no_smaller_set_of_leaves_would_do_equal_ones_changing_together(tree: Verdict) -> None:
    changed = cheapest_change(tree, dict.fromkeys(leaves_of(tree), 1.0))
    assert (None if changed is None else len(changed)) == fewest(tree)
    assert changed is None or holds(tree, changed)


def test_what_several_branches_share_is_changed_once() -> None:
    tree = verdict(AllOf, verdict(AnyOf, B, A), verdict(AnyOf, C, A), verdict(AnyOf, D, A))
    assert cheapest_change(tree, dict.fromkeys(leaves_of(tree), 1.0)) == frozenset([A.node])


def test_a_contradiction_and_an_empty_any_have_no_nearest_miss() -> None:
    costs = {A.node: 1.0}
    assert cheapest_change(verdict(AllOf, A, negated(A)), costs) is None
    assert cheapest_change(verdict(AnyOf), {}) is None


@given(node=filters, facts=customers)
@SOME
def test_changing_the_missing_conditions_makes_the_customer_a_member(
    node: Node, facts: Facts
) -> None:
    tree = explain(node, facts, CATALOGUE, ASKED)
    missing = nearest_miss(tree, CATALOGUE, ASKED)
    assert (None if missing is None else len(missing)) == fewest(tree)
    if missing is not None:
        assert holds(tree, {one.verdict.node for one in missing})
        assert all(one.wanted is not one.verdict.holds for one in missing)


@given(facts=customers, leaf=st.one_of(attribute_leaves, metric_leaves))
@SOME
def test_a_value_that_is_as_much_greater_as_the_gap_says_turns_the_condition(
    facts: Facts, leaf: nodes.AttributeLeaf | nodes.MetricLeaf
) -> None:
    tree = explain(leaf, facts, CATALOGUE, ASKED)
    found = gap(tree, CATALOGUE, ASKED)
    [value] = [one.value for one in tree.evidence if isinstance(one, Value)]
    test = leaf.number or getattr(leaf, "date", None)
    if test is None or value is None:
        assert found is None
    elif found is not None and isinstance(test, nodes.DateTest) and isinstance(value, date):
        assert found.unit is DistanceUnit.DAYS
        days = int(found.distance)
        assert date_holds(test, value + timedelta(days), ASKED.today) is not tree.holds
        nearer = range(1 - abs(days), abs(days))
        turned = [
            n
            for n in nearer
            if date_holds(test, value + timedelta(n), ASKED.today) is not tree.holds
        ]
        assert turned == []
    elif found is not None and isinstance(test, nodes.NumberTest) and isinstance(value, float):
        assert found.unit is DistanceUnit.NUMBER
        beside = (value + found.distance + more for more in (-1e-6, 0, 1e-6))
        assert any(number_holds(test, one) is not tree.holds for one in beside)
        short = [value + found.distance * share for share in (0.0, 0.25, 0.5, 0.75, 0.999)]
        if found.distance:
            assert all(number_holds(test, one) is tree.holds for one in short)


@given(facts=customers, leaf=st.one_of(event_leaves(), people_leaves, record_leaves))
@SOME
def test_as_many_more_things_as_the_gap_says_turn_the_condition(
    facts: Facts, leaf: nodes.Leaf
) -> None:
    assert isinstance(leaf, Counted)
    tree = explain(leaf, facts, CATALOGUE, ASKED)
    found = gap(tree, CATALOGUE, ASKED)
    has = len(tree.evidence)
    if found is None:  # at least none: nothing can turn it
        assert all(enough(leaf, number) is tree.holds for number in range(20))
        return
    assert enough(leaf, has + int(found.distance)) is not tree.holds
    nearer = range(has + 1 - int(abs(found.distance)), has + int(abs(found.distance)))
    assert all(enough(leaf, number) is tree.holds for number in nearer if number >= 0)
