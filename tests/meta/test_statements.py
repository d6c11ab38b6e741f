"""Cypher files: each is used, and a genuine Neo4j can plan each."""

from __future__ import annotations

import ast
import re

import pytest

from profilegraph.storage.neo4j.database import Database
from tests.meta.source import ROOT, modules, tree
from tests.unit.test_kind_cypher import STATEMENTS

STORAGE = ROOT / "platform" / "profilegraph" / "storage"
FILES = {path.stem: path.read_text("utf-8") for path in STORAGE.glob("statements/*.cypher")}
ALL = FILES | {f"{name} (made)": text for name, text in STATEMENTS.items()}


def test_every_statement_file_is_used() -> None:
    texts = {
        node.value
        for path in modules((STORAGE,))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert FILES.keys() <= texts


@pytest.mark.parametrize("name", sorted(ALL))
async def test_the_database_can_plan_a_statement(name: str, migrated: Database) -> None:
    text = ALL[name]
    if name.startswith("index_"):  # they are about a customer that their head finds
        text = f"MATCH (c:Customer) {text}"
    parameters = dict.fromkeys(re.findall(r"\$(\w+)", text))
    assert await migrated.read(f"EXPLAIN {text}", parameters) == []
