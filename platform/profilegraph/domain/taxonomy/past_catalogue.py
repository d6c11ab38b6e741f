"""The catalogue of a past moment, which also knows later definitions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy

T = TypeVar("T")


def as_it_was(now: Catalogue, then: Iterable[Taxonomy]) -> Catalogue:
    """Return the catalogue of earlier definitions, with later ones added.

    Definitions of then have the meaning of then. A tag that got its key later counts by the keys
    that it had before; one that was created later was carried by nobody.
    """
    old = Catalogue.of(then)
    later = {key: tag for key, tag in now.tags.items() if old.current_tag(key) not in old.tags}
    renamed = {
        key: alias
        for key, one in now.dimensions.items()
        for alias in one.aliases
        if key not in old.dimensions and alias in old.dimensions
    }
    known = {*renamed, *old.former_dimensions}
    new = {key: one for key, one in now.dimensions.items() if key not in known}
    dimensions = {**new, **old.dimensions}
    tags = {**later, **old.tags}
    below = {key: now.descendants[key] for key in later}
    aliases = {**now.former_dimensions, **renamed, **old.former_dimensions}
    return replace(
        old,
        dimensions=MappingProxyType(dimensions),
        attributes=_both(now.attributes, old.attributes),
        events=_both(now.events, old.events),
        metrics=_both(now.metrics, old.metrics),
        tags=MappingProxyType(tags),
        descendants=_both(below, old.descendants),
        carriers=_both(now.carriers, old.carriers),
        former_dimensions=_without(aliases, dimensions),
        former_tags=_without({**now.former_tags, **old.former_tags}, tags),
    )


def _both(now: Mapping[str, T], then: Mapping[str, T]) -> Mapping[str, T]:
    return MappingProxyType({**now, **then})


def _without(aliases: Mapping[str, str], keys: Container[str]) -> Mapping[str, str]:
    return MappingProxyType({one: key for one, key in aliases.items() if one not in keys})
