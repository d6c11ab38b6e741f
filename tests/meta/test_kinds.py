"""What a kind of record costs: few modules know one that belongs to customers by its name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from profilegraph.rendering.languages import languages
from tests.meta.source import ROOT, modules, tree

PLATFORM = ROOT / "platform" / "profilegraph"
DECLARED = {"domain/records/activity.py", "domain/records/kinds.py"}
TABLE = {"hooks/tables.py"}
LEAF = {
    "language/nodes/activity.py",
    "language/nodes/declarations.py",
    "engines/reference/activity.py",
    "engines/cypher/activity.py",
    "engines/bitmap/activity.py",
    "rendering/languages/chinese/filters.py",
    "rendering/languages/english/filters.py",
}
"""What it asks, by which cause it changes, what no dimension is called beside it, and its words."""
FOR_THE_API = {"storage/records/reads.py"}
"""Beside `api`, where what is shown of it is of its own."""
EARLIER = {"storage/records/normal_forms.py"}
"""What is done once to records that an earlier version stored."""
STATES = {"language/facts.py", "storage/records/upserts.py"}
"""Where earlier states are kept: facts of its own, and a statement to write it."""


def named(path: Path) -> Iterator[str]:
    """Yield the names in a module's code, and its texts."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Name(id=found) | ast.Attribute(attr=found) | ast.alias(name=found):
                yield found
            case ast.ClassDef(name=found) | ast.keyword(arg=str(found)):
                yield found
            case ast.Constant(value=str(found)):
                yield found


def imported(path: Path) -> Iterator[str]:
    """Yield the names that a module imports from the records and their declarations."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "profilegraph.domain"
        ):
            yield from (one.name for one in node.names)


def knowing(found_in: Callable[[Path], Iterator[str]], *names: str) -> set[str]:
    """Return the modules outside the API in which one of these names is found."""
    return {
        path.relative_to(PLATFORM).as_posix()
        for path in modules((PLATFORM,))
        if PLATFORM / "api" not in path.parents and not {*names}.isdisjoint(found_in(path))
    }


def test_a_kind_with_its_leaf_its_evidence_and_its_table_is_known_to_few_modules() -> None:
    of_records = ("FOLLOW_UP", "FollowUp", "FollowUpKind", "FollowUpTable", "follow_ups")
    found = knowing(named, *of_records, "FollowUps", "followUp", "follow_up")
    assert found == DECLARED | TABLE | LEAF | FOR_THE_API | EARLIER
    assert len(DECLARED | TABLE | LEAF) == 8 + len(languages())


def test_a_kind_that_keeps_its_earlier_states_is_imported_by_few_modules() -> None:
    found = knowing(imported, "OPPORTUNITY", "Opportunity")
    assert found <= DECLARED | TABLE | FOR_THE_API | STATES
