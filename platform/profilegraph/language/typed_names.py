"""Each dimension as a condition of its own: its name, the names of its tags, and their general form.

`{"companySize": {"anyOf": ["P50_500"]}}` is `{"tags": {"dimension": "company_size", "anyOf":
["50_500"]}}`, and is converted to it when a filter is read: only the general form is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Dimension, Tag
from profilegraph.domain.taxonomy.rules import field_name as bare_name
from profilegraph.errors import InvalidFilter
from profilegraph.language.codec import NAMES, Conditions
from profilegraph.language.nodes import Tags

_TAG_FIELDS = frozenset({"anyOf", "allOf", "noneOf", "gte", "lte"})


def field_name(key: str, taken: Collection[str]) -> str:
    """Return the name of a dimension's condition; `taken` are the names of others."""
    name = bare_name(key)
    return f"{name}Tags" if name in taken else name


def enum_name(key: str) -> str:
    """Return the name of a tag in its dimension's enum: it cannot begin with a digit."""
    return f"P{key}".upper() if key[0].isdigit() else key.upper()


def former_tags(tag: Tag, dimension: Dimension) -> Iterator[str]:
    """Yield the former keys of a tag within its dimension."""
    for alias in tag.aliases:
        where, _, key = alias.rpartition("/")
        if where in ("", dimension.key):
            yield key


def with_dimensions(others: Conditions, catalogue: Catalogue) -> Conditions:
    """Return conditions from outside the language, plus one for each dimension of a catalogue."""
    found: dict[str, Callable[[Any], object]] = dict(others)
    taken = {*NAMES, *others}
    for dimension in catalogue.dimensions.values():
        for key in (dimension.key, *dimension.aliases):
            found.setdefault(field_name(key, taken), partial(_general, dimension))
    return found


def _general(dimension: Dimension, body: object) -> object:
    """Return a condition on one dimension in the general form; tags by enum name or by key."""
    if not isinstance(body, Mapping):
        return {Tags.NAME: body}
    if "dimension" in body:
        raise InvalidFilter(
            f"this is about the dimension {dimension.key!r} already.",
            hint="Leave `dimension` out, or write the condition as `tags`.",
        )
    keys = _keys(dimension)
    named = {
        name: _tags(value, keys) if name in _TAG_FIELDS else value for name, value in body.items()
    }
    return {Tags.NAME: {"dimension": dimension.key, **named}}


def _keys(dimension: Dimension) -> dict[str, str]:
    """Return the key of each tag by its enum name, without ambiguous names."""
    found: dict[str, str] = {}
    for tag in dimension.tags:
        found[enum_name(tag.key)] = tag.key
    if len(found) < len(dimension.tags):
        return {}
    for tag in dimension.tags:
        for old in former_tags(tag, dimension):
            found.setdefault(enum_name(old), tag.key)
    return found


def _tags(value: object, keys: Mapping[str, str]) -> object:
    if isinstance(value, list | tuple):
        return [_tags(one, keys) for one in value]
    return keys.get(value, value) if isinstance(value, str) else value
