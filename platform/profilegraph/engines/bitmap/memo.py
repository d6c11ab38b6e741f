"""A memo of evaluated filters, bounded in memory."""

from __future__ import annotations

from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import size_of
from profilegraph.language.nodes import Node

MOST_BYTES = 64 * 1024**2


class SetMemo:
    """The matching customers by filter, up to 64 MB in total."""

    def __init__(self) -> None:
        self._sets: dict[Node, BitMap] = {}
        self._met: set[Node] = set()
        self._expected: set[Node] = set()
        self._bytes = 0

    def get(self, node: Node) -> BitMap | None:
        """Return the customers that match a filter, read-only; None if they are not known."""
        return self._sets.get(node)

    def put(self, node: Node, found: BitMap) -> BitMap:
        """Store and return the customers that match a filter."""
        self._bytes += size_of(found)
        if self._bytes > MOST_BYTES:
            self._sets, self._expected, self._bytes = {}, set(), size_of(found)
        self._sets[node] = found
        return found

    def expect(self, node: Node) -> bool:
        """Return whether a filter is to be evaluated, as it is neither known nor expected already."""
        if node in self._sets or node in self._expected:
            return False
        self._expected.add(node)
        return True

    def requested_before(self, node: Node) -> bool:
        """Return whether the result of a filter is stored, or was requested before."""
        known = node in self._sets or node in self._met
        self._met.add(node)
        return known
