"""Cypher files: each is used, and a genuine Neo4j can plan each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from profilegraph.storage import cache
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.plugins import tables
from profilegraph.storage.records.upserts import UPSERTS
from tests.meta.source import ROOT, modules, tree
from tests.unit.test_kind_cypher import STATEMENTS

STORAGE = ROOT / "platform" / "profilegraph" / "storage"
PATHS = sorted(STORAGE.glob("statements/**/*.cypher"))
FILES = {path.stem: path.read_text("utf-8") for path in PATHS}
ALL = FILES | {f"{name} (made)": text for name, text in STATEMENTS.items()}
REGISTERED = {
    *cache.STATEMENTS.values(),
    *tables.KINDS.values(),
    *(upsert.file for upsert in UPSERTS.values() if upsert.file is not None),
}
"""Statements that are looked up by what is to be read or written."""


def asked_for(module: ast.Module) -> Iterator[str]:
    """Yield the names that a module gives to `statement`, or to a function of its own that does."""
    passing = {
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and {argument.arg for argument in node.args.args} & set(_given(node, {"statement"}))
    }
    yield from _given(module, {"statement"} | passing, ast.Constant)


def _given(
    tree_: ast.AST, functions: set[str], kind: type[ast.Constant | ast.Name] = ast.Name
) -> Iterator[str]:
    """Yield the names, or texts, that are arguments of calls of some functions."""
    for node in ast.walk(tree_):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for argument in _choices(node.args) if node.func.id in functions else ():
                value = getattr(argument, "value" if kind is ast.Constant else "id", None)
                if isinstance(argument, kind) and isinstance(value, str):
                    yield value


def _choices(arguments: list[ast.expr]) -> Iterator[ast.expr]:
    """Yield arguments; of one that is the first or the second as a condition says, both."""
    for argument in arguments:
        yield from (
            (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
        )


def test_a_statement_is_in_the_folder_of_a_capability_and_has_a_name_of_its_own() -> None:
    assert len(FILES) == len(PATHS)
    for path in PATHS:
        capability = STORAGE / path.parent.relative_to(STORAGE / "statements")
        assert capability.is_dir() or capability.with_suffix(".py").is_file(), path


def test_the_statement_files_are_those_that_code_asks_for() -> None:
    named = {name for path in modules((STORAGE,)) for name in asked_for(tree(path))}
    assert FILES.keys() == named | REGISTERED


@pytest.mark.parametrize("name", sorted(ALL))
async def test_the_database_can_plan_a_statement(name: str, migrated: Database) -> None:
    text = ALL[name]
    if name.startswith("index_"):  # they are about a customer that their head finds
        text = f"MATCH (c:Customer) {text}"
    parameters = dict.fromkeys(re.findall(r"\$(\w+)", text))
    assert await migrated.read(f"EXPLAIN {text}", parameters) == []
