"""The random filters reach the whole language, and no field of it is without effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from profilegraph.domain.catalogue import Catalogue
from profilegraph.errors import InvalidFilter
from profilegraph.importers.taxonomies import read_taxonomy
from profilegraph.segments import nodes
from profilegraph.segments.checking import check
from profilegraph.segments.explain import explain
from profilegraph.segments.facts import Facts
from tests.property.strategies import LIBRARY, leaves, lists, parts, people_leaves
from tests.property.worlds_as_facts import facts_of_worlds
from tests.spec.conftest import CONTEXT

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
KINDS = [
    kind
    for kind in vars(nodes).values()
    if isinstance(kind, type)
    and is_dataclass(kind)
    and kind not in (nodes.AllOf, nodes.AnyOf, nodes.Not)
]
ALL_FIELDS = {(kind.__name__, field.name) for kind in KINDS for field in fields(kind)}


def drawn(strategy: st.SearchStrategy[Any], examples: int) -> list[Any]:
    """Return the same random examples of a strategy each time."""
    found: list[Any] = []

    @seed(20260301)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(example=strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


def test_every_field_of_every_part_changes_the_answer_for_some_customer() -> None:
    customers = [facts for world in drawn(facts_of_worlds(), 120) for facts in world]
    some_leaves = drawn(leaves, 4_000) + drawn(people_leaves, 2_000) + drawn(lists, 20)
    seen: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for leaf in some_leaves:
        remember(leaf, seen)
    effective: set[tuple[str, str]] = set()
    for leaf in some_leaves:
        open_ = [(what, other) for what, other in variants(leaf, seen) if what not in effective]
        answer = members(leaf, customers) if open_ else []
        effective |= {what for what, other in open_ if members(other, customers) != answer}
    assert sorted(ALL_FIELDS - effective) == []


def remember(leaf: nodes.Leaf, seen: dict[tuple[str, str], list[Any]]) -> None:
    for part in parts(leaf):
        for field in fields(part):  # type: ignore[arg-type]
            known = seen[type(part).__name__, field.name]
            value = getattr(part, field.name)
            if value is not None and value not in known and len(known) < 10:
                known.append(value)


def members(leaf: nodes.Node, world: list[Facts]) -> list[bool]:
    context = replace(CONTEXT, library=LIBRARY)
    return [explain(leaf, facts, CATALOGUE, context).holds for facts in world]


def variants(
    part: Any, seen: dict[tuple[str, str], list[Any]]
) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield the part with one given field, its own or one below it, left out or another value."""
    for field in fields(part):
        value = getattr(part, field.name)
        if value is None:
            continue
        what = (type(part).__name__, field.name)
        for other in (field.default, *seen[what]):
            if other is not MISSING and other != value:
                yield from valid(part, field.name, other, what)
        if is_dataclass(value):
            for below, changed in variants(value, seen):
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
