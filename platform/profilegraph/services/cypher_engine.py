"""Answers about filters by asking the graph itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from profilegraph.domain.catalogue import Catalogue
from profilegraph.segments.answers import Breakdown, Level, Order, Position, Sort, Split, Step
from profilegraph.segments.facts import Context
from profilegraph.segments.nodes import Listed, Node
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage import answers, segments
from profilegraph.storage.database import Database
from profilegraph.storage.segment_lists import read_members


@dataclass(frozen=True)
class CypherEngine:
    """Answers by asking the graph itself; needs nothing but Neo4j."""

    database: Database
    catalogue: Catalogue
    context: Context

    async def count(self, node: Node, search: str | None = None) -> int:
        """Return how many customers match, of those whose names hold the words of `search`."""
        return await segments.count_customers(self.database, self._compiler(), node, search)

    async def waterfall(self, conditions: Sequence[Node]) -> tuple[int, list[Step]]:
        """Return the number of all customers, and a step for each condition in the given order."""
        return await segments.run_waterfall(self.database, self._compiler(), conditions)

    async def members(self, node: Node) -> Listed:
        """Return all customers that match, as a list."""
        return await read_members(self.database, self._compiler(), node)

    async def page(
        self,
        node: Node,
        *,
        first: int,
        after: Position | None = None,
        order: Sort = Order.KEY,
        descending: bool = False,
        search: str | None = None,
        listed: Sequence[int] | None = None,
    ) -> list[Position]:
        """Return the positions of at most `first` customers that match, after a position.

        With `listed`, only customers of these ordinals are looked at.
        """
        return await segments.page_of_keys(
            self.database,
            self._compiler(),
            node,
            first=first,
            after=after,
            order=order,
            descending=descending,
            search=search,
            listed=listed,
        )

    async def breakdown(self, node: Node, levels: Sequence[Level]) -> Breakdown:
        """Return how many of a filter's customers are in each bucket, every level by itself."""
        return await answers.read_breakdown(self.database, self._compiler(), node, levels)

    async def split(self, node: Node, levels: Sequence[Level]) -> Split:
        """Return how many of a filter's customers are in each bucket of buckets."""
        return await answers.read_split(self.database, self._compiler(), node, levels)

    def _compiler(self) -> Compiler:
        """Return the compiler of one query: its parameters are the query's."""
        return Compiler(self.catalogue, self.context)
