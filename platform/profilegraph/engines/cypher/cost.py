"""Prices what the graph is asked for a filter, in milliseconds of the database, before it is asked.

Each leaf is a scan of the records that it reads, so that its price is their number. Which of them
belong to one type or tag is not known beforehand: the price is that of the most that it can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.facts import Context
from profilegraph.language.nodes import (
    Leaf,
    Node,
    ReferenceKind,
    Related,
    Tags,
)
from profilegraph.language.resolve import tag_groups
from profilegraph.language.saved_filters import walk_with_segments

_ROUND_TRIP = 2.0
"""Milliseconds of a query that finds nothing."""
_CUSTOMER, _ROW = 0.001, 0.0008
"""Milliseconds for a customer that is found, and for a record that is looked at."""
_EARLIER = 2
"""How many times as much there is to look at in the past, where earlier states count too."""


@dataclass(frozen=True)
class GraphSizes:
    """How many there are in the graph: what the price of a scan is in proportion to."""

    customers: int = 0
    taggings: int = 0
    events: int = 0
    nodes: int = 0
    """All nodes."""

    @property
    def others(self) -> int:
        """Return how many records there are that are neither customers nor events."""
        return max(0, self.nodes - self.customers - self.events)


@dataclass(frozen=True)
class GraphPricing:
    """Prices filters on a graph of some size."""

    sizes: GraphSizes
    catalogue: Catalogue
    context: Context

    def of(self, filters: Iterable[Node]) -> float:
        """Return the price of finding the members of some filters; equal parts are found once."""
        parts = {*walk_with_segments(filters, self.context.library)}
        earlier = _EARLIER if self.context.past else 1
        return self._query(self.sizes.customers) + earlier * sum(map(self._of_leaf, parts))

    def _of_leaf(self, node: Node) -> float:
        match node:
            case Related():
                # The relations are read once; following them is what it costs beside that.
                return self._query(self.sizes.others) * (1 + node.distance)
            case Tags():
                return self._of_tags(node)
            case Leaf():
                return node.FACTS.passes * self._query(self._rows(node))
            case _:
                return 0.0

    def _of_tags(self, leaf: Tags) -> float:
        groups = tag_groups(leaf, self.catalogue)
        queries = len(groups.wanted) + bool(groups.refused)
        return queries * self._query(self.sizes.taggings)

    def _rows(self, leaf: Leaf) -> int:
        events = sum(one.kind is ReferenceKind.EVENT_TYPE for one in leaf.names())
        others = (
            self.sizes.others if leaf.FACTS.tables and "cohorts" not in leaf.FACTS.tables else 0
        )
        return events * self.sizes.events + others

    def _query(self, rows: int) -> float:
        return _ROUND_TRIP + self.sizes.customers * _CUSTOMER + rows * _ROW
