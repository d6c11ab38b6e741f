"""The feed of changes as the watcher of live segments follows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyroaring import BitMap

from profilegraph.domain.feed import Offsets
from profilegraph.storage.feed.change_feed import ChangedPart, FeedPoll, begin, look
from profilegraph.storage.neo4j.database import Database

_TREES = frozenset({ChangedPart.ORGANISATION, ChangedPart.CHANNELS})
_DEFINITIONS = frozenset({ChangedPart.SEGMENTS, ChangedPart.TAXONOMIES})


@dataclass(frozen=True)
class FeedNews:
    """What has changed since the watcher looked before."""

    heads: Offsets
    """How far the feeds have come."""
    customers: BitMap = field(default_factory=BitMap)
    feeds: frozenset[int] = frozenset()
    trees: bool = False
    """Whether our teams, employees or channels changed: that may be about any customer."""
    definitions: bool = False
    """Whether segments or taxonomies changed."""
    lost: bool = False
    """Whether changes are missing, so that any customer may have changed."""

    def __add__(self, later: FeedNews) -> FeedNews:
        return FeedNews(
            later.heads,
            self.customers | later.customers,
            self.feeds | later.feeds,
            self.trees or later.trees,
            self.definitions or later.definitions,
            self.lost or later.lost,
        )


async def news_since(database: Database, heads: Offsets | None) -> FeedNews:
    """Return what has changed since the feeds were at `heads`; everything may have without any.

    What is being committed right now is left for the next look.
    """
    if heads is not None:
        found = await look(database, heads)
        if not found.broken:
            return _news(found)
    return FeedNews((await begin(database)).heads, trees=True, definitions=True, lost=True)


async def unchanged(database: Database, heads: Offsets, customers: BitMap) -> bool:
    """Return whether nothing about some customers was committed, or is just being, since `heads`."""
    found = await look(database, heads)
    return not (found.broken or found.unsettled) and customers.isdisjoint(_named(found))


def _named(found: FeedPoll) -> BitMap:
    return BitMap.union(BitMap(), *(BitMap(change.customers) for change in found.changes))


def _news(found: FeedPoll) -> FeedNews:
    parts = frozenset[ChangedPart]().union(*(change.parts for change in found.changes))
    return FeedNews(
        found.heads,
        _named(found),
        frozenset(change.feed for change in found.changes),
        trees=not parts.isdisjoint(_TREES),
        definitions=not parts.isdisjoint(_DEFINITIONS),
    )
