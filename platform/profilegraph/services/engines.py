"""What answers questions about filters: the one place that decides who does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from profilegraph.domain.catalogue import Catalogue
from profilegraph.errors import InvalidFilter
from profilegraph.segments.answers import Breakdown, Level, Order, Position, Sort, Split, Step
from profilegraph.segments.checking import check
from profilegraph.segments.facts import Context, Past, When
from profilegraph.segments.library import size
from profilegraph.segments.nodes import AllOf, Node
from profilegraph.segments.to_cypher import Compiler
from profilegraph.services.history import require_answerable
from profilegraph.services.platform import Platform
from profilegraph.storage import answers, segments
from profilegraph.storage.database import Database
from profilegraph.storage.saved_segments import read_library

MOST_LEAVES = 300
"""How many conditions the filters of one question may have together."""


class Engine(Protocol):
    """Answers about filters that were checked, as of one moment.

    Every number is the one that counting the filters in question would give.
    """

    async def count(self, node: Node, search: str | None = None) -> int:
        """Return how many customers match, of those whose names hold the words of `search`."""
        ...

    async def waterfall(self, conditions: Sequence[Node]) -> tuple[int, list[Step]]:
        """Return the number of all customers, and a step for each condition in the given order."""
        ...

    async def page(
        self,
        node: Node,
        *,
        first: int,
        after: Position | None = None,
        order: Sort = Order.KEY,
        descending: bool = False,
        search: str | None = None,
    ) -> list[Position]:
        """Return the positions of at most `first` customers that match, after a position."""
        ...

    async def breakdown(self, node: Node, levels: Sequence[Level]) -> Breakdown:
        """Return how many of a filter's customers are in each bucket, every level by itself."""
        ...

    async def split(self, node: Node, levels: Sequence[Level]) -> Split:
        """Return how many of a filter's customers are in each bucket of buckets."""
        ...


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

    async def page(
        self,
        node: Node,
        *,
        first: int,
        after: Position | None = None,
        order: Sort = Order.KEY,
        descending: bool = False,
        search: str | None = None,
    ) -> list[Position]:
        """Return the positions of at most `first` customers that match, after a position."""
        return await segments.page_of_keys(
            self.database,
            self._compiler(),
            node,
            first=first,
            after=after,
            order=order,
            descending=descending,
            search=search,
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


async def engine(platform: Platform, nodes: Sequence[Node], when: When) -> Engine:
    """Return what answers about these filters; raises InvalidFilter, NoHistory."""
    catalogue, context = await grounds(platform, nodes, when)
    return CypherEngine(platform.database, catalogue, context)


async def grounds(
    platform: Platform, nodes: Sequence[Node], when: When
) -> tuple[Catalogue, Context]:
    """Return what filters are evaluated against, after checking them; raises InvalidFilter."""
    catalogue = await platform.catalogues.current()
    at = when.at if isinstance(when, Past) else None
    library = await read_library(platform.database, AllOf(tuple(nodes)), at)
    for node in nodes:
        check(node, catalogue, library)
    leaves = sum(size(node, library).leaves for node in nodes)
    if leaves > MOST_LEAVES:
        raise InvalidFilter(
            f"with the segments that they refer to, the filters have {leaves} conditions together;"
            f" at most {MOST_LEAVES} can be asked at once.",
            hint="Ask for fewer or simpler filters at once.",
        )
    await require_answerable(platform, nodes, library, when)
    return catalogue, platform.context(when, library)
