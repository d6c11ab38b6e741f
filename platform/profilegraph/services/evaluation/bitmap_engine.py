"""Answers from the index, with a fallback to Cypher for what the index cannot answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pyroaring import BitMap, FrozenBitMap

from profilegraph.engines.bitmap.cost import of_page
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.pages import page_by_key
from profilegraph.engines.bitmap.people import page_of_people
from profilegraph.errors import IndexUnable
from profilegraph.language.answers import (
    Breakdown,
    ByTag,
    GroupBy,
    Order,
    Path,
    Position,
    Sort,
    Split,
    WaterfallCounts,
    buckets,
    filters_of,
)
from profilegraph.language.nodes import EVERYONE, Listed, Node, People, PersonTest
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.services.evaluation.set_answers import waterfall
from profilegraph.storage.records.people import CustomerPerson

T = TypeVar("T")
MOST_LISTED = 20_000
"""Members whose ordinals are sent to the graph to be sorted there; of more, it evaluates the filter."""


@dataclass(frozen=True)
class IndexEngine:
    """Answers by bitmaps, from one view of the index."""

    evaluator: Evaluator
    behind: CypherEngine
    computing: Computing

    async def count(self, node: Node, search: str | None = None) -> int:
        """Return how many customers match, of those whose names hold the words of `search`."""
        if search is not None:
            return await self.behind.count(node, search)
        try:
            return await self._computed(lambda: len(self.evaluator.members(node)), [node])
        except IndexUnable:
            return await self.behind.count(node)

    async def waterfall(self, conditions: Sequence[Node]) -> tuple[int, list[WaterfallCounts]]:
        """Return the number of all customers, and a step for each condition in the given order."""
        more = 3 * len(conditions) * self.evaluator.price_of_a_set
        try:
            return await self._computed(lambda: self._steps(conditions), conditions, more)
        except IndexUnable:
            return await self.behind.waterfall(conditions)

    def _steps(self, conditions: Sequence[Node]) -> tuple[int, list[WaterfallCounts]]:
        sets = [self.evaluator.members(one) for one in conditions]
        everyone = self.evaluator.everyone
        return len(everyone), waterfall(everyone, sets)

    async def members(self, node: Node) -> Listed:
        """Return all customers that match, as a list."""
        try:
            return Listed(FrozenBitMap(await self._found(node)))
        except IndexUnable:
            return await self.behind.members(node)

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
        listed: BitMap | None = None
        if search is None:
            try:
                members = await self._found(node)
            except IndexUnable:
                members = None
            if members is not None and order is Order.KEY:
                start = None if after is None else after.key
                view = self.evaluator.view
                keys = await self.computing.run(
                    lambda: page_by_key(view, members, first, start, descending=descending),
                    of_page(len(members)),
                )
                return [Position(key, key) for key in keys]
            if members is not None and len(members) <= MOST_LISTED:
                listed = members
        return await self.behind.page(
            node if listed is None else EVERYONE,
            first=first,
            after=after,
            order=order,
            descending=descending,
            search=search,
            listed=listed,
        )

    async def breakdown(self, node: Node, levels: Sequence[GroupBy]) -> Breakdown:
        """Return how many of a filter's customers are in each bucket, every level by itself."""

        def counted() -> Breakdown:
            members = self.evaluator.members(node)
            return Breakdown(len(members), tuple(self._sizes(one, members) for one in levels))

        more = sum(map(self._price, levels))
        try:
            return await self._computed(counted, [node, *filters_of(levels)], more)
        except IndexUnable:
            return await self.behind.breakdown(node, levels)

    async def split(self, node: Node, levels: Sequence[GroupBy]) -> Split:
        """Return how many of a filter's customers are in each bucket of buckets."""

        def parted() -> Split:
            members = self.evaluator.members(node)
            found: dict[Path, int] = {(): len(members)} if members else {}
            self._part((), members, levels, found)
            return found

        more, parts = 0, 1
        for level in levels:  # each part of the levels above is parted anew
            more += parts * self._price(level)
            parts *= self._width(level)
        try:
            return await self._computed(parted, [node, *filters_of(levels)], more)
        except IndexUnable:
            return await self.behind.split(node, levels)

    async def count_people(self, node: Node, where: PersonTest) -> int:
        """Return how many decision-makers of a filter's customers are as asked."""

        def counted() -> int:
            return sum(len(part.numbers) for part in self.evaluator.people(node, where))

        try:
            return await self._computed(counted, [node, People(where=where)])
        except IndexUnable:
            return await self.behind.count_people(node, where)

    async def page_of_people(
        self, node: Node, where: PersonTest, *, first: int, after: str | None = None
    ) -> list[CustomerPerson]:
        """Return at most `first` of these decision-makers, by key, those after a key."""

        def listed() -> list[CustomerPerson]:
            parts = self.evaluator.people(node, where)
            return [CustomerPerson(*keys) for keys in page_of_people(parts, first, after)]

        try:
            return await self._computed(listed, [node, People(where=where)])
        except IndexUnable:
            return await self.behind.page_of_people(node, where, first=first, after=after)

    async def _found(self, node: Node) -> BitMap:
        return await self._computed(lambda: self.evaluator.members(node), [node])

    async def _computed(self, work: Callable[[], T], filters: Sequence[Node], more: int = 0) -> T:
        """Return what is made of the members of some filters, for the price of these and of `more`."""
        return await self.computing.run(work, self.evaluator.price(filters) + more)

    def _price(self, level: GroupBy) -> int:
        """Return the price of parting customers by a level whose filters are known."""
        if isinstance(level, ByTag):
            return self.evaluator.price_of_dimension(level.dimension)
        return self._width(level) * self.evaluator.price_of_a_set

    def _width(self, level: GroupBy) -> int:
        """Return how many buckets a level has, about."""
        if isinstance(level, ByTag):
            return 1 + len(self.evaluator.catalogue.dimension(level.dimension).tags)
        return 1 + len(level.filters)

    def _part(
        self, path: Path, members: BitMap, levels: Sequence[GroupBy], found: dict[Path, int]
    ) -> None:
        """Put the sizes of a set's parts, and of their parts, into `found`."""
        if not levels or not members:
            return
        here, *below = levels
        for place, part in enumerate(self._buckets(here, members)):
            if part:
                found[*path, place] = len(part)
                self._part((*path, place), part, below, found)

    def _sizes(self, level: GroupBy, members: BitMap) -> tuple[int, ...]:
        """Return how many of the members are in each bucket of a level."""
        if isinstance(level, ByTag):
            return tuple(self.evaluator.counted(level.dimension, members))
        return tuple(map(len, self._buckets(level, members)))

    def _buckets(self, level: GroupBy, members: BitMap) -> list[BitMap]:
        """Return the members in each bucket of a level."""
        if isinstance(level, ByTag):
            return self.evaluator.parted(level.dimension, members)
        asked = buckets(level, self.evaluator.catalogue)
        return [members & self.evaluator.members(one) for one in asked]
