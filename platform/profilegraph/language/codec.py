"""The one JSON form of a filter: `{"all": [{"tags": {…}}, {"not": {…}}]}`.

Every node is an object with one key, its name. Reading and writing are each other's inverse; the
JSON Schema is made from the same classes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, cast, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from profilegraph.domain.refusals import reason, reasons
from profilegraph.errors import InvalidFilter
from profilegraph.language.nodes import (
    LEAVES,
    AllOf,
    AnyOf,
    Leaf,
    Listed,
    Node,
    Not,
    PersonTest,
    Related,
    json_name,
    walk,
)
from profilegraph.language.nodes.parts import NodePart
from profilegraph.nearest import did_you_mean

T = TypeVar("T")
MAX_DEPTH = 8
MAX_LEAVES = 100
_TOLD = 5
"""Most names in a message."""
_COMBINE = "Combine several conditions by `all` or `any`."

_KINDS: Mapping[str, type[Leaf]] = {leaf.NAME: leaf for leaf in LEAVES}
_GROUPS: Mapping[str, type[AllOf] | type[AnyOf]] = {AllOf.NAME: AllOf, AnyOf.NAME: AnyOf}
NAMES = (AllOf.NAME, AnyOf.NAME, Not.NAME, *_KINDS)
"""The names of the language's own conditions."""
Conditions: TypeAlias = Mapping[str, Callable[[Any], object]]
"""Conditions from outside the language by name: each turns its value into canonical JSON."""
NO_CONDITIONS: Conditions = MappingProxyType({})


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what reads a part of a filter, made when it is first read: that takes 10 ms."""
    return TypeAdapter(kind)


def decode(value: object, others: Conditions = NO_CONDITIONS) -> Node:
    """Return the filter of a JSON value; `others` are expanded.

    Raises InvalidFilter, which says where and what is wrong: an unknown name or field, a value of
    the wrong type, more than 100 leaves, or more than 8 levels.
    """
    _refuse_too_many(_written(value))
    node = _Reader(others).read(value, "filter", 1)
    _refuse_too_many(sum(isinstance(one, LEAVES) for one in walk(node)))
    return node


def _written(value: object) -> int:
    """Return the number of conditions in a JSON value, cheaply and without validation."""
    found, stack = 0, [value]
    while stack:
        one = stack.pop()
        if not isinstance(one, Mapping) or len(one) != 1:
            continue
        [(name, body)] = one.items()
        if name in _GROUPS:
            stack.extend(body if isinstance(body, list | tuple) else ())
        elif name == Not.NAME:
            stack.append(body)
        else:
            found += 1
            if name == Related.NAME and isinstance(body, Mapping):
                stack.append(body.get("where"))
    return found


def _refuse_too_many(leaves: int) -> None:
    if leaves > MAX_LEAVES:
        raise InvalidFilter(
            f"the filter has {leaves} conditions; at most {MAX_LEAVES} are allowed.",
            where="filter",
            hint="Save a part of it as a segment of its own.",
        )


def decode_text(text: str, others: Conditions = NO_CONDITIONS) -> Node:
    """Return the filter of a JSON text; raises InvalidFilter."""
    return decode(_parsed(text, "filter"), others)


def decode_person(value: object) -> PersonTest:
    """Return the condition on a decision-maker of a JSON value; raises InvalidFilter."""
    return _validated(PersonTest, value, "where")


def decode_person_text(text: str) -> PersonTest:
    """Return the condition on a decision-maker of a JSON text; raises InvalidFilter."""
    return decode_person(_parsed(text, "where"))


def _parsed(text: str, what: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InvalidFilter(f"this is not JSON: {fault}", where=what) from fault


def encode(node: Node) -> dict[str, Any]:
    """Return the canonical JSON value of a filter, without fields at their defaults.

    A list of customers is encoded by its size alone and cannot be decoded.
    """
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            return {node.NAME: [encode(condition) for condition in conditions]}
        case Not(condition):
            return {node.NAME: encode(condition)}
        case Listed(ordinals):
            return {node.NAME: {"customers": len(ordinals)}}
        case _:
            return {node.NAME: _part(node)}


def encode_text(node: Node) -> str:
    """Return the canonical JSON text of a filter; equal filters have equal texts."""
    return json.dumps(encode(node), ensure_ascii=False, separators=(",", ":"))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of filters."""
    definitions: dict[str, Any] = {}
    choices = []
    for name, kind in _KINDS.items():
        schema = _adapter(kind).json_schema(ref_template="#/$defs/{model}")  # type: ignore[arg-type]  # a class is hashable
        definitions |= schema.pop("$defs", {})
        definitions[schema["title"]] = schema
        choices.append(_choice(name, {"$ref": f"#/$defs/{schema['title']}"}))
    # A filter within a leaf is read by `decode`, which knows its depth; pydantic does not see it.
    definitions[Related.__name__]["properties"]["where"] |= {"$ref": "#/$defs/Filter"}
    filters = {"type": "array", "items": {"$ref": "#/$defs/Filter"}}
    choices += [_choice(name, filters) for name in _GROUPS]
    choices.append(_choice(Not.NAME, {"$ref": "#/$defs/Filter"}))
    definitions["Filter"] = {"description": "One condition of a segment.", "oneOf": choices}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Segment filter",
        "$ref": "#/$defs/Filter",
        "$defs": dict(sorted(definitions.items())),
    }


def _choice(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: schema},
        "required": [name],
        "additionalProperties": False,
    }


@dataclass(frozen=True)
class _Reader:
    others: Conditions

    def read(self, value: object, place: str, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise InvalidFilter(
                f"the filter is nested more than {MAX_DEPTH} levels deep.",
                where=place,
                hint="Save a part of it as a segment of its own.",
            )
        name, body = self._single(value, place)
        inner = f"{place}.{name}"
        if name in self.others:
            # What it is written in is of the language alone, and counts its levels anew.
            return _Reader(NO_CONDITIONS).read(self.others[name](body), inner, 1)
        if name in _GROUPS:
            listed = enumerate(_list(body, inner))
            return _GROUPS[name](
                tuple(self.read(item, f"{inner}[{i}]", depth + 1) for i, item in listed)
            )
        if name == Not.NAME:
            return Not(self.read(body, inner, depth + 1))
        if name == Related.NAME and isinstance(body, Mapping) and "where" in body:
            body = {**body, "where": self.read(body["where"], f"{inner}.where", depth + 1)}
        return _validated(_KINDS[name], body, inner)

    def _single(self, value: object, place: str) -> tuple[str, object]:
        if not isinstance(value, Mapping) or len(value) != 1:
            many = isinstance(value, Mapping) and len(value) > 1
            raise InvalidFilter(
                "a condition is an object with exactly one key"
                + (f", and this has {_key_names(value)}." if isinstance(value, Mapping) else "."),
                where=place,
                hint=_COMBINE if many else f"The keys are {', '.join(self._known)}.",
            )
        name, body = next(iter(value.items()))
        if name not in NAMES and name not in self.others:
            raise InvalidFilter(
                f"there is no condition {name!r}.",
                where=place,
                hint=did_you_mean(str(name), self._known),
            )
        return name, body

    @property
    def _known(self) -> tuple[str, ...]:
        return (*NAMES, *self.others)


def _key_names(value: Mapping[object, object]) -> str:
    names = [str(name) for name in value]
    return ", ".join(names[:_TOLD]) + (", …" if len(names) > _TOLD else "") if names else "none"


def _list(body: object, place: str) -> Sequence[object]:
    if not isinstance(body, list | tuple):
        raise InvalidFilter("a list of conditions is needed.", where=place)
    return body


def _validated(kind: type[T], body: object, place: str) -> T:
    try:
        return cast("T", _adapter(kind).validate_python(body))  # type: ignore[arg-type]
    except ValidationError as fault:
        told = [(_path(place, e["loc"]), _said(e, kind)) for e in reasons(fault)]
        first, *others = told
        message = "; ".join([first[1], *(f"{where}: {why}" for where, why in others)])
        raise InvalidFilter(message, where=first[0]) from fault


def _said(error: Mapping[str, Any], kind: type) -> str:
    """Return an error in terms of JSON, which has lists and no tuples."""
    known = _fields_at(kind, error["loc"][:-1])
    return reason(error, known).replace("Tuple should", "List should", 1)


def _fields_at(kind: Any, path: Sequence[int | str]) -> list[str]:
    """Return the JSON field names within a part of a condition."""
    for name in path:
        if isinstance(name, str) and is_dataclass(kind):
            hints = {json_name(key): hint for key, hint in get_type_hints(kind).items()}
            hint = hints.get(name)
            kind = next((one for one in (hint, *get_args(hint)) if is_dataclass(one)), None)
    return [json_name(one.name) for one in fields(kind)] if is_dataclass(kind) else []


def _path(place: str, location: tuple[int | str, ...]) -> str:
    return place + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in location
    )


def _part(part: Any) -> dict[str, Any]:
    inner = "where" if isinstance(part, Related) else None
    return {
        json_name(name): encode(value) if name == inner else _value(value)
        for name, value in part.given().items()
    }


def _value(value: Any) -> Any:
    if isinstance(value, NodePart):
        return _part(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if hasattr(value, "isoformat") else value
