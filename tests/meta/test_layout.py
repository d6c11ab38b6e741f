"""The project's folders and the size of its modules and functions."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.meta.source import PRODUCT, ROOT, Function, functions, modules, name, tree

MOST_LINES = 350
MOST_FUNCTION_LINES = 40
CODE = (*PRODUCT, *(ROOT / name for name in ("benchmarks", "examples", "scripts")))
FOLDERS = (
    "benchmarks",
    "docs",
    "examples",
    "platform/profilegraph",
    "plugins",
    "schema/graph",
    "taxonomies",
    "tests",
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_where_the_readme_says(folder: str) -> None:
    assert (ROOT / folder).is_dir()
    assert f"`{folder}/" in (ROOT / "README.md").read_text("utf-8")


def test_the_source_root_leaves_platform_to_the_standard_library() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    where = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.__file__, platform.system())"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "platform.py " in where
    assert str(ROOT) not in where.replace(sys.prefix, "")


def test_a_module_is_read_in_one_sitting() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in modules(CODE)}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {
        f"{name(path)} {node.name}": code_lines(node)
        for path in modules(CODE)
        for node in functions(tree(path))
        if code_lines(node) > MOST_FUNCTION_LINES
    }
    assert long == {}


def code_lines(node: Function) -> int:
    """Return how many lines a function has, without its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and ast.get_docstring(node) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@pytest.mark.parametrize("plugin", sorted(ROOT.glob("plugins/*/")), ids=name)
def test_a_plugin_is_a_distribution_of_its_own_and_held_to_the_same_rules(plugin: Path) -> None:
    for part in ("pyproject.toml", "README.md", "src", "tests"):
        assert (plugin / part).exists()
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    assert f"{name(plugin)}/src" in tools["mypy"]["mypy_path"]
    assert f"profilegraph_{plugin.name}" in tools["importlinter"]["root_packages"]
