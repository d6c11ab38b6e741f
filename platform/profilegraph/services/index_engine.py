"""Answers from the index; what it cannot tell, the engine behind it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap, FrozenBitMap

from profilegraph.errors import IndexUnable
from profilegraph.index.pages import page_by_key
from profilegraph.index.people import page_of_people
from profilegraph.index.to_bitmap import Evaluator
from profilegraph.segments.answers import (
    Breakdown,
    ByTag,
    Level,
    Order,
    Path,
    Position,
    Sort,
    Split,
    Step,
    buckets,
)
from profilegraph.segments.nodes import EVERYONE, Listed, Node, PersonTest
from profilegraph.services.cypher_engine import CypherEngine
from profilegraph.services.set_answers import waterfall
from profilegraph.storage.people import Seat

MOST_LISTED = 20_000
"""Members whose ordinals are sent to the graph to be sorted there; of more, it evaluates the filter."""


@dataclass(frozen=True)
class IndexEngine:
    """Answers by bitmaps, from one view of the index."""

    evaluator: Evaluator
    behind: CypherEngine

    async def count(self, node: Node, search: str | None = None) -> int:
        """Return how many customers match, of those whose names hold the words of `search`."""
        if search is not None:
            return await self.behind.count(node, search)
        try:
            return len(self.evaluator.members(node))
        except IndexUnable:
            return await self.behind.count(node)

    async def waterfall(self, conditions: Sequence[Node]) -> tuple[int, list[Step]]:
        """Return the number of all customers, and a step for each condition in the given order."""
        try:
            sets = [self.evaluator.members(one) for one in conditions]
        except IndexUnable:
            return await self.behind.waterfall(conditions)
        everyone = self.evaluator.everyone
        return len(everyone), waterfall(everyone, sets)

    async def members(self, node: Node) -> Listed:
        """Return all customers that match, as a list."""
        try:
            return Listed(FrozenBitMap(self.evaluator.members(node)))
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
                members = self.evaluator.members(node)
            except IndexUnable:
                members = None
            if members is not None and order is Order.KEY:
                start = None if after is None else after.key
                keys = page_by_key(
                    self.evaluator.view, members, first, start, descending=descending
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

    async def breakdown(self, node: Node, levels: Sequence[Level]) -> Breakdown:
        """Return how many of a filter's customers are in each bucket, every level by itself."""
        try:
            members = self.evaluator.members(node)
            counts = [self._sizes(level, members) for level in levels]
        except IndexUnable:
            return await self.behind.breakdown(node, levels)
        return Breakdown(len(members), tuple(counts))

    async def split(self, node: Node, levels: Sequence[Level]) -> Split:
        """Return how many of a filter's customers are in each bucket of buckets."""
        try:
            members = self.evaluator.members(node)
            found: dict[Path, int] = {(): len(members)} if members else {}
            self._part((), members, levels, found)
        except IndexUnable:
            return await self.behind.split(node, levels)
        return found

    async def count_people(self, node: Node, where: PersonTest) -> int:
        """Return how many decision-makers of a filter's customers are as asked."""
        try:
            parts = self.evaluator.people(node, where)
        except IndexUnable:
            return await self.behind.count_people(node, where)
        return sum(len(part.numbers) for part in parts)

    async def page_of_people(
        self, node: Node, where: PersonTest, *, first: int, after: str | None = None
    ) -> list[Seat]:
        """Return at most `first` of these decision-makers, by key, those after a key."""
        try:
            parts = self.evaluator.people(node, where)
        except IndexUnable:
            return await self.behind.page_of_people(node, where, first=first, after=after)
        return [Seat(*keys) for keys in page_of_people(parts, first, after)]

    def _part(
        self, path: Path, members: BitMap, levels: Sequence[Level], found: dict[Path, int]
    ) -> None:
        """Put the sizes of a set's parts, and of their parts, into `found`."""
        if not levels or not members:
            return
        here, *below = levels
        for place, part in enumerate(self._buckets(here, members)):
            if part:
                found[*path, place] = len(part)
                self._part((*path, place), part, below, found)

    def _sizes(self, level: Level, members: BitMap) -> tuple[int, ...]:
        """Return how many of the members are in each bucket of a level."""
        if isinstance(level, ByTag):
            return tuple(self.evaluator.counted(level.dimension, members))
        return tuple(map(len, self._buckets(level, members)))

    def _buckets(self, level: Level, members: BitMap) -> list[BitMap]:
        """Return the members in each bucket of a level."""
        if isinstance(level, ByTag):
            return self.evaluator.parted(level.dimension, members)
        asked = buckets(level, self.evaluator.catalogue)
        return [members & self.evaluator.members(one) for one in asked]
