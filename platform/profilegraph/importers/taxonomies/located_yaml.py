"""YAML with the line and column of every value, for error messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]
Position = tuple[int, int]
"""Line and column, both from 1."""

MAX_DEPTH = 32


class Mark(Protocol):
    """The common part of PyYAML's mark classes; line and column from 0."""

    line: int
    column: int


class YamlFault(Exception):
    """The text is not acceptable YAML; with its position."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass
class Located:
    """Plain data (dict, list, str, int, float, bool, None) with the position of each part."""

    data: Any = None
    values: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)
    faults: list[tuple[Position, str]] = field(default_factory=list)
    """Duplicate or non-text keys; the data has the first of each."""

    def position(self, path: Path) -> Position:
        """Return the position of the value at `path`, or of the nearest one around it."""
        while path not in self.values:
            path = path[:-1]
        return self.values[path]


def load_located(text: str) -> Located:
    """Return the one document in `text`; raises YamlFault if it is not readable.

    Without quotes, only true, false, null and decimal numbers such as 12 and -2.5 are not text:
    `no`, `012`, `50_500` and `2026-01-31` are text, unlike in YAML 1.1. Aliases are refused: people
    read a file of data from top to bottom.
    """
    if yaml.__with_libyaml__:
        try:
            return _located(_fast_loader()(text))
        except yaml.YAMLError:
            pass  # the other reader says better what is wrong
    try:
        return _located(_Loader(text))
    except yaml.reader.ReaderError as fault:
        raise YamlFault(
            f"the character {chr(fault.character)!r} is not allowed in YAML",
            _offset(text, fault.position),
        ) from fault
    except yaml.MarkedYAMLError as fault:
        raise YamlFault(_explained(fault), _mark(fault.problem_mark)) from fault


def _located(loader: Any) -> Located:
    try:
        root = loader.get_single_node()
        located = Located(values={(): (1, 1)})
        if root is not None:
            located.data = _plain(loader, root, (), located)
    finally:
        loader.dispose()
    return located


class _Guarded(yaml.composer.Composer, yaml.resolver.Resolver):
    """Composes nodes with fewer implicit types, without aliases, with bounded depth."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (PyYAML's own class attribute)
    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Compose one node, unless it is an alias or too deep."""
        event: yaml.Event = self.peek_event()  # type: ignore[attr-defined]
        if isinstance(event, yaml.AliasEvent):
            problem = f"`*{event.anchor}` is an alias; write the value out instead"
            raise YamlFault(problem, _mark(event.start_mark))
        if self.depth == MAX_DEPTH:
            raise YamlFault(f"nested more than {MAX_DEPTH} levels deep", _mark(event.start_mark))
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Loader(_Guarded, yaml.SafeLoader):
    """The loader in Python."""


@cache
def _fast_loader() -> Any:
    """Return a loader on libyaml, about twenty times as fast."""
    from yaml._yaml import CParser  # only where PyYAML was built with libyaml

    class Loader(_Guarded, CParser, yaml.constructor.SafeConstructor):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            yaml.composer.Composer.__init__(self)
            yaml.constructor.SafeConstructor.__init__(self)
            yaml.resolver.Resolver.__init__(self)

    return Loader


_Guarded.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)
_Guarded.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]
)
_Guarded.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]*)$"), list("-0123456789")
)
_Guarded.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789")
)


def _plain(loader: _Loader, node: Node, path: Path, located: Located) -> Any:
    located.values[path] = _mark(node.start_mark)
    match node:
        case MappingNode():
            return _mapping(loader, node, path, located)
        case SequenceNode():
            return [
                _plain(loader, item, (*path, index), located)
                for index, item in enumerate(node.value)
            ]
        case _:
            return loader.construct_object(node)


def _mapping(loader: _Loader, node: MappingNode, path: Path, located: Located) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        position = _mark(key_node.start_mark)
        if not isinstance(key_node, ScalarNode):
            located.faults.append((position, "a key must be text, not a list or a mapping"))
            continue
        key = str(key_node.value)
        if key in found:
            first = located.keys[*path, key][0]
            located.faults.append(
                (position, f"the key {key!r} is given twice, first on line {first}; remove one")
            )
            continue
        located.keys[*path, key] = position
        found[key] = _plain(loader, value_node, (*path, key), located)
    return found


def _mark(mark: Mark | None) -> Position:
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _offset(text: str, offset: int) -> Position:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _explained(fault: yaml.MarkedYAMLError) -> str:
    problem = fault.problem or "not valid YAML"
    context = f"{fault.context}, " if fault.context else ""
    advice = "; indent with spaces, not with tabs" if "'\\t'" in problem else ""
    return f"not valid YAML: {context}{problem}{advice}"
