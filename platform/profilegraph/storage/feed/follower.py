"""A follower of the feeds: where it stands, what has come since, and when changes are missing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from pyroaring import BitMap

from profilegraph.domain.feed import Offsets
from profilegraph.storage.feed.change_feed import (
    ChangedPart,
    CommittedChange,
    Reads,
    begin,
    look,
)

_TRIES = 100
_PAUSE_SECONDS = 0.005
_TREES = frozenset({ChangedPart.ORGANISATION, ChangedPart.CHANNELS})
_DEFINITIONS = frozenset({ChangedPart.SEGMENTS, ChangedPart.TAXONOMIES})


class LossReason(StrEnum):
    """Why a follower does not know all that has changed: anything may have."""

    AT_START = "at start"
    """It has not followed before."""
    ANOTHER_FEED = "another feed"
    """The feed is another one, or does not reach back to where the follower stood."""
    CHANGES_MISSING = "changes missing"
    """Changes have numbers and are not there."""


@dataclass(frozen=True)
class FeedNews:
    """What has changed since a follower looked before."""

    heads: Offsets
    """How far the feeds have come."""
    changes: tuple[CommittedChange, ...] = ()
    lost: LossReason | None = None
    """Why changes are missing; None where none are."""
    unsettled: bool = False
    """Whether a transaction is being committed right now, whose change is not visible yet."""

    @cached_property
    def customers(self) -> BitMap:
        """Return the customers that the changes are about, by ordinal."""
        return BitMap.union(BitMap(), *(BitMap(change.customers) for change in self.changes))

    @cached_property
    def feeds(self) -> frozenset[int]:
        """Return the feeds that have told of the changes."""
        return frozenset(change.feed for change in self.changes)

    @cached_property
    def parts(self) -> frozenset[ChangedPart]:
        """Return what changed beside customers."""
        return frozenset[ChangedPart]().union(*(change.parts for change in self.changes))

    @property
    def trees(self) -> bool:
        """Return whether our teams, employees or channels changed: that may be about any customer."""
        return self.lost is not None or not self.parts.isdisjoint(_TREES)

    @property
    def definitions(self) -> bool:
        """Return whether segments or taxonomies changed."""
        return self.lost is not None or not self.parts.isdisjoint(_DEFINITIONS)


async def news_since(database: Reads, heads: Offsets | None) -> FeedNews:
    """Return what has changed since the feeds were at `heads`; anything may have without any."""
    lost = LossReason.AT_START
    if heads is not None:
        found = await look(database, heads)
        if not found.broken:
            return FeedNews(found.heads, found.changes, unsettled=found.unsettled)
        lost = LossReason.ANOTHER_FEED
    begun = await begin(database)
    return FeedNews(begun.heads, lost=lost, unsettled=begun.unsettled)


async def unchanged(database: Reads, heads: Offsets, customers: BitMap) -> bool:
    """Return whether nothing about some customers was committed, or is just being, since `heads`."""
    found = await news_since(database, heads)
    return not (found.lost or found.unsettled) and customers.isdisjoint(found.customers)


class FeedFollower:
    """Follows the feeds for one reader, who has each change at least once.

    The reader says when it has seen to some news: until then, it gets them again.
    """

    def __init__(self, database: Reads) -> None:
        self._database = database
        self.heads: Offsets | None = None
        """Up to where everything has been seen to; None where nothing is known."""

    def seen(self, news: FeedNews) -> None:
        """Take note that the reader has seen to some news."""
        self.heads = news.heads

    async def news(self) -> FeedNews:
        """Return what has not been seen to; what is being committed right now comes the next time."""
        return await news_since(self._database, self.heads)

    async def settled_news(self) -> FeedNews:
        """Return what has not been seen to, as of a moment when no transaction is half visible."""
        found = await self._settled_since(self.heads)
        if found.unsettled and self.heads is not None:
            # Nothing is under way for so long: somebody has deleted the changes.
            anew = await self._settled_since(None)
            return replace(anew, lost=LossReason.CHANGES_MISSING)
        return found

    async def _settled_since(self, heads: Offsets | None) -> FeedNews:
        for _ in range(_TRIES):
            found = await news_since(self._database, heads)
            if not found.unsettled:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        return found
