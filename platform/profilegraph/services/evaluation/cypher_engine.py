"""Answers about filters by Cypher."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pyroaring import BitMap, FrozenBitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher.cost import GraphPricing, GraphSizes
from profilegraph.language.answers import (
    Breakdown,
    GroupBy,
    Order,
    Position,
    Sort,
    Split,
    WaterfallCounts,
    filters_of,
)
from profilegraph.language.facts import Context
from profilegraph.language.nodes import EVERYONE, Listed, Node, People, PersonTest
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.graph_evaluator import (
    WHOLE_SECONDS,
    GraphEvaluator,
    GraphMemo,
)
from profilegraph.services.evaluation.set_answers import split, waterfall
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.records import people
from profilegraph.storage.records.people import CustomerPerson
from profilegraph.storage.segments import filters
from profilegraph.storage.segments.filters import Candidates

T = TypeVar("T")


@dataclass(frozen=True)
class PaidQueries:
    """Who pays for queries, by how large the graph is."""

    computing: Computing
    sizes: Callable[[], Awaitable[GraphSizes]]


@dataclass(frozen=True)
class CypherEngine:
    """Answers by asking the graph itself; needs nothing but Neo4j.

    Each answer is one transaction, but not one moment: what is committed while it is found is seen
    by the queries that are still to come.
    """

    database: Database
    catalogue: Catalogue
    context: Context
    memo: GraphMemo | None = None
    """What the request has found so far; without one, each answer begins anew."""
    paid: PaidQueries | None = None
    """What queries are paid by; without it, nobody pays."""

    async def count(self, node: Node, search: str | None = None) -> int:
        """Return how many customers match, of those whose names hold the words of `search`."""

        async def work(evaluator: GraphEvaluator) -> int:
            members = await evaluator.members(node)
            if search is None:
                return len(members)
            named = await filters.found_by(evaluator.reading, filters.name_query(search))
            return members.intersection_cardinality(named)

        return await self._ask(work, [node])

    async def waterfall(self, conditions: Sequence[Node]) -> tuple[int, list[WaterfallCounts]]:
        """Return the number of all customers, and a step for each condition in the given order."""

        async def work(evaluator: GraphEvaluator) -> tuple[int, list[WaterfallCounts]]:
            everyone = await evaluator.everyone()
            sets = [await evaluator.members(one) for one in conditions]
            return len(everyone), waterfall(everyone, sets)

        return await self._ask(work, conditions)

    async def members(self, node: Node) -> Listed:
        """Return all customers that match, as a list."""

        async def work(evaluator: GraphEvaluator) -> Listed:
            return Listed(FrozenBitMap(await evaluator.members(node)))

        return await self._ask(work, [node], WHOLE_SECONDS)

    async def page(
        self,
        node: Node,
        *,
        first: int,
        after: Position | None = None,
        order: Sort = Order.KEY,
        descending: bool = False,
        search: str | None = None,
        listed: BitMap | None = None,
    ) -> list[Position]:
        """Return the positions of at most `first` customers that match, after a position.

        With `listed`, only customers of these ordinals are looked at.
        """

        async def work(evaluator: GraphEvaluator) -> list[Position]:
            some = listed
            if node != EVERYONE or self.context.scope is not None:
                members = await evaluator.members(node)
                some = members if some is None else members & some
            return await filters.page_of_keys(
                evaluator.reading,
                self.catalogue,
                Candidates(self.context, some, search),
                first=first,
                after=after,
                order=order,
                descending=descending,
            )

        return await self._ask(work, [node])

    async def breakdown(self, node: Node, levels: Sequence[GroupBy]) -> Breakdown:
        """Return how many of a filter's customers are in each bucket, every level by itself."""

        async def work(evaluator: GraphEvaluator) -> Breakdown:
            members = await evaluator.members(node)
            parts = await evaluator.parted(levels, members)
            return Breakdown(len(members), tuple(tuple(map(len, one)) for one in parts))

        return await self._ask(work, [node, *filters_of(levels)])

    async def split(self, node: Node, levels: Sequence[GroupBy]) -> Split:
        """Return how many of a filter's customers are in each bucket of buckets."""

        async def work(evaluator: GraphEvaluator) -> Split:
            members = await evaluator.members(node)
            return split(members, await evaluator.parted(levels, members))

        return await self._ask(work, [node, *filters_of(levels)])

    async def count_people(self, node: Node, where: PersonTest) -> int:
        """Return how many decision-makers of a filter's customers are as asked."""

        async def work(evaluator: GraphEvaluator) -> int:
            asked = people.PeopleQuery(await evaluator.members(node), where, self.context)
            return await people.count_people(evaluator.reading, asked)

        return await self._ask(work, [node, People(where=where)])

    async def page_of_people(
        self, node: Node, where: PersonTest, *, first: int, after: str | None = None
    ) -> list[CustomerPerson]:
        """Return at most `first` of these decision-makers, by key, those after a key."""

        async def work(evaluator: GraphEvaluator) -> list[CustomerPerson]:
            asked = people.PeopleQuery(await evaluator.members(node), where, self.context)
            return await people.page_of_people(evaluator.reading, asked, first=first, after=after)

        return await self._ask(work, [node, People(where=where)])

    async def _ask(
        self,
        work: Callable[[GraphEvaluator], Awaitable[T]],
        filters: Sequence[Node],
        timeout: float | None = None,
    ) -> T:
        async def run(reading: ReadTransaction) -> T:
            memo = GraphMemo() if self.memo is None else self.memo
            return await work(GraphEvaluator(reading, self.catalogue, self.context, memo))

        if self.paid is None:
            return await self.database.reading(run, timeout=timeout)
        scope = self.context.scope
        asked = filters if scope is None else [*filters, scope.filter]
        price = GraphPricing(await self.paid.sizes(), self.catalogue, self.context).of(asked)
        async with self.paid.computing.in_graph(price):
            return await self.database.reading(run, timeout=timeout)
