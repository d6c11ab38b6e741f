"""Reads the index from the graph: all customers first, then those that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pyroaring import BitMap

from profilegraph.domain.records.kinds import INDEXED
from profilegraph.engines.bitmap.building import Rows, build
from profilegraph.engines.bitmap.run import Hierarchies, IndexRun, joined
from profilegraph.errors import IndexUnable
from profilegraph.storage import cache
from profilegraph.storage.feed.change_feed import wait_for_commits
from profilegraph.storage.neo4j.database import Database

RANGE = 25_000
"""Customers per batch, which is in memory twice while the index is built."""
SIDE_BY_SIDE = 3
FEW = 500
"""Changed customers per query."""

_LISTED = {kind.plural for kind in INDEXED if kind.edges.keys() & set(kind.indexed)}


async def load_all(database: Database, most_bytes: int) -> IndexRun:
    """Return a run of all customers.

    Raises IndexUnable if it takes more memory than `most_bytes`.
    """
    end = await cache.highest_ordinal(database) + 1
    gate = asyncio.Semaphore(SIDE_BY_SIDE)
    taken = 0

    async def load(first: int) -> IndexRun:
        nonlocal taken
        async with gate:
            run = await _load_range(database, first, min(first + RANGE, end))
            taken += run.nbytes
            if taken > most_bytes:
                raise too_large(taken, most_bytes)
            return run

    tasks = [asyncio.create_task(load(first)) for first in range(0, end, RANGE)]
    try:
        runs = await asyncio.gather(*tasks) or [build(Rows(), BitMap())]
    finally:
        for task in tasks:
            task.cancel()
    return await asyncio.to_thread(joined, runs, [run.read for run in runs])


async def load_some(database: Database, ordinals: BitMap) -> IndexRun:
    """Return a run of the customers with some ordinals."""
    wanted = list(ordinals)
    rows = Rows()
    for start in range(0, len(wanted), FEW):
        found = await cache.read_listed(database, wanted[start : start + FEW])
        for kind, some in found.items():
            _take(rows, kind, some)
    return build(rows, ordinals)


async def load_changed(database: Database, ordinals: BitMap, feeds: Collection[int]) -> IndexRun:
    """Return a run of the customers that changes in some feeds have named."""
    run = await load_some(database, ordinals)
    if len(run.present) == len(run.read):
        return run
    # Whom the graph's index of ordinals has not got yet is being committed, or is gone.
    await wait_for_commits(database, feeds)
    return await load_some(database, ordinals)


async def load_trees(database: Database) -> Hierarchies:
    """Return the hierarchies of our employees and of channels."""
    teams, channels = await cache.read_trees(database)
    return Hierarchies(_frozen(teams), _frozen(channels))


def too_large(taken: int, most: int) -> IndexUnable:
    """Return the error for an index that would be too large."""
    return IndexUnable(
        f"the index needs more than {most:,} bytes ({taken:,} so far); Cypher answers instead.",
        hint="Raise PROFILEGRAPH_INDEX_MEMORY if the machine has the memory.",
    )


async def _load_range(database: Database, first: int, end: int) -> IndexRun:
    rows = Rows()
    for kind in cache.KINDS:
        _take(rows, kind, await cache.read_between(database, kind, first, end))
    return await asyncio.to_thread(build, rows, BitMap(range(first, end)))


def _take(rows: Rows, kind: str, found: Iterable[Any]) -> None:
    """Add the rows of one kind to the collected rows."""
    match kind:
        case "customers":
            for ordinal, key, cohort, merged, values in found:
                rows.customers.append((ordinal, key, cohort, merged))
                for name, value in values:
                    rows.values.setdefault(name, []).append((ordinal, value))
        case "taggings":
            rows.taggings += found
        case "events":
            for type_, some in found:
                rows.events.setdefault(type_, []).extend(some)
        case _:
            rows.tables.setdefault(kind, []).extend(_hashable(kind, found))


def _hashable(kind: str, found: Iterable[Any]) -> Iterable[Any]:
    """Return rows with the lists of referenced keys as tuples."""
    if kind not in _LISTED:
        return found
    return [[tuple(one) if type(one) is list else one for one in row] for row in found]


def _frozen(chains: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(chain) for key, chain in chains.items()}
