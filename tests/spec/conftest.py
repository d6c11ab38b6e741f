"""One behaviour of the segment language per test, its data a table, asked of every evaluator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.catalogue import Catalogue
from profilegraph.importers.taxonomies import read_taxonomy
from profilegraph.segments.checking import check
from profilegraph.segments.codec import decode
from profilegraph.segments.explain import explain
from profilegraph.segments.facts import Context
from profilegraph.segments.nodes import Node
from profilegraph.segments.to_cypher import Compiler
from profilegraph.storage.database import Database
from profilegraph.storage.facts import read_facts
from profilegraph.storage.segments import page_of_keys
from tests.conftest import NOW
from tests.support.worlds import load_only, load_world, parse_world

Members = Callable[[str, dict[str, Any]], Awaitable[set[str]]]
CONTEXT = Context(NOW, NOW.date())


async def by_explain(database: Database, catalogue: Catalogue, node: Node) -> set[str]:
    rows = await database.read("MATCH (c:Customer) RETURN c.key AS key")
    facts = [await read_facts(database, row["key"]) for row in rows]
    return {one.key for one in facts if explain(node, one, catalogue, CONTEXT).holds}


async def by_cypher(database: Database, catalogue: Catalogue, node: Node) -> set[str]:
    found = await page_of_keys(database, Compiler(catalogue, CONTEXT), node, first=1_000)
    return {position.key for position in found}


EVALUATORS = {"explain": by_explain, "cypher": by_cypher}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of([read_taxonomy(Path(__file__).parent / "spec.yaml")])


@pytest.fixture(params=EVALUATORS)
async def members(
    request: pytest.FixtureRequest, migrated: Database, catalogue: Catalogue
) -> Members:
    """Who matches a filter among the customers of a table, by one evaluator."""
    evaluate = EVALUATORS[request.param]
    await load_only(migrated, catalogue.taxonomies)

    async def ask(text: str, filter_: dict[str, Any]) -> set[str]:
        node = decode(filter_)
        check(node, catalogue)
        await load_world(migrated, parse_world(text, NOW), NOW)
        return await evaluate(migrated, catalogue, node)

    return ask
