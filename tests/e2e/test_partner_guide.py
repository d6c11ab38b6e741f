"""The guide for partners works as it is written, in an empty folder and a new environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from profilegraph.embedded.server import RunningServer
from profilegraph.services.plugins.scaffold.making import ScaffoldNames, make_plugin
from profilegraph.storage.neo4j.database import Database
from tests.support.environments import NewEnvironment

GUIDE = Path(__file__).parents[2] / "docs" / "partner-guide.md"
MOST_OWN_LINES = 30


@pytest.fixture
def environment(server: RunningServer, database: Database, tmp_path: Path) -> NewEnvironment:
    """A new environment whose commands use the database of the tests, which is empty."""
    variables = {"NEO4J_USER": server.user, "NEO4J_PASSWORD": server.password}
    uris = dict.fromkeys(("NEO4J_URI", "PROFILEGRAPH_TEST_NEO4J_URI"), server.uri)
    home = {"PROFILEGRAPH_HOME": str(tmp_path / "home")}
    return NewEnvironment.at(tmp_path / "environment", {**variables, **uris, **home})


def blocks() -> Iterator[tuple[str, str]]:
    """Yield the fenced blocks of the guide with their languages."""
    yield from re.findall(
        r"^```(\w+)\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


def files() -> dict[Path, str]:
    """Return the files that the guide has one write, each named in its block's first line."""
    found = {}
    for language, text in blocks():
        if language not in ("sh", "text"):
            first, _, body = text.partition("\n")
            found[Path(first.removeprefix("# "))] = body
    return found


async def test_the_guide_works_as_it_is_written(
    environment: NewEnvironment, database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    printed = ""
    for language, text in blocks():
        if language == "sh":
            printed = environment.sh(text, folder)
            if "plugin check" in text:
                # The plugin's tests have a database of their own, elsewhere: here it was this one.
                await database.define("MATCH (n) WHERE NOT n:Migration|Counter DETACH DELETE n")
                environment.sh("profilegraph taxonomy load pet_shops.yaml", folder)
        elif language == "text":
            missing = [line for line in text.splitlines() if line not in printed]
            assert not missing, printed
        else:
            first, _, body = text.partition("\n")
            path = folder / first.removeprefix("# ")
            assert path.parent.is_dir()
            path.write_text(body, "utf-8")


def test_an_industry_takes_fewer_than_30_lines() -> None:
    [text] = [text for path, text in files().items() if path.name == "pet_shops.yaml"]
    assert len(text.splitlines()) < MOST_OWN_LINES


def test_a_plugin_takes_fewer_than_30_lines_of_ones_own(tmp_path: Path) -> None:
    make_plugin(ScaffoldNames.of("pet_care"), tmp_path / "profilegraph-pet-care")
    own = []
    for path, text in files().items():
        made = tmp_path / path
        if "src" in path.parts:
            before = set(made.read_text("utf-8").splitlines())
            own += [line for line in text.splitlines() if line.strip() and line not in before]
    assert 0 < len(own) < MOST_OWN_LINES
