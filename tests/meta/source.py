"""The project's own source, read as text and syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = (ROOT / "platform" / "profilegraph", *sorted(ROOT.glob("plugins/*/src")))

_FOLDERS = (
    "benchmarks",
    "docs",
    "examples",
    "platform",
    "plugins",
    "schema",
    "scripts",
    "taxonomies",
    "tests",
)
_MADE = {".git", "__pycache__", "node_modules", "generated", ".hypothesis"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Public:
    """A function that others may call, with the class that it belongs to."""

    where: str
    node: Function
    owner: ast.ClassDef | None

    @property
    def text(self) -> str:
        """Return the docstring, with that of the class."""
        docs = [ast.get_docstring(self.node), self.owner and ast.get_docstring(self.owner)]
        return "\n".join(doc for doc in docs if doc)


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    """Return how a path is written in messages: from the project's root."""
    return path.relative_to(ROOT).as_posix()


def modules(folders: tuple[Path, ...] = PRODUCT) -> list[Path]:
    """Return the Python files below the folders."""
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def files() -> list[Path]:
    """Return every file that the project is made of; what tools leave behind is not."""
    below = (path for folder in _FOLDERS for path in (ROOT / folder).rglob("*"))
    found = (*ROOT.iterdir(), *(ROOT / ".ci").iterdir(), *below)
    return sorted(
        path
        for path in found
        if path.is_file() and not _MADE & set(path.parts) and path.name != ".coverage"
    )


def functions(node: ast.AST) -> Iterator[Function]:
    """Yield every function below a node, nested ones too."""
    return (child for child in ast.walk(node) if isinstance(child, Function))


def public(path: Path) -> Iterator[Public]:
    """Yield the public functions of a module and of its public classes."""
    for node in tree(path).body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield Public(f"{name(path)}:{node.lineno} {node.name}", node, None)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    where = f"{name(path)}:{inner.lineno} {node.name}.{inner.name}"
                    yield Public(where, inner, node)
