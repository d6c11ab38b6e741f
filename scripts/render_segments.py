"""The behaviours that the spec suite holds, rendered for docs/segments.md.

The tests of tests/spec run here once more, in memory: a test's name becomes a sentence, what it
asks becomes a filter, and what `explain` answers becomes the customers beside it.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.facts import Context
from tests.conftest import NOW
from tests.property.worlds_as_facts import facts_of, member, scope_of
from tests.spec.conftest import Filter, Saved, library_of
from tests.support.worlds import parse_world

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "segments.md"
BEGIN = "<!-- What follows is written by scripts/render_segments.py from tests/spec. -->\n"
CHAPTERS = (
    "combining",
    "tags",
    "values",
    "events",
    "people",
    "records",
    "owners",
    "related",
    "visibility",
    "cohorts",
    "references",
)


class Questions:
    """Stands in for the `members` fixture, and keeps what was asked and answered."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.asked: list[tuple[Filter | None, Filter, set[str]]] = []
        self.worlds: list[str] = []
        self.saved: dict[str, Saved] = {}

    async def __call__(
        self,
        world: str,
        filter_: Filter,
        saved: Mapping[str, Saved] = {},
        scope: Filter | None = None,
        /,
    ) -> set[str]:
        """Return who matches the filter in the world, by `explain`."""
        node = decode(filter_)
        parsed = parse_world(world, NOW)
        library = library_of(saved, [one.key for one in parsed.customers])
        context = Context(NOW, NOW.date(), library)
        if scope is not None:
            seen = scope_of(decode(scope), self.catalogue, context)
            context = replace(context, scope=seen)
        found = {one.key for one in facts_of(parsed) if member(node, one, self.catalogue, context)}
        self.saved |= saved
        self.worlds.append(world)
        self.asked.append((scope, filter_, found))
        return found


def rendered() -> str:
    """Return the rendered part of the page, as Markdown."""
    spec = ROOT / "tests" / "spec"
    catalogue = Catalogue.of([read_taxonomy(spec / "spec.yaml")])
    chapters = {path.stem.removeprefix("test_") for path in spec.glob("test_*.py")}
    if chapters != set(CHAPTERS):
        raise ValueError(f"CHAPTERS does not name the modules of tests/spec: {sorted(chapters)}")
    modules = [importlib.import_module(f"tests.spec.test_{name}") for name in CHAPTERS]
    return "\n".join(line for module in modules for line in _chapter(module, catalogue))


def _chapter(module: ModuleType, catalogue: Catalogue) -> Iterator[str]:
    yield from (f"### {(module.__doc__ or '').rstrip('.')}", "")
    shown = ""
    tests = {name: one for name, one in vars(module).items() if name.startswith("test_")}
    for name, test in tests.items():
        questions = Questions(catalogue)
        for arguments in _cases(test):
            asyncio.run(test(members=questions, **arguments))
        world = questions.worlds[0]
        if world != shown:
            yield from ("```", world.strip(), "```", "")
            shown = world
        yield from _behaviour(name, questions)


def _cases(test: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each case of a test that `parametrize` may have made many of."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    choices = [[dict(zip(names, values, strict=True)) for values in cases]
               for names, cases in (mark.args for mark in marks)]  # fmt: skip
    for combination in itertools.product(*choices):
        yield {name: value for case in combination for name, value in case.items()}


def _behaviour(name: str, questions: Questions) -> Iterator[str]:
    sentence = name.removeprefix("test_").replace("_s_", "'s ").replace("_", " ")
    yield from (f"**{sentence.capitalize()}.**", "")
    for key, saved in questions.saved.items():
        shown = "the list of " if isinstance(saved, list) else ""
        yield from (f"Saved as `{key}`: {shown}`{json.dumps(saved, ensure_ascii=False)}`", "")
    scoped = any(scope is not None for scope, _, _ in questions.asked)
    yield from (
        ("| who is seen | filter | customers |", "|---|---|---|")
        if scoped
        else ("| filter | customers |", "|---|---|")
    )
    for scope, filter_, found in questions.asked:
        text = json.dumps(filter_, ensure_ascii=False).replace("|", "\\|")
        who = f"| {_seen(scope)} " if scoped else ""
        yield f"{who}| `{text}` | {', '.join(sorted(found)) or 'none'} |"
    yield ""


def _seen(scope: Filter | None) -> str:
    return "all" if scope is None else f"`{json.dumps(scope, ensure_ascii=False)}`"


def page(current: str) -> str:
    """Return the whole page: the part written by hand of `current`, then the rendered one."""
    written, _, _ = current.partition(BEGIN)
    return f"{written}{BEGIN}\n{rendered()}"
