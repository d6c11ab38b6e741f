"""Compares the index with the graph, and rebuilds it in every process."""

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
from profilegraph.storage.feed.numbering import (
    count_without_ordinal,
    number_cohorts,
    number_ordinals,
)
from profilegraph.storage.neo4j.database import Database, Transaction

_NO_LIMIT = 2**63
_TRIES = 3


@dataclass(frozen=True)
class IndexSize:
    """The size of an index."""

    customers: int
    taggings: int
    events: int
    bytes: int
    seconds: float
    """The duration of the build in seconds."""


@dataclass(frozen=True)
class Verification:
    """The result of comparing an index with the graph."""

    customers: int
    differing: int
    keys: Sequence[str]
    """Some of the customers that differ, and of those that no longer exist."""


async def build(platform: Platform) -> IndexSize:
    """Build an index, discard it and return its size."""
    began = perf_counter()
    run = await load_all(platform.database, _NO_LIMIT)
    seconds = perf_counter() - began
    return IndexSize(
        customers=len(run.present),
        taggings=sum(len(one.customers) for one in run.tags.values()),
        events=sum(len(one) for one in run.events.values()),
        bytes=run.nbytes,
        seconds=seconds,
    )


async def verify_saved(platform: Platform, file: Path) -> Verification:
    """Return how the saved index, brought up to date, compares with the graph.

    The next process will start with that index. Raises NotFound if the file holds no index.
    """
    cache = GraphCache(platform.database, _NO_LIMIT, file, keep=False)
    if not await cache.restore():
        raise NotFound(
            f"there is no index in {file}.", hint="A process that serves saves it once it is built."
        )
    try:
        return await verify(platform.database, cache)
    finally:
        await cache.close()


async def verify(database: Database, cache: GraphCache, most_keys: int = 20) -> Verification:
    """Return how the index that a process answers from compares with the graph.

    Raises IndexUnable if it has no index.
    """
    kept = await cache.indexed()
    run = await load_all(database, _NO_LIMIT)
    fresh = IndexSnapshot((run,), await load_trees(database))
    kept = await cache.indexed()
    found = differences(kept, fresh)
    for _ in range(_TRIES):  # what changed between the two readings differs until it is read again
        if not found:
            break
        fresh = fresh.with_run(await load_some(database, found))
        kept = await cache.indexed()
        found = differences(kept, fresh)
    missing = await count_without_ordinal(database)
    keys = await keys_of(database, list(found[:most_keys]))
    return Verification(kept.customers, len(found) + missing, keys)


async def rebuild(platform: Platform) -> None:
    """Make every serving process rebuild its index, after numbering the customers without an ordinal."""
    await number_cohorts(platform.database)
    await number_ordinals(platform.database)

    async def ask(transaction: Transaction) -> None:
        transaction.touch(parts=[ChangedPart.INDEX])

    await platform.database.write(ask)
