"""The feed of changes as the watcher of live segments follows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyroaring import BitMap

from profilegraph.storage.database import Database
from profilegraph.storage.feed import Heads, Look, Part, begin, look

_TREES = frozenset({Part.ORGANISATION, Part.CHANNELS})
_DEFINITIONS = frozenset({Part.SEGMENTS, Part.TAXONOMIES})


@dataclass(frozen=True)
class News:
    """What has changed since the watcher looked before."""

    heads: Heads
    """How far the feeds have come."""
    customers: BitMap = field(default_factory=BitMap)
    feeds: frozenset[int] = frozenset()
    trees: bool = False
    """Whether our teams, employees or channels changed: that may be about any customer."""
    definitions: bool = False
    """Whether segments or taxonomies changed."""
    lost: bool = False
    """Whether changes are missing, so that any customer may have changed."""

    def __add__(self, later: News) -> News:
        return News(
            later.heads,
            self.customers | later.customers,
            self.feeds | later.feeds,
            self.trees or later.trees,
            self.definitions or later.definitions,
            self.lost or later.lost,
        )


async def news_since(database: Database, heads: Heads | None) -> News:
    """Return what has changed since the feeds were at `heads`; everything may have without any.

    What is being committed right now is left for the next look.
    """
    if heads is not None:
        found = await look(database, heads)
        if not found.broken:
            return _news(found)
    return News((await begin(database)).heads, trees=True, definitions=True, lost=True)


async def unchanged(database: Database, heads: Heads, customers: BitMap) -> bool:
    """Return whether nothing about some customers was committed, or is just being, since `heads`."""
    found = await look(database, heads)
    return not (found.broken or found.unsettled) and customers.isdisjoint(_named(found))


def _named(found: Look) -> BitMap:
    return BitMap.union(BitMap(), *(BitMap(change.customers) for change in found.changes))


def _news(found: Look) -> News:
    parts = frozenset[Part]().union(*(change.parts for change in found.changes))
    return News(
        found.heads,
        _named(found),
        frozenset(change.feed for change in found.changes),
        trees=not parts.isdisjoint(_TREES),
        definitions=not parts.isdisjoint(_DEFINITIONS),
    )
