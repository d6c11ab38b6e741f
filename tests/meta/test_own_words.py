"""The project speaks of itself alone: of no machine that it was made on, and of no mirror."""

from __future__ import annotations

import re
from pathlib import Path

from tests.meta.source import files, name

FOREIGN = {
    "a machine's path": re.compile(r"(?<![\w.:$}/*-])/(?:work|home|root|Users|tmp)/\w"),
    "a registry's host": re.compile(r"pythonhosted|pypi\.org|npmjs\.org|maven\.org"),
    "a number of a ticket": re.compile(r"\b[Ii]ssues? #?\d"),
}
THIRD_PARTY = ("platform/profilegraph/web/static/graphiql/", "scripts/graphiql/package-lock.json")
# The one address in code: where the embedded Neo4j's jars come from, unless a mirror is set.
EXPECTED = {"platform/profilegraph/embedded/jars.py": "a registry's host"}


def found(path: Path) -> set[str]:
    """Return what foreign words a file has."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return set()
    return {what for what, pattern in FOREIGN.items() if pattern.search(text)}


def test_nothing_names_where_it_was_made() -> None:
    own = [
        path
        for path in files()
        if not name(path).startswith(THIRD_PARTY) and path != Path(__file__)
    ]
    foreign = {name(path): what for path in own for what in found(path)}
    assert foreign == EXPECTED
