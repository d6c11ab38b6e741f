"""The members of a filter by each of the three evaluators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.language.nodes import EVERYONE, Node
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.evaluation.bitmap_engine import IndexEngine
from profilegraph.services.evaluation.choosing import Engine, evaluation_context
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.evaluation.cypher_engine import CypherEngine
from profilegraph.services.platform import Platform
from profilegraph.services.segments.service import explain_member

Members: TypeAlias = Mapping[str, frozenset[str]]
"""The keys of the members, by evaluator: `cypher`, `index` and `explain`."""
_INDEX_BYTES = 2**28
_PAGE = 1_000


async def members_by_engine(platform: Platform, node: Node, now: datetime) -> Members:
    """Return the members of a filter by each evaluator; for small graphs.

    Raises InvalidFilter if the filter names something unknown.
    """
    catalogue, context = await evaluation_context(platform, [node], now)
    cypher = CypherEngine(platform.database, catalogue, context)
    cache = GraphCache(platform.database, _INDEX_BYTES)
    try:
        view = await cache.indexed()
        index = IndexEngine(Evaluator(view, catalogue, context), cypher, Computing(cache.workers))
        everyone = await _keys(cypher, EVERYONE)
        explained = {
            key for key in everyone if (await explain_member(platform, node, key, now)).holds
        }
        return {
            "cypher": await _keys(cypher, node),
            "index": await _keys(index, node),
            "explain": frozenset(explained),
        }
    finally:
        await cache.close()


async def _keys(engine: Engine, node: Node) -> frozenset[str]:
    found: set[str] = set()
    page = await engine.page(node, first=_PAGE)
    while page:
        found |= {position.key for position in page}
        page = await engine.page(node, first=_PAGE, after=page[-1])
    return frozenset(found)
