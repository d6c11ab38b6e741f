"""Chooses the engine that answers questions about filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from profilegraph.language.nodes import Listed, Node, PersonTest
from profilegraph.language.rewriting import current_library
from profilegraph.language.saved_filters import NO_SEGMENTS, FilterSize, SavedFilters, references
from profilegraph.services.cache.graph_cache import CachedGraph
from profilegraph.services.customers.history import require_answerable
from profilegraph.services.evaluation.bitmap_engine import IndexEngine
from profilegraph.services.evaluation.cypher_engine import CypherEngine, PaidQueries
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
    at = when.at

    async def then() -> Catalogue:
        taxonomies = await read_taxonomies_at(platform.database, at)
        return now if taxonomies is None else as_it_was(now, taxonomies)

    return await platform.once(("catalogue", at), then)


async def library_of(platform: Platform, node: Node, when: When | None = None) -> SavedFilters:
    """Return the saved segments that a filter refers to, read once a request.

    They are in their newest versions, or in those of a past moment.
    """
    if not references(node):
        return NO_SEGMENTS
    at = when.at if isinstance(when, Past) else None
    return await platform.once(
        ("library", node, at), lambda: read_library(platform.database, node, at)
    )


@dataclass(frozen=True)
class ValidFilter:
    """A filter that was checked, with the saved segments that it is asked with."""

    library: SavedFilters
    size: FilterSize


async def engine(platform: Platform, nodes: Sequence[Node], when: When) -> Engine:
    """Return what answers about these filters; raises InvalidFilter, NoHistory."""
    known, context = await _evaluation_context(platform, nodes, when)
    computing = platform.computing
    memo = computing.graph_memo(known.catalogue, context)
    paid = PaidQueries(computing, platform.cache.sizes)
    cypher = CypherEngine(platform.database, known.catalogue, context, memo, paid)
    answers = platform.cache.metrics.answers
    if known.view is None or context.past:  # the index knows of no other moment than now
        answers.labels("cypher").inc()
        return cypher
    answers.labels("index").inc()
    evaluator = computing.evaluator(known.view, known.catalogue, context)
    return IndexEngine(evaluator, cypher, computing)


async def evaluation_context(
    platform: Platform, nodes: Sequence[Node], when: When
) -> tuple[Catalogue, Context]:
    """Return what filters are evaluated against, after checking them; raises InvalidFilter."""
    known, context = await _evaluation_context(platform, nodes, when)
    return known.catalogue, context


async def _evaluation_context(
    platform: Platform, nodes: Sequence[Node], when: When
) -> tuple[CachedGraph, Context]:
    known = await platform.known()
    scope = platform.scope(when, known.catalogue)
    if isinstance(when, Past):
        known = replace(known, catalogue=await catalogue_of(platform, when))
    checked = [await _checked(platform, node, known.catalogue, when) for node in nodes]
    leaves = sum(one.size.leaves for one in checked)
    if leaves > MOST_LEAVES:
        raise InvalidFilter(
            f"with the segments that they refer to, the filters have {leaves} conditions together;"
            f" at most {MOST_LEAVES} can be asked at once.",
            hint="Ask for fewer or simpler filters at once.",
            where="filter",
        )
    library = _joined([one.library for one in checked])
    await require_answerable(platform, nodes, library, when)
    return known, platform.context(when, library, scope)


async def _checked(platform: Platform, node: Node, catalogue: Catalogue, when: When) -> ValidFilter:
    """Return a filter, checked once a request as of one moment; raises InvalidFilter."""

    async def resolve() -> ValidFilter:
        library = current_library(await library_of(platform, node, when), catalogue)
        return ValidFilter(library, platform.sound.size(node, catalogue, library))

    if not references(node) and not isinstance(when, Past):
        # Nothing is read, and `sound` remembers it.
        return ValidFilter(NO_SEGMENTS, platform.sound.size(node, catalogue, NO_SEGMENTS))
    at = when.at if isinstance(when, Past) else None
    return await platform.once(("checked", node, at), resolve)


def _joined(libraries: Sequence[SavedFilters]) -> SavedFilters:
    segments = {key: one for library in libraries for key, one in library.segments.items()}
    return SavedFilters(segments) if segments else NO_SEGMENTS
