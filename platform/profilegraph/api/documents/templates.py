"""Reads the GraphQL documents of a folder: files of their own, and templates in TypeScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graphql import Source, SourceLocation

GRAPHQL = frozenset({".graphql", ".gql"})
TYPESCRIPT = frozenset({".ts", ".tsx"})
# gql`…`, graphql`…`, gql(`…`) and graphql(/* GraphQL */ `…`)
_TEMPLATE = re.compile(r"\b(?:gql|graphql)\s*(?:\(\s*)?(?:/\*[^*]*\*/\s*)?`([^`]*)`")
# The fragments of other templates: they are found by their names.
_FRAGMENT = re.compile(r"\$\{\s*[A-Za-z_$][\w$.]*\s*\}")


def read_sources(folder: Path) -> Iterator[Source]:
    """Yield the documents of a folder and those below it, by path; each knows its file and line.

    Hidden folders and node_modules are left out.
    """
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "node_modules" for part in within)
        if hidden or path.suffix not in GRAPHQL | TYPESCRIPT or not path.is_file():
            continue
        text = path.read_text("utf-8")
        if path.suffix in GRAPHQL:
            yield Source(text, str(path))
        else:
            yield from _templates(text, str(path))


def _templates(text: str, path: str) -> Iterator[Source]:
    for found in _TEMPLATE.finditer(text):
        body = _FRAGMENT.sub(lambda fragment: " " * len(fragment[0]), found[1])
        before = text[: found.start(1)]
        column = len(before) - (before.rfind("\n") + 1) + 1
        yield Source(body, path, SourceLocation(before.count("\n") + 1, column))
