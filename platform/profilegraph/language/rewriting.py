"""Rewrites filters with other keys of tags and dimensions, after or for a change of definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.language.nodes import AllOf, AnyOf, Node, Tags, transform
from profilegraph.language.saved_filters import SavedFilters


@dataclass(frozen=True)
class RenamedKeys:
    """The current names of tags and dimensions in filters with former keys."""

    tags: Callable[[str, bool], Sequence[str]]
    """From a full key, and whether descendants are excluded, to the full keys that replace it."""
    dimensions: Callable[[str], str]


def current(node: Node, catalogue: Catalogue) -> Node:
    """Return a filter with the current keys of definitions."""
    names = RenamedKeys(lambda key, _: (catalogue.current_tag(key),), catalogue.current_dimension)
    return renamed(node, names)


def current_library(library: SavedFilters, catalogue: Catalogue) -> SavedFilters:
    """Return saved segments with the current keys in their filters."""
    segments = {
        key: replace(one, filter=current(one.filter, catalogue))
        for key, one in library.segments.items()
    }
    return replace(library, segments=segments)


def renamed(node: Node, names: RenamedKeys) -> Node:
    """Return a filter with other keys.

    A condition whose tags are now in several dimensions becomes several conditions.
    """
    return transform(node, lambda one: _tags(one, names) if isinstance(one, Tags) else one)


def _tags(leaf: Tags, names: RenamedKeys) -> Node:
    home = names.dimensions(leaf.dimension)

    def now(name: str) -> Sequence[str]:
        return names.tags(tag_key(leaf.dimension, name), leaf.exact)

    def end(name: str | None) -> str | None:
        """Return an end of an order; a tag that has left the order is kept, and refused later."""
        if name is None:
            return None
        dimension, _, tag = now(name)[0].partition("/")
        return tag if dimension == home else name

    home_alone = all(key.startswith(f"{home}/") for one in leaf.listed_tags for key in now(one))
    if home_alone and all(len(now(one)) == 1 for one in leaf.all_of or ()):
        return replace(
            leaf,
            dimension=home,
            any_of=_within(leaf.any_of, now),
            all_of=_within(leaf.all_of, now),
            none_of=_within(leaf.none_of, now),
            gte=end(leaf.gte),
            lte=end(leaf.lte),
        )
    ends = replace(leaf, dimension=home, gte=end(leaf.gte), lte=end(leaf.lte))
    return _apart(leaf, ends, now)


def _apart(leaf: Tags, ends: Tags, now: Callable[[str], Sequence[str]]) -> Node:
    """Return a condition split by the dimensions that its tags are in; `ends` is without them."""
    bare = replace(leaf, all_of=None, none_of=None, has_any=None, gte=None, lte=None, any_of=("_",))
    conditions: list[Node] = []
    if leaf.any_of is not None:
        conditions.append(_any(bare, [key for name in leaf.any_of for key in now(name)]))
    conditions += [_any(bare, now(name)) for name in leaf.all_of or ()]
    refused = [key for name in leaf.none_of or () for key in now(name)]
    for dimension, tags in _by_dimension(refused):
        conditions.append(replace(bare, dimension=dimension, any_of=None, none_of=tags))
    if not (leaf.has_any is None and leaf.gte is None and leaf.lte is None):
        conditions.append(replace(ends, any_of=None, all_of=None, none_of=None))
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))


def _within(
    given: tuple[str, ...] | None, now: Callable[[str], Sequence[str]]
) -> tuple[str, ...] | None:
    if given is None:
        return None
    keys = (key.partition("/")[2] for name in given for key in now(name))
    return tuple(dict.fromkeys(keys))


def _any(bare: Tags, keys: Iterable[str]) -> Node:
    found: list[Node] = [
        replace(bare, dimension=dimension, any_of=tags) for dimension, tags in _by_dimension(keys)
    ]
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _by_dimension(keys: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        dimension, _, tag = key.partition("/")
        found.setdefault(dimension, []).append(tag)
    return [(dimension, tuple(tags)) for dimension, tags in found.items()]
