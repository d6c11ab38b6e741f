"""What the documents promise is there: links, commands, relationships, both languages alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from graphql import build_schema, parse, validate
from typer.core import TyperGroup
from typer.main import get_group

from profilegraph.cli.main import app
from profilegraph.cli.terminal.deferred import DeferredGroup
from profilegraph.hooks.hosting.host import load_host
from profilegraph.importers.taxonomies.files import parse_taxonomy
from tests.meta.source import ROOT, files, name

PAGES = [path for path in files() if path.suffix == ".md"]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
CYPHER = "\n".join(path.read_text("utf-8") for path in files() if path.suffix == ".cypher")
RELATIONSHIP = re.compile(r"\[\w*:([A-Z_]+)")
MADE_WHEN_RUN = {"database/", "generated/", "logs/"}
"""Folders that pages name and that only a running product has."""
KEYLESS = {"State"}
"""Nodes that are only reached from the one that they belong to."""
NODE = re.compile(r"\(\w*:([A-Z]\w+)")


def blocks(path: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of a page: those in the languages, or all."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [text for language, text in fences if not languages or language in languages]


def anchors(path: Path) -> set[str]:
    """Return the anchors that headings of a page make."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere() -> None:
    assert {name(path): dead for path in PAGES if (dead := list(dead_links(path)))} == {}


def dead_links(path: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield link


def commands(group: TyperGroup) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all commands below a group, and of the groups."""
    found = group.loaded() if isinstance(group, DeferredGroup) else group.commands
    for called, command in found.items():
        yield (called,)
        if isinstance(command, TyperGroup):
            yield from ((called, *rest) for rest in commands(command))


def test_every_command_that_a_page_names_exists() -> None:
    known = set(commands(get_group(app)))
    assert ("db", "start") in known
    for command in load_host().commands:
        known |= {
            (command.name,),
            *((command.name, *rest) for rest in commands(get_group(command.app))),
        }
    groups = {path[0] for path in known if len(path) > 1}
    unknown = {
        f"{name(path)}: profilegraph {line}"
        for path in PAGES
        for line in re.findall(r"(?:(?<![\w/-])|bin/)profilegraph ((?:[a-z]+ ?)+)", code(path))
        if tuple(line.split()[: 2 if line.split()[0] in groups else 1]) not in known
    }
    assert unknown == set()


def test_every_module_and_folder_that_a_page_names_exists() -> None:
    known = {f"/{name(path)}" for path in files()}
    known |= {f"{parent}/" for path in known for parent in map(str, Path(path).parents)}
    named = {
        (name(path), place)
        for path in PAGES
        for place in re.findall(r"`((?:[a-z_]+/)*(?:[a-z_]+/|[a-z_]+\.py))`", prose(path))
        if path.parent.name != "adr"  # which speaks of its time
    }
    assert ("docs/architecture.md", "services/webhooks/") in named
    missing = {one for one in named if not any(there.endswith(f"/{one[1]}") for there in known)}
    assert {one for one in missing if one[1] not in MADE_WHEN_RUN} == set()


def prose(path: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)


def test_every_target_that_a_page_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        target
        for path in PAGES
        for target in re.findall(r"(?:^|`|\$ )make ([a-z-]+)", code(path), re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


def code(path: Path) -> str:
    """Return what a page shows as code: its plain blocks, and what stands in backticks."""
    text = path.read_text("utf-8")
    spans = re.findall(r"`[^`]+`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join([*blocks(path, "", "sh"), *spans])


def test_the_readme_begins_with_the_two_commands() -> None:
    first, second = blocks(ENGLISH)[0].splitlines()
    assert ENGLISH.read_text("utf-8").startswith("# profilegraph\n\n```\nmake demo")
    assert first.startswith("make demo")
    assert second.startswith("make test")


def test_both_readmes_have_the_same_headings_commands_and_links() -> None:
    parts = {}
    for path in (ENGLISH, CHINESE):
        text = path.read_text("utf-8")
        levels = re.findall(
            r"^(#+) ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
        )
        links = sorted(re.findall(r"\]\(([^)]+)\)", text))
        links.remove(CHINESE.name if path == ENGLISH else ENGLISH.name)
        parts[path] = (levels, blocks(path), links)
    assert parts[ENGLISH] == parts[CHINESE]


def test_the_taxonomy_of_the_readme_is_sound() -> None:
    [text] = blocks(ENGLISH, "yaml")
    taxonomy = parse_taxonomy(text, "README.md")
    assert taxonomy.key == yaml.safe_load(text)["key"]


def test_every_query_that_a_page_shows_fits_the_schema() -> None:
    schema = build_schema((ROOT / "schema" / "api.graphql").read_text("utf-8"))
    queries = [(name(path), query) for path in PAGES for query in queries_of(path)]
    assert {"README.md", "docs/api.md"} <= {page for page, _ in queries}
    wrong = {page: faults for page, query in queries if (faults := validate(schema, parse(query)))}
    assert wrong == {}


def queries_of(path: Path) -> list[str]:
    bodies = re.findall(r"-d '(\{.*?\})'$", "\n".join(blocks(path, "", "sh")), re.MULTILINE)
    return [*blocks(path, "graphql"), *(json.loads(body)["query"] for body in bodies)]


def test_the_graph_page_shows_every_relationship_and_no_other() -> None:
    page = (ROOT / "docs" / "graph.md").read_text("utf-8")
    assert set(RELATIONSHIP.findall(page)) == set(RELATIONSHIP.findall(CYPHER))
    [own] = re.findall(r"^The nodes (.+?) are the platform's own", page, re.MULTILINE | re.DOTALL)
    nodes = {*NODE.findall(page), *re.findall(r"`(\w+)`", own)}
    assert nodes - KEYLESS == set(re.findall(r"FOR \(n:(\w+)\)", CYPHER))


def test_the_picture_shows_every_relationship_of_the_graph_page() -> None:
    [picture] = blocks(ENGLISH, "mermaid")
    labels = {label for one in re.findall(r"\|([^|]+)\|", picture) for label in one.split(", ")}
    nodes = set(re.findall(r"\b[A-Z]\w*[a-z]\b", picture))
    page = (ROOT / "docs" / "graph.md").read_text("utf-8")
    assert labels == set(RELATIONSHIP.findall(page))
    assert nodes == set(NODE.findall(page))


def test_every_page_is_listed_where_reading_starts() -> None:
    for folder in (ROOT / "docs", ROOT / "docs" / "adr"):
        index = (folder / "README.md").read_text("utf-8")
        pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
        assert {page for page in pages if f"({page})" not in index} == set()
