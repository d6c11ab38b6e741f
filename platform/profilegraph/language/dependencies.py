"""What a filter depends on."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.language.nodes import Node, ReferenceKind
from profilegraph.language.saved_filters import named


@dataclass(frozen=True)
class Dependencies:
    """What a filter names: dimensions, tags by full key, and saved segments."""

    dimensions: frozenset[str]
    tags: frozenset[str]
    segments: frozenset[str]


def uses(node: Node) -> Dependencies:
    """Return what a filter depends on."""
    return Dependencies(
        dimensions=named(node, ReferenceKind.DIMENSION),
        tags=named(node, ReferenceKind.TAG),
        segments=named(node, ReferenceKind.SEGMENT),
    )
