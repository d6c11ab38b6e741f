"""Words pydantic's validation errors for the person who gave the value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from profilegraph.domain.taxonomy.definition import ANY_KEY, FOLDER, TAG_ALIAS, TAG_NAME, VERSION
from profilegraph.domain.values import HOURS, KEY, SNAKE_KEY, TAG_KEY, Record
from profilegraph.errors import InvalidInput
from profilegraph.nearest import instead

R = TypeVar("R", bound=Record)
_SHAPES: Mapping[str, str] = MappingProxyType(
    {
        KEY: "a key has no line breaks and no other control characters",
        SNAKE_KEY: "a key is made of a-z, 0-9 and _, begins with a letter, and has at most 63 of them",
        TAG_NAME: "the name of a tag is made of a-z, 0-9 and _, and has at most 63 of them",
        TAG_KEY: "a tag is named with its dimension, `dimension/tag`, such as temperature/warm",
        TAG_ALIAS: "a tag is named as `tag`, or with its dimension, as `dimension/tag`",
        ANY_KEY: "give the key of a dimension, or of a tag with its dimension, `dimension/tag`",
        FOLDER: "a folder is a name, or at most eight with slashes between them",
        VERSION: "a version is three numbers, such as 1.0.0",
        HOURS: "hours are from one time of day to another, such as 18:00-22:00",
    }
)
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_MISSING = frozenset({"missing", "missing_argument", "missing_keyword_only_argument"})


def reason(error: Mapping[str, Any], fields: Iterable[str] = ()) -> str:
    """Return what is wrong with a value; `fields` are the names that there are where it is."""
    match error["type"]:
        case "string_pattern_mismatch" if error.get("ctx", {}).get("pattern") in _SHAPES:
            return _SHAPES[error["ctx"]["pattern"]]
        case kind if kind in _UNKNOWN:
            return "it is unknown here" + instead(str(error["loc"][-1]), fields)
        case kind if kind in _MISSING:
            return "it is missing"
        case _:
            told: str = error["msg"]
            return told.removeprefix("Value error, ")


def reasons(fault: ValidationError) -> list[Mapping[str, Any]]:
    """Return the errors of a validation, without the values, which may be personal."""
    return [dict(one) for one in fault.errors(include_url=False, include_input=False)]


def checked_record(kind: type[R], fields: Mapping[str, Any]) -> R:
    """Return a record of these fields; raises InvalidInput that names those that cannot be used."""
    try:
        return kind(**fields)
    except ValidationError as fault:
        raise invalid_input(fault) from fault


def invalid_input(fault: ValidationError) -> InvalidInput:
    """Return an error that names each field that cannot be used, and why."""
    told = [(_place(error["loc"]), reason(error)) for error in reasons(fault)]
    return InvalidInput("; ".join(f"{place}: {why}" for place, why in told), where=told[0][0])


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(to_camel(str(part)) for part in location) or "input"
