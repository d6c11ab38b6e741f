"""Sets that were found for filters, so that nobody finds them twice; bounded in memory."""

from __future__ import annotations

from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import size_of
from profilegraph.language.nodes import Node

MOST_BYTES = 64 * 1024**2


class SetMemo:
    """Who matches filters, by filter, as long as all of it takes no more than 64 MB."""

    def __init__(self) -> None:
        self._sets: dict[Node, BitMap] = {}
        self._met: set[Node] = set()
        self._bytes = 0

    def get(self, node: Node) -> BitMap | None:
        """Return who matches a filter, not to be changed; None where that is not known."""
        return self._sets.get(node)

    def put(self, node: Node, found: BitMap) -> BitMap:
        """Return who matches a filter, after it was remembered."""
        self._bytes += size_of(found)
        if self._bytes > MOST_BYTES:
            self._sets, self._bytes = {}, size_of(found)
        self._sets[node] = found
        return found

    def met(self, node: Node) -> bool:
        """Return whether it is known who matches a filter, or somebody has asked this before."""
        known = node in self._sets or node in self._met
        self._met.add(node)
        return known
