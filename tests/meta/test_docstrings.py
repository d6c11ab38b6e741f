"""Docstrings say what a signature cannot: the errors, the shapes of arrays, the units.

That each public function has a docstring of one sentence and more is ruff's part (its rules `D`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from profilegraph import errors
from profilegraph.config import Settings
from tests.meta.source import ROOT, Function, Public, modules, name, public, tree

ERRORS: Mapping[str, type] = {
    key: value
    for key, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.ProfilegraphError)
}
UNITS = re.compile(r"megabytes|seconds|[Mm]inutes|hours|connections|[Pp]ort|points|requests")
SHAPE = re.compile(r"\((\w+,|\w+(, ?\w+)+)\)")


def raised(path: Path, node: Function) -> set[str]:
    """Return which of our errors a function raises itself or by private helpers of its module."""
    helpers = {one.name: one for one in tree(path).body if isinstance(one, Function)}
    found: set[str] = set()
    todo, seen = [node], {node.name}
    while todo:
        one = todo.pop()
        found |= set(direct(one))
        for called in called_names(one) & helpers.keys() - seen:
            if called.startswith("_"):
                seen.add(called)
                todo.append(helpers[called])
    return found


def direct(node: Function) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Raise) and isinstance(child.exc, ast.Call):
            called = child.exc.func
            if isinstance(called, ast.Name) and called.id in ERRORS:
                yield called.id


def called_names(node: Function) -> set[str]:
    calls = (child.func for child in ast.walk(node) if isinstance(child, ast.Call))
    return {call.id for call in calls if isinstance(call, ast.Name)}


def named(error: str, text: str) -> bool:
    """Whether a text names an error, or a family that it belongs to."""
    return any(base.__name__ in text for base in ERRORS[error].__mro__ if base is not object)


def everything_public(*, but: tuple[str, ...] = ()) -> Iterator[tuple[Path, Public]]:
    left_out = tuple(ROOT / "platform" / "profilegraph" / folder for folder in but)
    for path in modules():
        if not any(path.is_relative_to(folder) for folder in left_out):
            yield from ((path, one) for one in public(path))


def test_a_function_names_the_errors_that_it_raises() -> None:
    """At the edges, errors are answers: `extensions.code` in GraphQL, the last line of a command."""
    silent = {
        one.where: missing
        for path, one in everything_public(but=("api", "cli"))
        if (missing := {error for error in raised(path, one.node) if not named(error, one.text)})
    }
    assert not silent


def test_a_function_that_returns_an_array_says_its_shape() -> None:
    silent = [
        one.where
        for _, one in everything_public()
        if "NDArray" in ast.unparse(one.node.returns or ast.Constant(None))
        and not SHAPE.search(one.text)
    ]
    assert not silent


def test_a_function_with_a_time_out_says_in_which_unit() -> None:
    silent = [
        one.where
        for _, one in everything_public()
        if "timeout"
        in {argument.arg for argument in ast.walk(one.node.args) if isinstance(argument, ast.arg)}
        and "second" not in one.text
    ]
    assert not silent


def test_a_setting_that_is_a_number_says_what_it_counts() -> None:
    silent = [
        key
        for key, field in Settings.model_fields.items()
        if field.annotation in (int, float) and not UNITS.search(field.description or "")
    ]
    assert not silent


def test_a_description_in_the_schema_is_written_once_as_the_docstring() -> None:
    """What `api/runtime/definitions.py` and `fields.py` decorate takes its description from there."""
    api = ROOT / "platform" / "profilegraph" / "api"
    decorated = {
        f"{name(path)}:{node.lineno} {ast.unparse(decorator)}"
        for path in modules((api,))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef | Function)
        for decorator in node.decorator_list
        if ast.unparse(decorator).startswith("strawberry.")
    }
    assert decorated == set()
