"""What a leaf of the segment language costs: one function in each engine, and few modules that name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import profilegraph
from profilegraph.engines.bitmap import evaluator as bitmap
from profilegraph.engines.cypher import compiler as cypher
from profilegraph.engines.reference import evaluator as reference
from profilegraph.language.nodes import LEAVES, FollowUps, InSegment, Leaf, Related

ROOT = Path(profilegraph.__file__).parent
WITH_FILTERS_INSIDE = {Related, InSegment}
"""Leaves that an engine answers by answering another filter."""
MOST_MODULES = 5
"""The node, the three engines, and the package that exports the node."""


@pytest.mark.parametrize("engine", [reference, cypher, bitmap])
def test_every_engine_has_one_function_for_every_leaf(engine: Any) -> None:
    table: Mapping[type[Leaf], object] = engine.LEAVES
    assert table.keys() == set(LEAVES) - WITH_FILTERS_INSIDE


def test_a_leaf_that_counts_records_is_named_in_few_modules() -> None:
    named = re.compile(rf"\b{FollowUps.__name__}\b")
    modules = [one for one in ROOT.rglob("*.py") if named.search(one.read_text(encoding="utf-8"))]
    assert len(modules) <= MOST_MODULES, modules
