"""The random filters reach the whole language, and no field of it is without effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Set
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.errors import InvalidFilter
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language import nodes
from profilegraph.language.facts import Context, Facts
from profilegraph.language.nodes.parts import NodePart
from profilegraph.language.validation import check
from tests.property.facts_as_rows import run_of, trees_of
from tests.property.strategies import (
    LIBRARY,
    activity_leaves,
    attribute_leaves,
    cohort_leaves,
    leaves,
    lists,
    metric_leaves,
    parts,
    people_leaves,
    record_leaves,
    related_leaf,
    segment_leaves,
    tag_leaves,
)
from tests.property.worlds_as_facts import (
    facts_of_worlds,
    in_scope,
    member,
    one_world,
    scope_of,
)
from tests.spec.conftest import CONTEXT

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
PARTS = [kind for kind in nodes.types_in_filters() if issubclass(kind, NodePart)]
KINDS = {*nodes.LEAVES, *PARTS, nodes.Listed}
ALL_FIELDS = {(kind.__name__, field.name) for kind in KINDS for field in fields(kind)}


SOUGHT: tuple[tuple[st.SearchStrategy[Any], int], ...] = (
    (activity_leaves, 300),
    (people_leaves, 200),
    (record_leaves, 100),
    (tag_leaves(), 50),
    (attribute_leaves, 50),
    (related_leaf(), 50),
    (metric_leaves, 20),
    (cohort_leaves, 20),
    (segment_leaves, 5),
    (lists, 20),
)
"""What leaves are looked at in each turn, and how many: more of those with many fields."""
TURNS = 12


def drawn(strategy: st.SearchStrategy[Any], examples: int, turn: int = 0) -> list[Any]:
    """Return the same random examples of a strategy each time, others in each turn."""
    found: list[Any] = []

    @seed(20260301 + turn)
    @settings(max_examples=examples, database=None, phases=(Phase.generate,))
    @given(example=strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


HERE = replace(CONTEXT, library=LIBRARY)
Members = Callable[[nodes.Node, Context], frozenset[int]]
"""Tells which of some customers, by place, may be seen and match."""


def by_explain(customers: list[Facts]) -> Members:
    def members(node: nodes.Node, context: Context) -> frozenset[int]:
        some, scope = customers, context.scope
        if scope is not None:
            some = [*in_scope({facts.key: facts for facts in customers}, scope).values()]
            context = replace(context, scope=None)
        return frozenset(
            place for place, facts in enumerate(some) if member(node, facts, CATALOGUE, context)
        )

    return members


def by_bitmap(customers: list[Facts]) -> Members:
    places = {facts.key: place for place, facts in enumerate(customers)}
    run = run_of({places[facts.key]: facts for facts in customers}, places)
    view = IndexSnapshot((run,), trees_of(customers))

    def members(node: nodes.Node, context: Context) -> frozenset[int]:
        return frozenset(Evaluator(view, CATALOGUE, context).members(node))

    return members


@pytest.fixture(scope="module")
def customers() -> list[Facts]:
    return one_world(drawn(facts_of_worlds(), 120))


def test_every_field_of_every_part_changes_the_answer_for_some_customer(
    customers: list[Facts],
) -> None:
    """The bitmaps, which are fast, look for such a change, and the definition must say it too."""
    by_definition, members = by_explain(customers), by_bitmap(customers)
    seen: dict[tuple[str, str], list[Any]] = defaultdict(list)
    effective: set[tuple[str, str]] = set()
    sought = SOUGHT
    for turn in range(TURNS):
        found = [(one, many, drawn(one, many, turn)) for one, many in sought]
        some_leaves = [leaf for _, _, made in found for leaf in made]
        for leaf in some_leaves:
            remember(leaf, seen)
        for leaf in some_leaves:
            open_ = list(variants(leaf, seen, effective))
            answer = members(leaf, HERE) if open_ else frozenset()
            for what, other in open_:
                if what not in effective and (changed := members(other, HERE)) != answer:
                    effective.add(what)
                    assert by_definition(leaf, HERE) == answer, leaf
                    assert by_definition(other, HERE) == changed, other
        missing = {kind for kind, _ in ALL_FIELDS - effective}
        if missing <= {kind for kind, _ in seen}:
            sought = tuple((one, many) for one, many, made in found if missing & kinds_of(made))
    assert sorted(ALL_FIELDS - effective) == []


def kinds_of(made: list[nodes.Leaf]) -> set[str]:
    """Return what parts some leaves have."""
    return {type(part).__name__ for leaf in made for part in parts(leaf)}


def test_random_filters_have_leaves_of_every_kind() -> None:
    missing = {type(leaf) for one, many in SOUGHT if one is not lists for leaf in drawn(one, many)}
    assert len(missing) > 10
    for turn in range(TURNS):
        missing -= {type(leaf) for leaf in drawn(leaves, 300, turn)}
        if not missing:
            return
    assert missing == set()


def remember(leaf: nodes.Leaf, seen: dict[tuple[str, str], list[Any]]) -> None:
    for part in parts(leaf):
        for field in fields(part):  # type: ignore[arg-type]
            known = seen[type(part).__name__, field.name]
            value = getattr(part, field.name)
            if value is not None and value not in known and len(known) < 10:
                known.append(value)


@pytest.mark.parametrize("evaluator", [by_explain, by_bitmap])
def test_the_filter_of_a_scope_decides_who_is_seen(
    customers: list[Facts], evaluator: Callable[[list[Facts]], Members]
) -> None:
    members = evaluator(customers)
    own, team = nodes.Owners(employees=("wang",)), nodes.Teams(teams=("north",))
    everyone = members(nodes.AllOf(()), HERE)
    both, one = (
        members(nodes.AllOf(()), replace(HERE, scope=scope_of(seen, CATALOGUE, HERE)))
        for seen in (nodes.AnyOf((own, team)), team)
    )
    assert set() < one < both < everyone


def variants(
    part: Any, seen: dict[tuple[str, str], list[Any]], known: Set[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield the part with one given field, its own or one below it, left out or another value.

    Fields that are `known` stay as they are.
    """
    for field in fields(part):
        value = getattr(part, field.name)
        if value is None:
            continue
        what = (type(part).__name__, field.name)
        for other in (field.default, *seen[what]) if what not in known else ():
            if other is not MISSING and other != value:
                yield from valid(part, field.name, other, what)
        if is_dataclass(value):
            for below, changed in variants(value, seen, known):
                yield from valid(part, field.name, changed, below)


def valid(
    part: Any, name: str, value: Any, what: tuple[str, str]
) -> Iterator[tuple[tuple[str, str], Any]]:
    try:
        changed = replace(part, **{name: value})
        if isinstance(changed, nodes.Leaf):
            check(changed, CATALOGUE, LIBRARY)
    except (ValueError, InvalidFilter):
        return  # the language does not allow this part with that value
    yield what, changed
