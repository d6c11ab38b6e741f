"""All taxonomies that are in force, looked up by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Self, TypeVar

from profilegraph.domain.taxonomy import Attribute, Dimension, EventType, Metric, Tag, Taxonomy
from profilegraph.errors import Conflict, NotFound

T = TypeVar("T", Dimension, Attribute, EventType, Metric)


@dataclass(frozen=True)
class Catalogue:
    """What exists to tag with and to ask for; keys are unique over all taxonomies."""

    taxonomies: tuple[Taxonomy, ...]
    dimensions: Mapping[str, Dimension]
    attributes: Mapping[str, Attribute]
    events: Mapping[str, EventType]
    metrics: Mapping[str, Metric]
    tags: Mapping[str, Tag]
    descendants: Mapping[str, frozenset[str]]
    """Of each tag key (`dimension/tag`), the keys of the tag itself and of all below it."""

    @classmethod
    def of(cls, taxonomies: Iterable[Taxonomy]) -> Self:
        """Return the catalogue of these taxonomies; raises Conflict where two define one key."""
        found = tuple(taxonomies)
        dimensions = _by_key("dimension", ((t.key, d) for t in found for d in t.dimensions))
        return cls(
            taxonomies=found,
            dimensions=dimensions,
            attributes=_by_key("attribute", ((t.key, a) for t in found for a in t.attributes)),
            events=_by_key("event type", ((t.key, e) for t in found for e in t.events)),
            metrics=_by_key("metric", ((t.key, m) for t in found for m in t.metrics)),
            tags=MappingProxyType(dict(_tags(dimensions.values()))),
            descendants=MappingProxyType(dict(_descendants(dimensions.values()))),
        )

    def dimension(self, key: str) -> Dimension:
        """Return a dimension; raises NotFound that names the nearest keys."""
        return _lookup("dimension", self.dimensions, key)

    def attribute(self, key: str) -> Attribute:
        """Return an attribute; raises NotFound that names the nearest keys."""
        return _lookup("attribute", self.attributes, key)

    def event(self, key: str) -> EventType:
        """Return an event type; raises NotFound that names the nearest keys."""
        return _lookup("event type", self.events, key)

    def metric(self, key: str) -> Metric:
        """Return a metric; raises NotFound that names the nearest keys."""
        return _lookup("metric", self.metrics, key)

    def tag(self, key: str) -> Tag:
        """Return a tag by its full key `dimension/tag`; raises NotFound that names the nearest."""
        if key not in self.tags:
            raise NotFound(f"no tag is called {key!r}.", hint=_nearest(key, self.tags))
        return self.tags[key]


def tag_key(dimension: str, tag: str) -> str:
    """Return the full key of a tag: `dimension/tag`."""
    return f"{dimension}/{tag}"


def _by_key(what: str, definitions: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    owners: dict[str, str] = {}
    for taxonomy, definition in definitions:
        if definition.key in found:
            raise Conflict(
                f"the taxonomies {owners[definition.key]!r} and {taxonomy!r} both define"
                f" the {what} {definition.key!r}.",
                hint="Rename one of the two.",
            )
        found[definition.key] = definition
        owners[definition.key] = taxonomy
    return MappingProxyType(found)


def _tags(dimensions: Iterable[Dimension]) -> Iterator[tuple[str, Tag]]:
    for dimension in dimensions:
        for tag in dimension.tags:
            yield tag_key(dimension.key, tag.key), tag


def _descendants(dimensions: Iterable[Dimension]) -> Iterator[tuple[str, frozenset[str]]]:
    for dimension in dimensions:
        below: dict[str, set[str]] = {
            tag.key: {tag_key(dimension.key, tag.key)} for tag in dimension.tags
        }
        parents = {tag.key: tag.parent for tag in dimension.tags}
        for tag in dimension.tags:
            parent = tag.parent
            while parent is not None:
                below[parent].add(tag_key(dimension.key, tag.key))
                parent = parents[parent]
        for key, keys in below.items():
            yield tag_key(dimension.key, key), frozenset(keys)


def _lookup(what: str, found: Mapping[str, T], key: str) -> T:
    if key not in found:
        raise NotFound(f"no {what} is called {key!r}.", hint=_nearest(key, found))
    return found[key]


def _nearest(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, list(known), n=3)
    return (
        f"Did you mean {' or '.join(near)}?"
        if near
        else "`profilegraph taxonomy list` shows what exists."
    )
