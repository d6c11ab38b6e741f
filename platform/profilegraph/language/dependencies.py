"""What a filter depends on."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.language.nodes import Node, ReferenceKind
from profilegraph.language.saved_filters import named_keys


@dataclass(frozen=True)
class Dependencies:
    """What a filter names: dimensions, tags by full key, and saved segments."""

    dimensions: frozenset[str]
    tags: frozenset[str]
    segments: frozenset[str]


def dependencies_of(node: Node) -> Dependencies:
    """Return what a filter depends on."""
    return Dependencies(
        dimensions=named_keys(node, ReferenceKind.DIMENSION),
        tags=named_keys(node, ReferenceKind.TAG),
        segments=named_keys(node, ReferenceKind.SEGMENT),
    )
