"""Every hook has a one-sentence docstring, docs with its exact signature, an example that works, a
test and a shipped user."""

from __future__ import annotations

import inspect
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from profilegraph.hooks import EventTable, Tables
from profilegraph.hooks.hosting.host import Candidate, Host, build_host
from profilegraph.hooks.models import run_model
from profilegraph.hooks.specs import GROUP, Hooks

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "plugins.md").read_text("utf-8")
HOOKS = {name: hook for name, hook in vars(Hooks).items() if hasattr(hook, f"{GROUP}_spec")}


def signature(name: str) -> str:
    """Return the hook's signature as a plugin writes it: without `self`."""
    spec = inspect.signature(HOOKS[name])
    parameters = [p for p in spec.parameters.values() if p.name != "self"]
    return name + str(spec.replace(parameters=parameters)).replace("'", "")


def section(name: str) -> str:
    """Return what the docs say of a hook."""
    parts = re.split(r"^### ", DOCS, flags=re.MULTILINE)
    [found] = [part for part in parts if part.startswith(f"`{name}(")]
    return found


def example(name: str) -> Host:
    """Return the host of the plugin that is the docs' example of a hook."""
    [source] = re.findall(r"```python\n(.*?)```", section(name), re.DOTALL)
    plugin = ModuleType(f"example_{name}")
    sys.modules[plugin.__name__] = plugin  # pydantic looks there for the names in annotations
    exec(source, vars(plugin))  # noqa: S102  (the docs' own example)
    return build_host([Candidate("example", plugin)])


def test_there_are_hooks() -> None:
    assert "register_models" in HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_in_one_sentence_what_it_is_and_since_when(name: str) -> None:
    doc = inspect.getdoc(HOOKS[name]) or ""
    sentence, *rest = doc.split("\n\n")
    assert re.fullmatch(r"[A-Z][^\n.]*\.", sentence)
    assert re.search(r"\.\. versionadded:: \d+\.\d+", "\n".join(rest))
    assert sentence in section(name)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_documented_with_its_exact_signature(name: str) -> None:
    assert f"### `{signature(name)}`" in DOCS


def test_the_docs_describe_no_hook_that_is_not_there() -> None:
    assert set(re.findall(r"^### `(\w+)\(", DOCS, re.MULTILINE)) == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_the_example_of_a_hook_is_a_plugin_that_works(name: str) -> None:
    host = example(name)
    assert [fault.reason for fault in host.faults] == []
    assert [plugin.hooks for plugin in host.plugins] == [(name,)]


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_tested(name: str) -> None:
    tests = (ROOT / "tests" / "unit" / "test_plugin_host.py").read_text("utf-8")
    assert f"def {name}(" in tests


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_used_by_what_ships_and_the_docs_say_by_what(name: str) -> None:
    users = [
        path
        for folder in (ROOT / "plugins", ROOT / "platform" / "profilegraph" / "hooks")
        for path in folder.rglob("*.py")
        if f"@hookimpl\ndef {name}(" in path.read_text("utf-8") and "tests" not in path.parts
    ]
    assert users
    for path in users:
        inside = path.relative_to(ROOT).parts
        told = f"`plugins/{inside[1]}`" if inside[0] == "plugins" else "the platform itself"
        assert told in section(name)


def test_the_model_of_the_docs_computes() -> None:
    [model] = example("register_models").models
    now = datetime(2026, 1, 31, tzinfo=UTC)
    events = EventTable.of([("a", "purchase", now, 0)] * 10, customers=["none"])
    scores = run_model(model, Tables.of(events), now, model.options())
    assert scores.tags["regular"].tolist() == [None, "yes"]


def test_the_leaf_of_the_docs_expands() -> None:
    leaf = example("register_leaves").leaf("gone_quiet")
    assert leaf.expanded({"days": 7})["all"][1]["not"]["event"]["window"] == {"lastDays": 7}
