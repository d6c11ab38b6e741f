"""What a kind of record costs: few modules know one that belongs to customers by its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from profilegraph.domain.records import kinds
from tests.meta.source import ROOT, modules, tree

PLATFORM = ROOT / "platform" / "profilegraph"
KNOWING = {"domain/records/kinds.py", "hooks/tables.py", "storage/records/reads.py"}
"""Its declaration, its table, and the read for the API."""
OF_ITS_LEAF = {
    "engines/reference/activity.py",
    "rendering/languages/chinese/filters.py",
    "rendering/languages/english/filters.py",
}
"""Those of the leaf's modules that read its records or say what is in them."""
OF_ITS_STATES = {"language/facts.py", "storage/records/upserts.py"}
"""Where earlier states are kept: its facts, and a statement of its own to write it."""


def imported(path: Path) -> set[str]:
    """Return the names that a module imports from the records and their declarations."""
    return {
        one.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("profilegraph.domain")
        for one in node.names
    }


@pytest.mark.parametrize(
    ("constant", "knowing"),
    [("FOLLOW_UP", KNOWING | OF_ITS_LEAF), ("OPPORTUNITY", KNOWING | OF_ITS_STATES)],
)
def test_a_kind_that_belongs_to_customers_is_known_to_few_modules(
    constant: str, knowing: set[str]
) -> None:
    names = {constant, getattr(kinds, constant).label}
    found = {
        path.relative_to(PLATFORM).as_posix()
        for path in modules((PLATFORM,))
        if names & imported(path) and PLATFORM / "api" not in path.parents
    }
    assert found <= knowing
