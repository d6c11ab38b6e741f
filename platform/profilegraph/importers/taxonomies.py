"""Taxonomy files: YAML in, a validated Taxonomy out, every fault with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from profilegraph.domain.taxonomy import (
    STRUCTURE_FAULT,
    Attribute,
    Dimension,
    EventType,
    Metric,
    Tag,
    Taxonomy,
    parent_faults,
)
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.located_yaml import Located, Position, YamlFault, load_located

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"
KINDS: dict[str, tuple[str, type[BaseModel]]] = {
    "dimensions": ("dimension", Dimension),
    "tags": ("tag", Tag),
    "attributes": ("attribute", Attribute),
    "events": ("event type", EventType),
    "metrics": ("metric", Metric),
    "labels": ("label", Labels),
    "description": ("description", Labels),
}
"""Of each key that holds definitions: what one of them is called, and its model."""

DOTTED = re.compile(r"^\d+(\.\d+)?$")


def read_taxonomies(paths: Iterable[Path]) -> tuple[Taxonomy, ...]:
    """Return the taxonomies of several files; raises InvalidTaxonomy with the faults of all."""
    found: list[Taxonomy] = []
    faults: list[str] = []
    for path in paths:
        try:
            found.append(read_taxonomy(path))
        except InvalidTaxonomy as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidTaxonomy(faults)
    return tuple(found)


def read_taxonomy(path: Path) -> Taxonomy:
    """Return the taxonomy that a YAML file defines.

    Raises InvalidTaxonomy with all faults of the file at once, each as `file:line:column: what`.
    """
    try:
        return parse_taxonomy(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as fault:
        raise InvalidTaxonomy([f"{path}: cannot be read: {fault.strerror}"]) from fault
    except UnicodeDecodeError as fault:
        raise InvalidTaxonomy([f"{path}: is not UTF-8 text (byte {fault.start})"]) from fault


def parse_taxonomy(text: str, name: str) -> Taxonomy:
    """Return the taxonomy that YAML text defines; `name` is what faults call the file.

    Raises InvalidTaxonomy with all faults, each as `name:line:column: what`.
    """
    try:
        located = load_located(text)
    except YamlFault as fault:
        raise InvalidTaxonomy([_fault(name, fault.position, fault.message)]) from fault
    if not isinstance(located.data, dict):
        what = "the file is empty" if located.data is None else "the file holds no mapping"
        raise InvalidTaxonomy([_fault(name, (1, 1), f"{what}; begin with `key:`")])
    taxonomy, faults = _validated(located)
    faults = sorted({*faults, *located.faults, *_structure_faults(located)})
    if faults or taxonomy is None:
        raise InvalidTaxonomy([_fault(name, position, what) for position, what in faults])
    return taxonomy


def taxonomy_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of taxonomy files, as published in schema/."""
    return {"$schema": SCHEMA_ID, **Taxonomy.model_json_schema(by_alias=True)}


def _fault(name: str, position: Position, what: str) -> str:
    line, column = position
    return f"{name}:{line}:{column}: {what}"


def _validated(located: Located) -> tuple[Taxonomy | None, list[tuple[Position, str]]]:
    # Strict JSON input is what the published schema describes: "30" is no number, `yes` no boolean.
    try:
        return Taxonomy.model_validate_json(json.dumps(located.data), strict=True), []
    except ValidationError as error:
        found = [e for e in error.errors(include_url=False) if e["type"] != STRUCTURE_FAULT]
        return None, [_explained(e, located) for e in found]


def _explained(error: ErrorDetails, located: Located) -> tuple[Position, str]:
    path, name = error["loc"], str(error["loc"][-1])
    match error["type"]:
        case "missing":
            return located.position(path[:-1]), f"{_owner(path, located)} lacks `{name}`"
        case "extra_forbidden":
            return located.keys[path], _unknown_key(path, name)
        case "enum" if name == "[key]":
            field = str(path[-3])
            return located.keys[path[:-1]], f"`{field}` has no {path[-2]!r}; {_choice(error)}"
        case "string_pattern_mismatch":
            return located.position(
                path
            ), f"`{name}` is {error['input']!r}; {_pattern(error, name)}"
        case _:
            return located.position(path), f"`{name}` is {_shown(error['input'])}; {_wanted(error)}"


def _unknown_key(path: tuple[str | int, ...], name: str) -> str:
    kind, model = _kind(path)
    known = [field.alias or key for key, field in model.model_fields.items()]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    advice = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(known)}"
    return f"`{name}` is not a key of a {kind}; {advice}"


def _kind(path: tuple[str | int, ...]) -> tuple[str, type[BaseModel]]:
    containers = [part for part in path[:-1] if part in KINDS]
    return KINDS[str(containers[-1])] if containers else ("taxonomy", Taxonomy)


def _owner(path: tuple[str | int, ...], located: Located) -> str:
    """Return what the definition around `path` is called, such as: the dimension 'need'."""
    kind, _ = _kind(path)
    value = located.data
    for part in path[:-1]:
        value = value[part]
    key = value.get("key")
    if kind in {"label", "description"}:
        return f"`{path[-2]}`"
    return f"the {kind} {key!r}" if isinstance(key, str) else f"a {kind}"


def _choice(error: ErrorDetails) -> str:
    expected = error.get("ctx", {})["expected"]
    options = re.findall(r"'([^']+)'", expected)
    given = error["input"]
    near = get_close_matches(given, options, n=1, cutoff=0.5) if isinstance(given, str) else []
    advice = f"; did you mean {near[0]!r}?" if near else ""
    return f"it must be {expected}{advice}"


def _pattern(error: ErrorDetails, name: str) -> str:
    if name == "version":
        short = str(error["input"])
        advice = (
            f"; did you mean {short}{'.0' * (2 - short.count('.'))}?" if DOTTED.match(short) else ""
        )
        return f"a version is three numbers, such as 1.0.0{advice}"
    words = re.sub(r"[^a-z0-9]+", "_", str(error["input"]).lower()).strip("_")
    advice = (
        f"; did you mean {words!r}?" if re.match(error.get("ctx", {})["pattern"], words) else ""
    )
    return f"a key is made of a-z, 0-9 and _, and has at most 63 of them{advice}"


def _shown(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case bool() | int() | float():
            return f"the {type(value).__name__} {json.dumps(value)}"
        case _:
            return repr(value)


def _wanted(error: ErrorDetails) -> str:
    scalar = isinstance(error["input"], bool | int | float)
    wanted = {
        "string_type": "it must be text" + ("; put it into quotes" if scalar else ""),
        "bool_type": "it must be true or false, without quotes",
        "int_type": "it must be a whole number, without quotes",
        "tuple_type": "it must be a list, each item after a dash",
        "dict_type": "it must be a mapping, `name: value`",
        "model_type": "it must be a mapping, `name: value`",
        "string_too_short": "it must not be empty",
    }
    if error["type"] == "enum":
        return _choice(error)
    message = error["msg"][:1].lower() + error["msg"][1:]
    return wanted.get(error["type"], message.replace("input should", "it must"))


def _structure_faults(located: Located) -> Iterator[tuple[Position, str]]:
    # The models refuse the same, but only once all else is right, and without a line.
    for part in ("dimensions", "attributes", "events", "metrics"):
        yield from _repeated(located, (part,))
    for index, _ in _keyed(located, ("dimensions",)):
        path = ("dimensions", index, "tags")
        yield from _repeated(located, path)
        tags = {tag["key"]: (i, tag.get("parent")) for i, tag in _keyed(located, path)}
        parents = {k: p if isinstance(p, str) else None for k, (_, p) in tags.items()}
        for key, what in parent_faults(parents).items():
            near = get_close_matches(str(parents[key]), parents, n=1, cutoff=0.5)
            advice = f"; did you mean {near[0]!r}?" if near and parents[key] not in parents else ""
            yield located.position((*path, tags[key][0], "parent")), what + advice


def _repeated(located: Located, path: tuple[str | int, ...]) -> Iterator[tuple[Position, str]]:
    first: dict[str, int] = {}
    for index, definition in _keyed(located, path):
        key, position = definition["key"], located.position((*path, index, "key"))
        if key in first:
            yield position, f"`key` is {key!r}, which line {first[key]} defines already; rename one"
        first.setdefault(key, position[0])


def _keyed(located: Located, path: tuple[str | int, ...]) -> list[tuple[int, dict[str, Any]]]:
    """Return those definitions of a list that are mappings with a key, with their indexes."""
    value = located.data
    for part in path:
        value = value.get(part) if isinstance(value, dict) else value[part]
    if not isinstance(value, list):
        return []
    return [
        (i, d) for i, d in enumerate(value) if isinstance(d, dict) and isinstance(d.get("key"), str)
    ]
