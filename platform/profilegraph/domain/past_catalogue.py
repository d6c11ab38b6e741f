"""The catalogue of a past moment, in which what came later can be asked for too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.taxonomy import Taxonomy


def as_it_was(now: Catalogue, then: Iterable[Taxonomy]) -> Catalogue:
    """Return the catalogue of earlier definitions, with what there is by now added under its keys.

    What was there then means what it meant then. A tag that got its key later counts by the keys that
    it had before; one that was made later was carried by nobody.
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
    return replace(
        old,
        dimensions=MappingProxyType(dimensions),
        attributes=MappingProxyType({**now.attributes, **old.attributes}),
        events=MappingProxyType({**now.events, **old.events}),
        metrics=MappingProxyType({**now.metrics, **old.metrics}),
        tags=MappingProxyType(tags),
        descendants=MappingProxyType(
            {**{key: now.descendants[key] for key in later}, **old.descendants}
        ),
        carriers=MappingProxyType({**now.carriers, **old.carriers}),
        former_dimensions=MappingProxyType(
            {
                alias: key
                for alias, key in {
                    **now.former_dimensions,
                    **renamed,
                    **old.former_dimensions,
                }.items()
                if alias not in dimensions
            }
        ),
        former_tags=MappingProxyType(
            {
                alias: key
                for alias, key in {**now.former_tags, **old.former_tags}.items()
                if alias not in tags
            }
        ),
    )
