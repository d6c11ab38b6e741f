"""Words pydantic's errors in a taxonomy file, with suggestions."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from profilegraph.domain import values
from profilegraph.domain.taxonomy.definition import (
    Addition,
    Attribute,
    Deprecation,
    Dimension,
    EventType,
    Metric,
    Removal,
    Tag,
    Taxonomy,
)
from profilegraph.domain.values import Labels
from profilegraph.importers.taxonomies.located_yaml import Located, Position
from profilegraph.nearest import nearest

KINDS: dict[str, tuple[str, type[BaseModel]]] = {
    "dimensions": ("dimension", Dimension),
    "tags": ("tag", Tag),
    "attributes": ("attribute", Attribute),
    "events": ("event type", EventType),
    "metrics": ("metric", Metric),
    "labels": ("label", Labels),
    "description": ("description", Labels),
    "reason": ("reason", Labels),
    "deprecated": ("deprecation", Deprecation),
    "additions": ("addition", Addition),
    "removed": ("removal", Removal),
}
"""By key of a list of definitions: the name of one of them, and its model."""

_ELSEWHERE = {
    **dict.fromkeys(("text", "str", "varchar", "char"), "string"),
    **dict.fromkeys(("int", "integer", "float", "decimal", "money"), "number"),
    **dict.fromkeys(("datetime", "day", "time", "timestamp"), "date"),
    **dict.fromkeys(("bool", "flag", "yesno"), "boolean"),
}
"""Names of attribute types in other systems."""

DOTTED = re.compile(r"^\d+(\.\d+)?$")


def explained(error: ErrorDetails, located: Located) -> tuple[Position, str]:
    """Return the position and the message of an error."""
    path, name = error["loc"], str(error["loc"][-1])
    match error["type"]:
        case "missing":
            return located.position(path[:-1]), f"{_owner(path, located)} lacks `{name}`"
        case "extra_forbidden" | values.NO_LOCALE:
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
    near = nearest(name, known, 1)
    rest = " and other languages, such as fr or pt-BR" if model is Labels else ""
    advice = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(known)}{rest}"
    return f"`{name}` is not a key of {_a(kind)}; {advice}"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _kind(path: tuple[str | int, ...]) -> tuple[str, type[BaseModel]]:
    containers = [part for part in path[:-1] if part in KINDS]
    return KINDS[str(containers[-1])] if containers else ("taxonomy", Taxonomy)


def _owner(path: tuple[str | int, ...], located: Located) -> str:
    """Return the name of the definition around `path`, such as: the dimension 'need'."""
    kind, _ = _kind(path)
    value = located.data
    for part in path[:-1]:
        value = value[part]
    key = value.get("key")
    if kind in {"label", "description", "reason", "deprecation"}:
        return f"`{path[-2]}`"
    return f"the {kind} {key!r}" if isinstance(key, str) else _a(kind)


def _choice(error: ErrorDetails) -> str:
    expected = error.get("ctx", {})["expected"]
    options = re.findall(r"'([^']+)'", expected)
    given = error["input"]
    words = [] if not isinstance(given, str) else nearest(_ELSEWHERE.get(given, given), options, 1)
    advice = f"; did you mean {words[0]!r}?" if words else ""
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
