"""What is said to differ between two filters is what differs: nothing less, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.evaluator import explain
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.facts import Facts
from profilegraph.language.nodes import AllOf, AnyOf, Node, Not, Related
from profilegraph.rendering.difference import (
    ChangeKind,
    FilterChange,
    differences,
    flat,
    line,
    meaning,
)
from tests.property.strategies import LIBRARY, filters, simple_leaves
from tests.property.worlds_as_facts import facts_of_worlds
from tests.spec.conftest import CONTEXT
from tests.support.budgets import budget

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])


@st.composite
def edited(draw: st.DrawFn) -> tuple[Node, Node]:
    """Return a filter, and the same after somebody edited it here and there."""
    before: Node = draw(filters)
    after = before
    for _ in range(draw(st.integers(0, 3))):
        after = _edited(draw, after)
    return before, after


def _edited(draw: st.DrawFn, node: Node) -> Node:
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            return type(node)(tuple(_edited_list(draw, list(conditions))))
        case Not(condition) if draw(st.booleans()):
            return Not(_edited(draw, condition))
        case Related(where=where) if draw(st.booleans()):
            return replace(node, where=_edited(draw, where))
        case _:
            wrap = draw(st.sampled_from((None, AllOf, AnyOf)))
            other: Node = draw(simple_leaves)
            return other if wrap is None else wrap((node, other))


def _edited_list(draw: st.DrawFn, conditions: list[Node]) -> list[Node]:
    match draw(st.sampled_from(("add", "drop", "edit", "order"))):
        case "add":
            conditions.insert(draw(st.integers(0, len(conditions))), draw(simple_leaves))
        case "drop" if conditions:
            del conditions[draw(st.integers(0, len(conditions) - 1))]
        case "edit" if conditions:
            place = draw(st.integers(0, len(conditions) - 1))
            conditions[place] = _edited(draw, conditions[place])
        case _:
            conditions.reverse()
    return conditions


pairs = edited() | st.tuples(filters, filters)


@given(pair=pairs)
@settings(max_examples=budget(150, 750))
def test_nothing_differs_between_equal_filters_and_something_between_all_others(
    pair: tuple[Node, Node],
) -> None:
    before, after = pair
    assert differences(before, before) == ()
    assert (differences(before, after) == ()) is (before == after)


@given(pair=pairs)
@settings(max_examples=budget(150, 750))
def test_the_changes_lead_from_one_filter_to_the_other(pair: tuple[Node, Node]) -> None:
    before, after = pair
    assert meaning(changed(flat(before), differences(before, after))) == meaning(after)


def changed(node: Node, changes: tuple[FilterChange, ...], path: tuple[Node, ...] = ()) -> Node:
    """Return a whole filter, that of the leaf at the end of `path` if there is one, after changes."""
    here = [change for change in changes if change.within[: len(path)] == path]
    if not here or here[0].kind is ChangeKind.REWRITTEN:
        return node
    if [change.before for change in here] == [node] and here[0].after is not None:
        return here[0].after
    return _inside(node if _is_group(node, here, path) else AllOf((node,)), changes, path)


def _is_group(node: Node, changes: list[FilterChange], path: tuple[Node, ...]) -> bool:
    """Return whether it is the filter's conditions that changed, not the filter among others."""
    if not isinstance(node, AnyOf):
        return isinstance(node, AllOf)
    deeper = (*path, node)
    return all(change.within[: len(deeper)] != deeper for change in changes) and all(
        change.alternative or change.within != path or change.kind is ChangeKind.CHANGED
        for change in changes
    )


def _inside(node: Node, changes: tuple[FilterChange, ...], path: tuple[Node, ...]) -> Node:
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            return type(node)(tuple(_conditions(list(conditions), changes, path)))
        case Not(condition):
            return Not(_inside(condition, changes, path))
        case Related(where=where):
            return replace(node, where=changed(where, changes, path))
        case _:
            raise AssertionError(f"{node} has no conditions that could change")


def _conditions(
    conditions: list[Node], changes: tuple[FilterChange, ...], path: tuple[Node, ...]
) -> list[Node]:
    for place, one in enumerate(conditions):
        deeper = (*path, one)
        if one not in conditions[:place] and any(
            change.within[: len(deeper)] == deeper for change in changes
        ):
            conditions[place] = _inside(one, changes, deeper)
    for change in changes:
        if change.within == path:
            if change.before is not None:
                conditions.remove(change.before)
            if change.after is not None:
                conditions.append(change.after)
    return conditions


@given(world=facts_of_worlds(), pair=pairs)
@settings(max_examples=budget(150, 750))
def test_a_filter_that_is_only_written_differently_finds_the_same_customers(
    world: list[Facts], pair: tuple[Node, Node]
) -> None:
    before, after = pair
    rewritten = [change.kind for change in differences(before, after)] == [ChangeKind.REWRITTEN]
    shown = after if rewritten else flat(before)
    context = replace(CONTEXT, library=LIBRARY)
    for facts in world:
        one, other = (explain(node, facts, CATALOGUE, context) for node in (before, shown))
        assert one.holds == other.holds


@given(pair=pairs)
@settings(max_examples=budget(150, 750))
def test_every_change_reads_in_both_languages(pair: tuple[Node, Node]) -> None:
    for change in differences(*pair):
        for locale in ("zh-CN", "en"):
            assert line(change, CATALOGUE, locale, LIBRARY)
