"""What answers questions about filters: the one place that decides who does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.past_catalogue import as_it_was
from profilegraph.errors import InvalidFilter
from profilegraph.language.answers import (
    Breakdown,
    GroupBy,
    Order,
    Position,
    Sort,
    Split,
    WaterfallCounts,
)
from profilegraph.language.facts import Context, Past, When
from profilegraph.language.nodes import AllOf, Listed, Node, PersonTest
from profilegraph.language.rewriting import current_library
from profilegraph.services.cache.graph_cache import CachedGraph
from profilegraph.services.customers.history import require_answerable
from profilegraph.services.evaluation.bitmap_engine import IndexEngine
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.services.platform import Platform
from profilegraph.storage.records.people import CustomerPerson
from profilegraph.storage.segments.saved import read_library
from profilegraph.storage.taxonomies.definitions import read_taxonomies_at

MOST_LEAVES = 300
"""How many conditions the filters of one question may have together."""


class Engine(Protocol):
    """Answers about filters that were checked, as of one moment.

    Every number is the one that counting the filters in question would give.
    """

    async def count(self, node: Node, search: str | None = None) -> int:
        """Return how many customers match, of those whose names hold the words of `search`."""
        ...

    async def waterfall(self, conditions: Sequence[Node]) -> tuple[int, list[WaterfallCounts]]:
        """Return the number of all customers, and a step for each condition in the given order."""
        ...

    async def members(self, node: Node) -> Listed:
        """Return all customers that match, as a list."""
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

    async def breakdown(self, node: Node, levels: Sequence[GroupBy]) -> Breakdown:
        """Return how many of a filter's customers are in each bucket, every level by itself."""
        ...

    async def split(self, node: Node, levels: Sequence[GroupBy]) -> Split:
        """Return how many of a filter's customers are in each bucket of buckets."""
        ...

    async def count_people(self, node: Node, where: PersonTest) -> int:
        """Return how many decision-makers of a filter's customers are as asked."""
        ...

    async def page_of_people(
        self, node: Node, where: PersonTest, *, first: int, after: str | None = None
    ) -> list[CustomerPerson]:
        """Return at most `first` of these decision-makers, by key, those after a key."""
        ...


async def catalogue_of(platform: Platform, when: When) -> Catalogue:
    """Return the catalogue by which a moment is asked about: that of now, or that of then."""
    now = await platform.catalogue()
    if not isinstance(when, Past):
        return now
    then = await read_taxonomies_at(platform.database, when.at)
    return now if then is None else as_it_was(now, then)


async def engine(platform: Platform, nodes: Sequence[Node], when: When) -> Engine:
    """Return what answers about these filters; raises InvalidFilter, NoHistory."""
    known, context = await _grounds(platform, nodes, when)
    cypher = CypherEngine(platform.database, known.catalogue, context)
    answers = platform.cache.metrics.answers
    if known.view is None or context.past:  # the index knows of no other moment than now
        answers.labels("cypher").inc()
        return cypher
    answers.labels("index").inc()
    computing = platform.computing
    evaluator = computing.evaluator(known.view, known.catalogue, context)
    return IndexEngine(evaluator, cypher, computing)


async def grounds(
    platform: Platform, nodes: Sequence[Node], when: When
) -> tuple[Catalogue, Context]:
    """Return what filters are evaluated against, after checking them; raises InvalidFilter."""
    known, context = await _grounds(platform, nodes, when)
    return known.catalogue, context


async def _grounds(
    platform: Platform, nodes: Sequence[Node], when: When
) -> tuple[CachedGraph, Context]:
    known = await platform.known()
    if isinstance(when, Past):
        known = replace(known, catalogue=await catalogue_of(platform, when))
    at = when.at if isinstance(when, Past) else None
    library = await read_library(platform.database, AllOf(tuple(nodes)), at)
    library = current_library(library, known.catalogue)
    sizes = [platform.sound.size(node, known.catalogue, library) for node in nodes]
    leaves = sum(one.leaves for one in sizes)
    if leaves > MOST_LEAVES:
        raise InvalidFilter(
            f"with the segments that they refer to, the filters have {leaves} conditions together;"
            f" at most {MOST_LEAVES} can be asked at once.",
            hint="Ask for fewer or simpler filters at once.",
            where="filter",
        )
    await require_answerable(platform, nodes, library, when)
    return known, platform.context(when, library)
