"""What a filter depends on."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.domain.taxonomy.catalogue import tag_key
from profilegraph.language.nodes import Node, Tags, walk
from profilegraph.language.saved_filters import references


@dataclass(frozen=True)
class Dependencies:
    """What a filter names: dimensions, tags by full key, and saved segments."""

    dimensions: frozenset[str]
    tags: frozenset[str]
    segments: frozenset[str]


def uses(node: Node) -> Dependencies:
    """Return what a filter depends on."""
    leaves = [leaf for leaf in walk(node) if isinstance(leaf, Tags)]
    return Dependencies(
        dimensions=frozenset(leaf.dimension for leaf in leaves),
        tags=frozenset(tag_key(leaf.dimension, name) for leaf in leaves for name in _named(leaf)),
        segments=references(node),
    )


def _named(leaf: Tags) -> tuple[str, ...]:
    ends = tuple(name for name in (leaf.gte, leaf.lte) if name is not None)
    return (*(leaf.any_of or ()), *(leaf.all_of or ()), *(leaf.none_of or ()), *ends)
