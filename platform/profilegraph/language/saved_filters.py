"""The saved segments that filters refer to, and the check for circular references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidFilter, NotFound
from profilegraph.language.nodes import (
    InSegment,
    Leaf,
    Listed,
    Node,
    ReferenceKind,
    Related,
    children,
    steps,
    transform,
    walk,
)
from profilegraph.nearest import did_you_mean


@dataclass(frozen=True)
class SavedFilter:
    """The labels of a saved segment, and its filter in the newest version."""

    labels: Labels
    filter: Node


@dataclass(frozen=True)
class SavedFilters:
    """The saved segments that a filter refers to, directly or indirectly, by key."""

    segments: Mapping[str, SavedFilter] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    """The keys of all saved segments, for suggestions."""

    def segment(self, key: str) -> SavedFilter:
        """Return a saved segment; raises NotFound that names the nearest keys."""
        if key not in self.segments:
            hint = did_you_mean(key, self.keys, "`segments` lists them.")
            raise NotFound(f"no segment has the key {key!r}.", hint=hint)
        return self.segments[key]


NO_SEGMENTS = SavedFilters()


def named_keys(node: Node, kind: ReferenceKind) -> frozenset[str]:
    """Return the keys of one kind that a filter names, without those in its segments."""
    leaves = (one for one in walk(node) if isinstance(one, Leaf))
    return frozenset(one.key for leaf in leaves for one in leaf.names() if one.kind is kind)


def references(node: Node) -> frozenset[str]:
    """Return the keys of the saved segments that a filter names directly."""
    return frozenset(one.key for one in walk(node) if isinstance(one, InSegment))


@dataclass(frozen=True)
class FilterSize:
    """The number of leaves and levels of a filter."""

    leaves: int
    depth: int


def size(node: Node, library: SavedFilters, key: str = "") -> FilterSize:
    """Return the size of a filter with all referenced segments inlined.

    `key` is that of the segment to save the filter as. Raises InvalidFilter, which shows the
    circle, if references are circular.
    """
    if not references(node):
        return _size(node, {})
    filters = {name: saved.filter for name, saved in library.segments.items()} | {key: node}
    graph = {name: references(one) for name, one in filters.items()}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as fault:
        circle = fault.args[1][
            :0:-1
        ]  # it names one of them at both ends, and the last referrer first
        start = circle.index(key) if key in circle else 0
        shown = " → ".join([*circle[start:], *circle[:start], circle[start]])
        raise InvalidFilter(
            f"segments refer to one another in a circle: {shown}.",
            hint="Take one of the references out.",
            where="filter",
        ) from fault
    sizes: dict[str, FilterSize] = {}
    for name in order:
        if name in filters:
            sizes[name] = _size(filters[name], sizes)
    return sizes[key]


def _size(node: Node, sizes: Mapping[str, FilterSize]) -> FilterSize:
    if isinstance(node, InSegment):
        return sizes.get(node.key, FilterSize(1, 1))
    below = [_size(child, sizes) for child in children(node)]
    return FilterSize(
        leaves=isinstance(node, Leaf | Listed) + sum(one.leaves for one in below),
        depth=1 + max((one.depth for one in below), default=0),
    )


def inlined(node: Node, library: SavedFilters) -> Node:
    """Return a filter with all directly or indirectly referenced segments inlined."""

    def resolved(one: Node) -> Node:
        if isinstance(one, InSegment):
            return transform(library.segment(one.key).filter, resolved)
        return one

    return transform(node, resolved)


def child_steps(node: Node, library: SavedFilters) -> tuple[tuple[str, Node], ...]:
    """Return the child conditions of a node with their places; for a reference, its filter."""
    if isinstance(node, InSegment):
        return ((f"{node.NAME}.{node.key}", library.segment(node.key).filter),)
    return steps(node)


def reach(node: Node, library: SavedFilters) -> int:
    """Return the number of relations that a filter follows from a customer."""
    distance = node.distance if isinstance(node, Related) else 0
    return distance + max((reach(one, library) for _, one in child_steps(node, library)), default=0)


def walk_with_segments(filters: Iterable[Node], library: SavedFilters) -> Iterator[Node]:
    """Yield all parts of filters, with those of the segments that they refer to."""
    for one in filters:
        for part in walk(one):
            yield part
            if isinstance(part, InSegment):
                yield from walk_with_segments([library.segment(part.key).filter], library)
