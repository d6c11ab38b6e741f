"""What of graphql-core and Strawberry may change without notice is met in one module of the runtime."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.meta.source import PRODUCT, ROOT, modules, name, tree

INTERNALS = "platform/profilegraph/api/runtime/internals.py"
API = ROOT / "platform" / "profilegraph" / "api"
PUBLIC = {
    "graphql",
    "graphql.utilities",
    "strawberry",
    "strawberry.dataloader",
    "strawberry.exceptions",
    "strawberry.extensions",
    "strawberry.scalars",
}
"""Modules that both document for others to import from."""
NAMED_TUPLE = {"_asdict", "_replace"}
"""Public methods of named tuples."""


def imported(node: ast.AST) -> Iterator[str]:
    """Yield the modules that a statement imports from."""
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module


def private_attributes(path: Path) -> Iterator[str]:
    """Yield the private names of other objects that a module reads or sets."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Attribute) or not node.attr.startswith("_"):
            continue
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        special = node.attr.endswith("__") and "strawberry" not in node.attr
        if not own and not special and node.attr not in NAMED_TUPLE:
            yield f"{name(path)}:{node.lineno} {node.attr}"


def test_internals_of_graphql_core_and_strawberry_are_imported_in_one_module() -> None:
    found = {
        f"{name(path)} {module}"
        for path in modules(PRODUCT)
        for node in ast.walk(tree(path))
        for module in imported(node)
        if module.split(".")[0] in ("graphql", "strawberry") and module not in PUBLIC
    }
    assert {one for one in found if not one.startswith(INTERNALS)} == set()
    assert found  # else the rule would hold of nothing


def test_the_api_reads_private_attributes_of_others_in_one_module() -> None:
    found = {one for path in modules((API,)) for one in private_attributes(path)}
    assert {one for one in found if not one.startswith(INTERNALS)} == set()
    assert found


@pytest.mark.parametrize("package", ["graphql-core", "strawberry-graphql"])
def test_both_are_pinned_to_the_minor_version_that_is_tested(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [pin] = [
        one.specifier for one in map(Requirement, project["dependencies"]) if one.name == package
    ]
    tested = version(package)
    major, minor, _ = tested.split(".")
    assert tested in pin
    assert f"{major}.{int(minor) + 1}.0" not in pin
