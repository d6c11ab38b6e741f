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
from tests.meta.source import PRODUCT, ROOT, modules, name, tree
from tests.unit.test_kind_cypher import STATEMENTS

STORAGE = ROOT / "platform" / "profilegraph" / "storage"
PATHS = sorted(STORAGE.glob("statements/**/*.cypher"))
FILES = {path.stem: path.read_text("utf-8") for path in PATHS}
ALL = FILES | {f"{name} (made)": text for name, text in STATEMENTS.items()}
CYPHER = re.compile(
    r"\b(?:MATCH|MERGE|UNWIND|RETURN|DETACH DELETE|SHOW|CREATE OR REPLACE) [\w$({[]"
    r"|\bCREATE \(|\bCALL (?:\w+\.|[({])"
)
WITH_CYPHER = ("platform/profilegraph/storage/", "platform/profilegraph/engines/cypher/")
OTHERS_WITH_CYPHER = {
    # Sets the password of the database that it starts, before any driver can connect.
    "platform/profilegraph/embedded/child.py",
    # Deletes everything between tests.
    "plugins/testing/src/profilegraph_testing/cleaning.py",
}
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


def test_cypher_is_in_storage_and_in_the_engine_that_is_named_after_it() -> None:
    elsewhere = {
        name(path)
        for path in modules(PRODUCT)
        if not name(path).startswith(WITH_CYPHER) and any(map(CYPHER.search, texts(tree(path))))
    }
    assert elsewhere == OTHERS_WITH_CYPHER


def test_every_statement_file_is_recognised_as_cypher() -> None:
    assert {key for key, text in ALL.items() if CYPHER.search(text) is None} == set()


def texts(module: ast.Module) -> Iterator[str]:
    """Yield the texts of a module and the fixed parts of its formatted ones; docstrings too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("file", sorted(ALL))
async def test_the_database_can_plan_a_statement(file: str, migrated: Database) -> None:
    text = ALL[file]
    if file.startswith("index_"):  # they are about a customer that their head finds
        text = f"MATCH (c:Customer) {text}"
    parameters = dict.fromkeys(re.findall(r"\$(\w+)", text))
    assert await migrated.read(f"EXPLAIN {text}", parameters) == []
