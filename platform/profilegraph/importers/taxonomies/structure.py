"""Faults between the definitions of a taxonomy file, each with its line.

The models refuse most of them, too, but only once everything else is valid, and without a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from profilegraph.domain.taxonomy.rules import (
    Band,
    alias_faults,
    band_faults,
    banding_faults,
    field_name,
    nesting_faults,
    parent_faults,
)
from profilegraph.importers.taxonomies.located_yaml import Located, Path, Position
from profilegraph.language.nodes import LEAVES, AllOf, AnyOf, Not
from profilegraph.nearest import nearest

Fault = tuple[Position, str]
Definitions = list[tuple[int, dict[str, Any]]]
RESERVED = frozenset({"node", AllOf.NAME, AnyOf.NAME, Not.NAME}.union(one.NAME for one in LEAVES))
"""Names that mean something else in a filter, beside which a dimension's own would stand."""
PARTS = {
    "dimension": "dimensions",
    "attribute": "attributes",
    "event": "events",
    "metric": "metrics",
}
"""By kind that a removal can name: where a file defines it."""


def structure_faults(located: Located) -> Iterator[Fault]:
    """Yield all faults that involve several definitions; values of a wrong type are skipped."""
    for part in PARTS.values():
        yield from _repeated(located, (part,), ("key",))
    yield from _names(located)
    yield from _aliases(located, ("dimensions",))
    for index, dimension in _keyed(located, ("dimensions",)):
        path: Path = ("dimensions", index)
        yield from _tags(located, path)
        yield from _parents(located, path, dimension["key"])
        yield from _bounds(located, path, dimension)
    for index, _ in enumerate(_list(located.data.get("additions"))):
        yield from _tags(located, ("additions", index))
    yield from _removed(located)


def _tags(located: Located, holder: Path) -> Iterator[Fault]:
    path = (*holder, "tags")
    yield from _repeated(located, path, ("key",))
    for language in sorted(_languages(located, path)):
        yield from _repeated(located, path, ("labels", language))
    yield from _aliases(located, path)


def _languages(located: Located, path: Path) -> set[str]:
    """Return the languages in which one of some definitions at least has a label."""
    labels = (definition.get("labels") for _, definition in _keyed(located, path))
    return {language for one in labels if isinstance(one, dict) for language in one}


def _repeated(located: Located, path: Path, field: Path) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, definition in _keyed(located, path):
        value = _within(definition, field)
        if not isinstance(value, str):
            continue
        position = located.position((*path, index, *field))
        if value in first:
            line = f"line {first[value]}"
            what = (
                f"`key` is {value!r}, which {line} defines already; rename one"
                if field == ("key",)
                else f"`{field[-1]}` is {value!r}, as on {line}; people cannot tell the two apart"
            )
            yield position, what
        first.setdefault(value, position[0])


def _names(located: Located) -> Iterator[Fault]:
    """Yield dimensions with a reserved name in the API, or with the same name there."""
    first: dict[str, tuple[str, int]] = {}
    for index, dimension in _keyed(located, ("dimensions",)):
        key, position = dimension["key"], located.position(("dimensions", index, "key"))
        name = field_name(key)
        other, line = first.setdefault(name, (key, position[0]))
        if name in RESERVED:
            what = f"`key` is {key!r}, and {name!r} means something else in a filter"
            yield position, f"{what}; choose another, such as {f'{key}_type'!r}"
        elif other != key:
            what = f"`key` is {key!r}, and {other!r} on line {line} is the same name in the API"
            yield position, f"{what}, {name!r}; rename one"


def _aliases(located: Located, path: Path) -> Iterator[Fault]:
    found = {d["key"]: (i, _list(d.get("aliases"))) for i, d in _keyed(located, path)}
    texts = {key: [str(one) for one in aliases] for key, (_, aliases) in found.items()}
    for (key, place), what in alias_faults(texts).items():
        index = found[key][0]
        yield located.position((*path, index, "aliases", place)), f"{what}; remove it"


def _parents(located: Located, path: Path, dimension: str) -> Iterator[Fault]:
    tags = {tag["key"]: (i, tag.get("parent")) for i, tag in _keyed(located, (*path, "tags"))}
    parents = {k: p if isinstance(p, str) else None for k, (_, p) in tags.items()}
    faults = parent_faults(parents)
    for key, what in faults.items():
        position = located.position((*path, "tags", tags[key][0], "parent"))
        yield position, what + _instead(located, str(parents[key]), parents, dimension)
    if _within(located.data, (*path, "ordered")) is True and not faults:
        for key, what in nesting_faults(parents).items():
            yield located.position((*path, "tags", tags[key][0])), what


def _instead(located: Located, parent: str, parents: Mapping[str, object], dimension: str) -> str:
    """Return a suggestion for a parent that does not exist."""
    if parent in parents:
        return ""
    holder, _, tag = parent.rpartition("/")
    if holder == dimension and tag in parents:
        return f"; within its dimension it is called {tag!r}"
    for index, other in _keyed(located, ("dimensions",)):
        keys = [one["key"] for _, one in _keyed(located, ("dimensions", index, "tags"))]
        if tag in keys and holder in ("", other["key"]) and other["key"] != dimension:
            return f"; {tag!r} is a tag of {other['key']!r}, and a parent is of the same dimension"
    near = nearest(parent, parents, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _bounds(located: Located, path: Path, dimension: dict[str, Any]) -> Iterator[Fault]:
    tags = _keyed(located, (*path, "tags"))
    bands = [Band(t["key"], _number(t.get("from")), _number(t.get("to"))) for _, t in tags]
    indexes = {tag["key"]: index for index, tag in tags}
    parents = [tag.get("parent") for _, tag in tags]
    ordered, unit = dimension.get("ordered") is True, dimension.get("unit")
    for what in banding_faults(bands, parents, ordered=ordered, unit=unit):
        yield located.position((*path, "key")), what
    for (key, field), what in band_faults(bands).items():
        yield located.position((*path, "tags", indexes[key], field)), what


def _removed(located: Located) -> Iterator[Fault]:
    for index, gone in _keyed(located, ("removed",)):
        key, kind = gone["key"], gone.get("kind")
        position = located.position(("removed", index, "key"))
        if (kind == "tag") != ("/" in key) and isinstance(kind, str):
            wanted = "`dimension/tag`" if kind == "tag" else "without a slash"
            yield position, f"`key` is {key!r}; the key of a {kind} is written {wanted}"
        elif key in _defined(located, str(kind)):
            yield position, f"`key` is {key!r}, which the file defines still; remove one of the two"


def _defined(located: Located, kind: str) -> set[str]:
    """Return the keys of one kind that a file defines."""
    if kind != "tag":
        return {d["key"] for _, d in _keyed(located, (PARTS.get(kind, kind),))}
    return {
        f"{dimension['key']}/{tag['key']}"
        for index, dimension in _keyed(located, ("dimensions",))
        for _, tag in _keyed(located, ("dimensions", index, "tags"))
    }


def _keyed(located: Located, path: Path) -> Definitions:
    """Return the definitions of a list that are mappings with a key, with their indexes."""
    return [
        (i, d)
        for i, d in enumerate(_list(_within(located.data, path)))
        if isinstance(d, dict) and isinstance(d.get("key"), str)
    ]


def _within(value: Any, path: Path) -> Any:
    """Return the value at `path`, or None."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            return None
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
