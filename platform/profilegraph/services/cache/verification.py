"""The index held against the graph, and built anew wherever it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.verification import differences
from profilegraph.errors import NotFound
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.indexing import load_all, load_some, load_trees
from profilegraph.services.platform import Platform
from profilegraph.storage.cache import keys_of
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.feed.numbering import number_cohorts, number_ordinals
from profilegraph.storage.neo4j.database import Database, Transaction

_NO_LIMIT = 2**63
_TRIES = 3


@dataclass(frozen=True)
class IndexSize:
    """How large an index is."""

    customers: int
    taggings: int
    events: int
    bytes: int
    seconds: float
    """How long it took to build."""


@dataclass(frozen=True)
class Verification:
    """How an index compares with the graph."""

    customers: int
    differing: int
    keys: Sequence[str]
    """Some of the customers of whom it does not say what the graph says; those it has no more."""


async def build(platform: Platform) -> IndexSize:
    """Return the size of an index that is built now and thrown away."""
    began = perf_counter()
    level = await load_all(platform.database, _NO_LIMIT)
    seconds = perf_counter() - began
    return IndexSize(
        customers=len(level.present),
        taggings=sum(len(one.customers) for one in level.tags.values()),
        events=sum(len(one) for one in level.events.values()),
        bytes=level.nbytes,
        seconds=seconds,
    )


async def verify_saved(platform: Platform, file: Path) -> Verification:
    """Return how the index in a file, brought up to date, compares with the graph.

    That is what the next process that serves will begin with. Raises NotFound where there is no index
    in the file.
    """
    knowledge = GraphCache(platform.database, _NO_LIMIT, file, keep=False)
    if not await knowledge.restore():
        raise NotFound(
            f"there is no index in {file}.", hint="A process that serves saves it once it is built."
        )
    try:
        return await verify(platform.database, knowledge)
    finally:
        await knowledge.close()


async def verify(database: Database, knowledge: GraphCache, most_keys: int = 20) -> Verification:
    """Return how what a process answers from compares with the graph.

    Raises IndexUnable where it has no index.
    """
    kept = await knowledge.indexed()
    level = await load_all(database, _NO_LIMIT)
    fresh = IndexSnapshot((level,), await load_trees(database))
    kept = await knowledge.indexed()
    found = differences(kept, fresh)
    for _ in range(_TRIES):  # what changed between the two readings differs until it is read again
        if not found:
            break
        fresh = fresh.with_level(await load_some(database, found))
        kept = await knowledge.indexed()
        found = differences(kept, fresh)
    numberless = await database.read(
        "MATCH (c:Customer) WHERE c.ordinal IS NULL RETURN count(c) AS count"
    )
    missing: int = numberless[0]["count"]
    keys = await keys_of(database, list(found[:most_keys]))
    return Verification(kept.customers, len(found) + missing, keys)


async def rebuild(platform: Platform) -> None:
    """Have every process that serves build its index anew, with customers that were not numbered."""
    await number_cohorts(platform.database)
    await number_ordinals(platform.database)

    async def ask(transaction: Transaction) -> None:
        transaction.touch(parts=[ChangedPart.INDEX])

    await platform.database.write(ask)
