"""Public names are made of the words of the glossary, and no class name stands twice."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.meta.source import ROOT, modules, name, tree

PLATFORM = (ROOT / "platform" / "profilegraph",)
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+")
PLAIN = frozenset((ROOT / "tests" / "meta" / "plain_words.txt").read_text("utf-8").split())
"""Words of programming and of plain English, which need no explanation."""


def classes() -> Iterator[tuple[str, str]]:
    """Yield the public classes of the platform, each with its module."""
    for path in modules(PLATFORM):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield name(path), node.name


def singular(word: str) -> str:
    """Return a word in lower case without the end of its plural."""
    for end, without in (("ies", "y"), ("ss", "ss"), ("s", "")):
        if word.lower().endswith(end) and len(word) > 3:
            return word.lower().removesuffix(end) + without
    return word.lower()


def glossary() -> set[str]:
    """Return the words of the glossary's terms."""
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    terms = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    return {singular(word) for term in terms for word in re.findall(r"[A-Za-z]+", term)}


def test_no_class_name_stands_twice() -> None:
    places = defaultdict(list)
    for module, found in classes():  # the API mirrors types of the domain under their names
        places["/api/" in module, found].append(module)
    assert len(places) > 400
    assert {key: there for key, there in places.items() if len(there) > 1} == {}


def test_names_are_made_of_words_that_the_glossary_explains_or_everybody_knows() -> None:
    known = glossary() | PLAIN
    unknown = {
        (found, word)
        for _, found in classes()
        for word in WORD.findall(found)
        if singular(word) not in known
    }
    assert unknown == set()


def test_no_word_is_called_plain_that_no_name_has() -> None:
    used = {singular(word) for _, found in classes() for word in WORD.findall(found)}
    assert PLAIN - used == set()
    assert PLAIN & glossary() == set()
