"""All taxonomies that are in force, looked up by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Self, TypeVar

from profilegraph.domain.taxonomy.compatibility import (
    NAMES,
    definitions_of,
    former_keys,
    incompatibilities,
    merged,
    with_current_keys,
)
from profilegraph.domain.taxonomy.definition import (
    Attribute,
    Dimension,
    EventType,
    Kind,
    Metric,
    Tag,
    Taxonomy,
)
from profilegraph.errors import Conflict, NotFound
from profilegraph.nearest import did_you_mean

_BY_COMMAND = "`profilegraph taxonomy list` lists all."
_BY_API = "`taxonomies` of the API lists all."
_LISTS = {
    Kind.DIMENSION: _BY_COMMAND,
    Kind.TAG: _BY_COMMAND,
    Kind.ATTRIBUTE: _BY_API,
    Kind.EVENT: _BY_API,
    Kind.METRIC: _BY_API,
}
T = TypeVar("T", Dimension, Attribute, EventType, Metric, Tag)


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
    former_dimensions: Mapping[str, str]
    """Of each key that a dimension had before, the one that it has now."""
    former_tags: Mapping[str, str]
    """Of each key that a tag had before, the one that it has now; both with their dimension."""
    carriers: Mapping[str, frozenset[str]]
    """Of each tag key, the keys whose taggings count as the tag's: its own and its former ones."""
    instead: Mapping[tuple[Kind, str], str]
    """Of each thing that was removed and is replaced, what to use."""

    @classmethod
    def of(cls, taxonomies: Iterable[Taxonomy]) -> Self:
        """Return the catalogue of these taxonomies; raises Conflict where they do not fit.

        The dimensions hold the tags that other taxonomies add; `taxonomies` are as they were given.
        """
        found = tuple(taxonomies)
        for misfit in incompatibilities(found):
            raise Conflict(misfit.message, hint=misfit.hint)
        dimensions = MappingProxyType({d.key: d for _, d in merged(found)})
        tags = MappingProxyType(dict(_tags(dimensions.values())))
        before: dict[Kind, dict[str, str]] = {Kind.DIMENSION: {}, Kind.TAG: {}}
        for kind, alias, place in former_keys(definitions_of(with_current_keys(found))):
            before[kind][alias] = place.key
        return cls(
            taxonomies=found,
            dimensions=dimensions,
            attributes=MappingProxyType({a.key: a for t in found for a in t.attributes}),
            events=MappingProxyType({e.key: e for t in found for e in t.events}),
            metrics=MappingProxyType({m.key: m for t in found for m in t.metrics}),
            tags=tags,
            descendants=MappingProxyType(dict(_descendants(dimensions.values()))),
            former_dimensions=MappingProxyType(before[Kind.DIMENSION]),
            former_tags=MappingProxyType(before[Kind.TAG]),
            carriers=MappingProxyType(dict(_carriers(dimensions.values(), tags))),
            instead=MappingProxyType(dict(_instead(found))),
        )

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Return the place of each tag key in the order of dimensions' keys and of their tags."""
        ordered = sorted(self.dimensions.values(), key=lambda one: one.key)
        return MappingProxyType({key: place for place, (key, _) in enumerate(_tags(ordered))})

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Return the key of the taxonomy that defines each dimension, by the dimension's key."""
        return MappingProxyType({d.key: t.key for t in self.taxonomies for d in t.dimensions})

    def current_dimension(self, key: str) -> str:
        """Return the key that the dimension has now which is or was called `key`.

        A key that no dimension has or had comes back as it is.
        """
        return self.former_dimensions.get(key, key)

    def current_tag(self, key: str) -> str:
        """Return the full key that the tag has now whose full key is or was `key`.

        A key that no tag has or had comes back as it is, in the dimension's present name.
        """
        if key in self.tags:
            return key
        if key not in self.former_tags:
            dimension, _, tag = key.partition("/")
            key = tag_key(self.current_dimension(dimension), tag)
        return self.former_tags.get(key, key)

    def dimension(self, key: str) -> Dimension:
        """Return a dimension, also by a former key; raises NotFound that names the nearest keys."""
        return self._lookup(Kind.DIMENSION, self.dimensions, self.current_dimension(key))

    def attribute(self, key: str) -> Attribute:
        """Return an attribute; raises NotFound that names the nearest keys."""
        return self._lookup(Kind.ATTRIBUTE, self.attributes, key)

    def event(self, key: str) -> EventType:
        """Return an event type; raises NotFound that names the nearest keys."""
        return self._lookup(Kind.EVENT, self.events, key)

    def metric(self, key: str) -> Metric:
        """Return a metric; raises NotFound that names the nearest keys."""
        return self._lookup(Kind.METRIC, self.metrics, key)

    def tag(self, key: str) -> Tag:
        """Return a tag by its full key `dimension/tag`, also by a former one; raises NotFound."""
        return self._lookup(Kind.TAG, self.tags, self.current_tag(key))

    def _lookup(self, kind: Kind, found: Mapping[str, T], key: str) -> T:
        if key in found:
            return found[key]
        instead = self.instead.get((kind, key))
        hint = (
            f"It was removed; use {instead!r} instead."
            if instead
            else did_you_mean(key, found, _LISTS[kind])
        )
        raise NotFound(f"no {NAMES[kind]} is called {key!r}.", hint=hint)


def tag_key(dimension: str, tag: str) -> str:
    """Return the full key of a tag: `dimension/tag`."""
    return f"{dimension}/{tag}"


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


def _carriers(
    dimensions: Iterable[Dimension], current: Mapping[str, Tag]
) -> Iterator[tuple[str, frozenset[str]]]:
    for dimension in dimensions:
        places = (dimension.key, *dimension.aliases)
        for tag in dimension.tags:
            key = tag_key(dimension.key, tag.key)
            if not (tag.aliases or dimension.aliases):
                yield key, frozenset((key,))
                continue
            names = (tag.key, *(alias for alias in tag.aliases if "/" not in alias))
            moved = {alias for alias in tag.aliases if "/" in alias}
            found = moved | {tag_key(place, name) for place in places for name in names}
            yield key, frozenset(one for one in found if one == key or one not in current)


def _instead(taxonomies: Iterable[Taxonomy]) -> Iterator[tuple[tuple[Kind, str], str]]:
    for one in taxonomies:
        for gone in one.removed:
            if gone.replaced_by is not None:
                yield (gone.kind, gone.key), gone.replaced_by
