"""One behaviour of the segment language per test, its data a table, asked of every evaluator."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from pyroaring import FrozenBitMap

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.reference.evaluator import explain
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.facts import Context, Facts
from profilegraph.language.nodes import Listed, Node
from profilegraph.language.predicates import visible
from profilegraph.language.saved_filters import SavedFilter, SavedFilters
from profilegraph.language.validation import check
from profilegraph.services.cache.indexing import load_all, load_trees
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.facts import read_neighbourhood, read_past
from tests.conftest import NOW
from tests.property.facts_as_rows import run_of, trees_of
from tests.property.worlds_as_facts import facts_of, in_scope, member, scope_of
from tests.support.worlds import World, load_only, load_world, parse_world

Filter = dict[str, Any]
Saved = Filter | list[str]
"""A saved segment: its filter, or the keys of the customers on its list."""


class Members(Protocol):
    """Asks who matches a filter in a world, where segments are saved under keys, and who asks."""

    def __call__(
        self,
        text: str,
        filter_: Filter,
        saved: Mapping[str, Saved] = {},
        scope: Filter | None = None,
        /,
    ) -> Awaitable[set[str]]: ...


CONTEXT = Context(NOW, NOW.date())


def library_of(saved: Mapping[str, Saved], customers: Sequence[str] = ()) -> SavedFilters:
    """Return saved segments as a library; each is called as its key.

    `customers` are all that there are, in the order of their ordinals.
    """
    return SavedFilters(
        {
            key: SavedFilter(Labels(zh_cn=key, en=key), _stands_for(one, customers))
            for key, one in saved.items()
        }
    )


def _stands_for(saved: Saved, customers: Sequence[str]) -> Node:
    if isinstance(saved, dict):
        return decode(saved)
    return Listed(FrozenBitMap(map(customers.index, saved)))


async def by_explain(
    database: Database, catalogue: Catalogue, node: Node, context: Context
) -> set[str]:
    rows = await database.read("MATCH (c:Customer) RETURN c.key AS key")
    present = await read_neighbourhood(database, [row["key"] for row in rows], 0)
    if not context.past:
        return explained(present, node, catalogue, context)
    then = await read_past(database, present, context.now)
    if context.scope is not None:  # who is seen is decided by what is known now
        seen = in_scope(present, context.scope)
        then = {key: replace(facts, hidden=seen[key].hidden) for key, facts in then.items()}
    return explained(then, node, catalogue, replace(context, scope=None))


def explained(
    found: Mapping[str, Facts], node: Node, catalogue: Catalogue, context: Context
) -> set[str]:
    """Return who matches of those whose facts were found, which are all that a filter looks at."""
    if context.scope is not None:
        found = in_scope(found, context.scope)
    return {
        key
        for key, facts in found.items()
        if visible(facts) and explain(node, replace(facts, near=found), catalogue, context).holds
    }


async def by_cypher(
    database: Database, catalogue: Catalogue, node: Node, context: Context
) -> set[str]:
    found = await CypherEngine(database, catalogue, context).page(node, first=1_000)
    return {position.key for position in found}


async def by_bitmap(
    database: Database, catalogue: Catalogue, node: Node, context: Context
) -> set[str]:
    level = await load_all(database, most_bytes=2**30)
    view = IndexSnapshot((level,), await load_trees(database))
    found = Evaluator(view, catalogue, context).members(node)
    rows = await database.read(
        "MATCH (c:Customer) WHERE c.ordinal IN $found RETURN c.key AS key", {"found": list(found)}
    )
    return {row["key"] for row in rows}


EVALUATORS = {"explain": by_explain, "cypher": by_cypher, "bitmap": by_bitmap}
OF_THE_PAST = {name: EVALUATORS[name] for name in ("explain", "cypher")}
"""Those that know of other moments than now."""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of([read_taxonomy(Path(__file__).parent / "spec.yaml")])


def by_definition(
    facts: Sequence[Facts], catalogue: Catalogue, node: Node, context: Context
) -> set[str]:
    """Return who matches as the definition has it, without a graph between."""
    return {one.key for one in facts if member(node, one, catalogue, context)}


def by_columns(
    facts: Sequence[Facts], catalogue: Catalogue, node: Node, context: Context
) -> set[str]:
    """Return who matches as an index has it that was made without a graph."""
    customers = dict(enumerate(facts))
    view = IndexSnapshot((run_of(customers),), trees_of(facts))
    return {customers[n].key for n in Evaluator(view, catalogue, context).members(node)}


WITHOUT_A_GRAPH = {"definition": by_definition, "columns": by_columns}


async def have_world(graph: Database, text: str, world: World) -> None:
    """Have the world of a table in the graph: one evaluator after the other is asked of it."""
    if await graph.read("MATCH (w:World {text: $text}) RETURN w.text", {"text": text}):
        return

    async def remember(transaction: Transaction) -> None:
        await transaction.run("CREATE (:World {text: $text})", {"text": text})

    await load_world(graph, world, NOW)
    await graph.write(remember)


@pytest.fixture(
    params=[
        *(pytest.param(one, marks=pytest.mark.database) for one in EVALUATORS),
        *WITHOUT_A_GRAPH,
    ]
)
def members(request: pytest.FixtureRequest, catalogue: Catalogue) -> Members:
    """Who matches a filter among the customers of a table, by one evaluator."""
    graph = request.getfixturevalue("migrated") if request.param in EVALUATORS else None

    async def ask(
        text: str,
        filter_: Filter,
        saved: Mapping[str, Saved] = {},
        scope: Filter | None = None,
        /,
    ) -> set[str]:
        world = parse_world(text, NOW)
        node, library = decode(filter_), library_of(saved, [one.key for one in world.customers])
        check(node, catalogue, library)
        seen = None if scope is None else decode(scope)
        context = replace(CONTEXT, library=library, scope=scope_of(seen, catalogue, CONTEXT))
        if graph is None:
            return WITHOUT_A_GRAPH[request.param](facts_of(world), catalogue, node, context)
        await load_only(graph, catalogue.taxonomies)
        await have_world(graph, text, world)
        return await EVALUATORS[request.param](graph, catalogue, node, context)

    return ask
