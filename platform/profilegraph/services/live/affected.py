"""Which customers a change can move into or out of a live segment: the changed ones and their relatives.

If a filter follows relations, its result for a customer depends on the customers within that
distance. If one of them changed, a path of relations led, or leads now, from the customer to the
change. A write names both ends of a relation, so the part of the path before the first added or
removed relation exists now and ends at a named customer: following the current relations finds
every affected customer.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.services.cache.indexing import load_changed, load_some
from profilegraph.storage.cache import related_to
from profilegraph.storage.feed.follower import FeedChanges, unchanged
from profilegraph.storage.neo4j.database import Database

MOST_AROUND = 2_000
"""Most customers read around a change; with more, the index is faster."""


@dataclass(frozen=True)
class AffectedCustomers:
    """The customers that may have moved, and the facts on which their results depend."""

    customers: BitMap
    run: IndexRun


async def affected(
    database: Database, changes: FeedChanges, reach: int
) -> AffectedCustomers | None:
    """Return the customers that changes may move in a segment that follows `reach` relations.

    None if all customers have to be evaluated: too many are near, the relations of a merged or
    deleted customer cannot be followed, or something changed meanwhile.
    """
    if not reach:
        run = await load_changed(database, changes.customers, changes.feeds)
        return AffectedCustomers(changes.customers, run)
    if len(changes.customers) > MOST_AROUND:
        return None
    changed = await load_changed(database, changes.customers, changes.feeds)
    if len(changed.present) < len(changed.read):
        return None
    neighbourhoods = await _neighbourhoods(database, changes.customers, 2 * reach)
    if neighbourhoods is None:
        return None
    run = await load_some(database, neighbourhoods[-1])
    if not await unchanged(database, changes.offsets, neighbourhoods[-1]):
        return None
    return AffectedCustomers(neighbourhoods[reach], run)


async def _neighbourhoods(database: Database, start: BitMap, steps: int) -> list[BitMap] | None:
    """Return the customers within 0, 1, … relations of some customers; None if they are too many."""
    neighbourhoods, fresh = [start], start
    for _ in range(steps):
        near = BitMap(await related_to(database, fresh, MOST_AROUND + 1)) if fresh else BitMap()
        fresh = near - neighbourhoods[-1]
        neighbourhoods.append(neighbourhoods[-1] | fresh)
        if len(neighbourhoods[-1]) > MOST_AROUND:
            return None
    return neighbourhoods
