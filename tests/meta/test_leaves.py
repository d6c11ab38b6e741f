"""What a leaf of the segment language costs: one function in each engine, and few modules that name it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import profilegraph
from profilegraph.engines.bitmap import evaluator as bitmap
from profilegraph.engines.cypher import compiler as cypher
from profilegraph.engines.reference import evaluator as reference
from profilegraph.language import nodes
from profilegraph.language.nodes import LEAVES, InSegment, Leaf, Related
from profilegraph.rendering.languages import languages
from tests.meta.source import modules, name, tree

ROOT = Path(profilegraph.__file__).parent
WITH_FILTERS_INSIDE = {Related, InSegment}
"""Leaves that an engine answers by answering another filter."""
OWN_MODULES = 4 + len(languages())
"""The node, the three engines, and the words of each language."""
MOST_MODULES = {
    nodes.FollowUps: OWN_MODULES,
    nodes.Arrivals: OWN_MODULES,
    nodes.Owners: OWN_MODULES + 1,
    nodes.Teams: OWN_MODULES + 1,
    nodes.Consents: OWN_MODULES + 1,
    nodes.Stopped: OWN_MODULES + 1,
}
"""One more looks for the distance of Stopped, for near misses of Consents, and grants rows by owner."""


@pytest.mark.parametrize("engine", [reference, cypher, bitmap])
def test_every_engine_has_one_function_for_every_leaf(engine: Any) -> None:
    table: Mapping[type[Leaf], object] = engine.LEAVES
    assert table.keys() == set(LEAVES) - WITH_FILTERS_INSIDE


@pytest.mark.parametrize("leaf", MOST_MODULES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_is_named_in_few_modules(leaf: type[Leaf]) -> None:
    known = [name(path) for path in modules((ROOT,)) if leaf.__name__ in _names(path)]
    assert len(known) <= MOST_MODULES[leaf], known


def _names(path: Path) -> Iterator[str]:
    """Yield the names that a module's code uses, imports and defines."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Name(id=found) | ast.alias(name=found) | ast.ClassDef(name=found):
                yield found
            case ast.Attribute(value=ast.Name(id="nodes"), attr=found):
                yield found
