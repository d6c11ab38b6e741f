"""Whom changes may move in a live segment: those whom they are about, and who is related to them.

Of a filter that looks some relations away, a customer's answer rests on the customers so near to it. If
what it rests on changed, then a way led, or leads now, from the customer to the change. A write names
both ends of a relation, so the part of that way before the first relation that came or went is there
now, and ends at somebody who was named: everyone who may move is found by the relations of now.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.services.cache.indexing import load_changed, load_some
from profilegraph.storage.cache import related_to
from profilegraph.storage.feed.follower import FeedNews, unchanged
from profilegraph.storage.neo4j.database import Database

MOST_AROUND = 2_000
"""Customers that are read around a change; of more, the index answers faster."""


@dataclass(frozen=True)
class AffectedCustomers:
    """Who may have moved, and what is known of all that their answers rest on."""

    customers: BitMap
    level: IndexRun


async def affected(database: Database, news: FeedNews, reach: int) -> AffectedCustomers | None:
    """Return whom changes may move in a segment that looks `reach` relations away from a customer.

    None where all customers have to be asked: too many are near, the relations of somebody who was
    merged or is gone cannot be followed, or something changed while they were.
    """
    if not reach:
        level = await load_changed(database, news.customers, news.feeds)
        return AffectedCustomers(news.customers, level)
    if len(news.customers) > MOST_AROUND:
        return None
    changed = await load_changed(database, news.customers, news.feeds)
    if len(changed.present) < len(changed.read):
        return None
    rings = await _rings(database, news.customers, 2 * reach)
    if rings is None:
        return None
    level = await load_some(database, rings[-1])
    if not await unchanged(database, news.heads, rings[-1]):
        return None
    return AffectedCustomers(rings[reach], level)


async def _rings(database: Database, start: BitMap, steps: int) -> list[BitMap] | None:
    """Return who is up to 0, 1, … relations away from some customers; None where it is too many."""
    rings, fresh = [start], start
    for _ in range(steps):
        near = BitMap(await related_to(database, fresh, MOST_AROUND + 1)) if fresh else BitMap()
        fresh = near - rings[-1]
        rings.append(rings[-1] | fresh)
        if len(rings[-1]) > MOST_AROUND:
            return None
    return rings
