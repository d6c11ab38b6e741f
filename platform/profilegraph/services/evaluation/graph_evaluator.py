"""Evaluates a filter to a set of ordinals by Cypher, leaf by leaf, as of the present or the past.

Each leaf is one of few statements, whose plans the server keeps: what it costs to ask does not depend
on how the filter is put together, nor on whether somebody asked it before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.relations import Relations
from profilegraph.engines.bitmap.tables import SCHEMA, IndexTable
from profilegraph.engines.cypher.compiler import STATEMENTS, leaf_queries
from profilegraph.engines.cypher.people import everyone
from profilegraph.engines.cypher.queries import Query
from profilegraph.errors import IndexUnable, InvalidFilter
from profilegraph.language.answers import ByTag, GroupBy, buckets, tag_places
from profilegraph.language.facts import Context
from profilegraph.language.nodes import AllOf, AnyOf, InSegment, Leaf, Listed, Node, Not, Related
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.segments import filters

WHOLE_SECONDS = 600.0
"""The deadline of those for whom all members are read without anybody waiting for the answer."""


async def plan(database: Database) -> None:
    """Have the server plan what filters are asked by, so that nobody has to wait for that."""
    await filters.plan(database, [*STATEMENTS, filters.RELATIONS])


@dataclass
class GraphMemo:
    """What was found out of filters as of one moment, for all fields of a request.

    Its sets are not to be changed.
    """

    members: dict[Node, BitMap] = field(default_factory=dict)
    found: dict[tuple[str, str], BitMap] = field(default_factory=dict)
    relations: Relations | None = None
    seen: BitMap | None = None
    """The customers in the scope."""
    scope_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _turns: dict[Node, asyncio.Lock] = field(default_factory=dict)

    def turn(self, node: Node) -> asyncio.Lock:
        """Return what is held while a filter is evaluated: who asks for the same waits for it."""
        return self._turns.setdefault(node, asyncio.Lock())


@dataclass
class GraphEvaluator:
    """Answers filters within one transaction; what it finds out is remembered."""

    reading: ReadTransaction
    catalogue: Catalogue
    context: Context
    memo: GraphMemo = field(default_factory=GraphMemo)

    async def everyone(self) -> BitMap:
        """Return all customers that may be seen."""
        there, scope = await self._ask(everyone(self.context)), self.context.scope
        if scope is None:
            return there
        async with self.memo.scope_turn:
            if self.memo.seen is None:
                unscoped = GraphEvaluator(self.reading, scope.catalogue, scope.context)
                self.memo.seen = await unscoped.members(scope.filter)
        return there & self.memo.seen

    async def members(self, node: Node) -> BitMap:
        """Return the customers that may be seen and match; each condition is evaluated once.

        Whoever asks for a condition that is being evaluated waits for it. Nobody waits in a circle:
        a condition is held while those within it are.
        """
        async with self.memo.turn(node):
            found = self.memo.members.get(node)
            if found is None:
                found = self.memo.members[node] = await self._members(node)
            return found

    async def _members(self, node: Node) -> BitMap:
        match node:
            case AllOf(conditions):
                some = await self.everyone()
                for condition in conditions:
                    if not some:
                        break
                    some = some & await self.members(condition)
                return some
            case AnyOf(conditions):
                return BitMap.union(BitMap(), *[await self.members(one) for one in conditions])
            case Not(condition):
                return await self.everyone() - await self.members(condition)
            case Listed(ordinals):
                return await self.everyone() & ordinals
            case InSegment(key):
                return await self.members(self.context.library.segment(key).filter)
            case Related():
                return await self._related(node)
            case _:
                return await self._leaf(node)

    async def _leaf(self, leaf: Leaf) -> BitMap:
        asked = leaf_queries(leaf, self.catalogue, self.context)
        found = await self.everyone()
        for query in asked.required:
            found = found & await self._ask(query)
        for query in asked.excluded:
            found = found - await self._ask(query)
        return found

    async def _related(self, leaf: Related) -> BitMap:
        """Return who has as many related customers as are asked for.

        The graph is asked for the relations alone: of the paths along them, which it would follow
        one by one, there may be more than anybody can wait for.
        """
        seen, matching = await self.everyone(), await self.members(leaf.where)
        if self.memo.relations is None:
            rows = await filters.relations(self.reading)
            self.memo.relations = Relations(IndexTable.of(SCHEMA["relations"], rows))
        relations = self.memo.relations
        if self.context.scope is not None:
            relations = relations.among(seen)
        ask = relations.with_matching
        try:
            return await asyncio.to_thread(ask, leaf, matching, seen) & seen
        except IndexUnable as error:
            raise InvalidFilter(
                f"nobody can tell who is related: {error.message}",
                hint="Ask for fewer of them, or for those who are fewer steps away.",
            ) from error

    async def _ask(self, query: Query) -> BitMap:
        key = (query.statement, repr(query.values))
        found = self.memo.found.get(key)
        if found is None:
            found = self.memo.found[key] = await filters.found_by(self.reading, query)
        return found

    async def parted(self, levels: Sequence[GroupBy], members: BitMap) -> list[list[BitMap]]:
        """Return for each level who of some members is in each of its buckets."""
        known = await self._carriers(levels, members)
        parts: list[list[BitMap]] = []
        for level in levels:
            if isinstance(level, ByTag):
                parts.append(self._by_tag(level, known, members))
            else:
                asked = buckets(level, self.catalogue)
                parts.append([members & await self.members(one) for one in asked])
        return parts

    def _by_tag(self, level: ByTag, known: Mapping[str, BitMap], members: BitMap) -> list[BitMap]:
        # The last bucket is that of those who are in no other.
        found = [BitMap() for _ in buckets(level, self.catalogue)]
        for key, places in tag_places(level.dimension, self.catalogue).items():
            for place in places:
                found[place] |= known.get(key, BitMap())
        found[-1] = members - BitMap.union(*found)
        return found

    async def _carriers(self, levels: Sequence[GroupBy], members: BitMap) -> Mapping[str, BitMap]:
        """Return who of some members carries each tag of the levels' dimensions, by full key."""
        keys = {
            key
            for level in levels
            if isinstance(level, ByTag)
            for key in tag_places(level.dimension, self.catalogue)
        }
        return await filters.carriers(self.reading, keys, members, self.context) if keys else {}
