"""Every hook has a one-sentence docstring, docs with its exact signature, a test, a shipped user."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from profilegraph.hooks import EventTable, Model
from profilegraph.hooks.models import run_model
from profilegraph.hooks.specs import GROUP, Hooks

ROOT = Path(__file__).parents[2]
HOOKS = {name: hook for name, hook in vars(Hooks).items() if hasattr(hook, f"{GROUP}_spec")}


def signature(name: str) -> str:
    """Return the hook's signature as a plugin writes it: without `self`."""
    spec = inspect.signature(HOOKS[name])
    parameters = [p for p in spec.parameters.values() if p.name != "self"]
    return name + str(spec.replace(parameters=parameters)).replace("'", "")


def test_there_are_hooks() -> None:
    assert "register_models" in HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_in_one_sentence_what_it_is_and_since_when(name: str) -> None:
    doc = inspect.getdoc(HOOKS[name]) or ""
    sentence, *rest = doc.split("\n\n")
    assert re.fullmatch(r"[A-Z][^\n.]*\.", sentence)
    assert re.search(r"\.\. versionadded:: \d+\.\d+", "\n".join(rest))


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_documented_with_its_exact_signature(name: str) -> None:
    docs = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    assert f"### `{signature(name)}`" in docs


def test_the_docs_describe_no_hook_that_is_not_there() -> None:
    docs = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    assert set(re.findall(r"^### `(\w+)\(", docs, re.MULTILINE)) == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_tested_and_used_by_what_ships(name: str) -> None:
    tests = (ROOT / "tests" / "unit" / "test_plugin_host.py").read_text("utf-8")
    assert f"def {name}(" in tests
    users = [
        path
        for folder in (ROOT / "plugins", ROOT / "platform" / "profilegraph" / "hooks")
        for path in folder.rglob("*.py")
        if f"@hookimpl\ndef {name}(" in path.read_text("utf-8")
    ]
    assert users


def test_the_model_of_the_docs_runs() -> None:
    docs = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    [source] = [
        code for code in re.findall(r"```python\n(.*?)```", docs, re.DOTALL) if "Regulars" in code
    ]
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102  (the docs' own example)
    model, now = names["Regulars"](), datetime(2026, 1, 31, tzinfo=UTC)
    events = EventTable.of([("a", "purchase", now, 0)] * 10, customers=["none"])
    scores = run_model(model, events, now, model.options())
    assert isinstance(model, Model)
    assert scores.tags["regular"].tolist() == [None, "yes"]
