"""Follows the feeds: the offsets of one reader, new changes, and detection of missing ones."""

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
    newest_offsets,
    poll,
)

_TRIES = 100
_PAUSE_SECONDS = 0.005
_TREES = frozenset({ChangedPart.ORGANISATION, ChangedPart.CHANNELS})
_DEFINITIONS = frozenset({ChangedPart.SEGMENTS, ChangedPart.TAXONOMIES, ChangedPart.KEYS})


class LossReason(StrEnum):
    """Why a follower cannot know what changed, so that anything may have."""

    AT_START = "at start"
    """It has not followed before."""
    ANOTHER_FEED = "another feed"
    """The feed was replaced, or no longer reaches back to the follower's offset."""
    CHANGES_MISSING = "changes missing"
    """Numbered changes do not exist."""


@dataclass(frozen=True)
class FeedChanges:
    """What has changed since the last poll of a follower."""

    offsets: Offsets
    """The offsets after these changes."""
    changes: tuple[CommittedChange, ...] = ()
    lost: LossReason | None = None
    """Why changes are missing; None if none are."""
    unsettled: bool = False
    """Whether a transaction is being committed right now, whose change is not visible yet."""

    @cached_property
    def customers(self) -> BitMap:
        """Return the changed customers, by ordinal."""
        return BitMap.union(BitMap(), *(BitMap(change.customers) for change in self.changes))

    @cached_property
    def feeds(self) -> frozenset[int]:
        """Return the feeds that reported the changes."""
        return frozenset(change.feed for change in self.changes)

    @cached_property
    def parts(self) -> frozenset[ChangedPart]:
        """Return what changed apart from customers."""
        return frozenset[ChangedPart]().union(*(change.parts for change in self.changes))

    @property
    def trees(self) -> bool:
        """Return whether our teams, employees or channels changed, which may affect any customer."""
        return self.lost is not None or not self.parts.isdisjoint(_TREES)

    @property
    def definitions(self) -> bool:
        """Return whether segments or taxonomies changed, or what their owners may see."""
        return self.lost is not None or not self.parts.isdisjoint(_DEFINITIONS)


async def changes_since(database: Reads, offsets: Offsets | None) -> FeedChanges:
    """Return what has changed since some offsets; without offsets, anything may have."""
    lost = LossReason.AT_START
    if offsets is not None:
        found = await poll(database, offsets)
        if not found.broken:
            return FeedChanges(found.offsets, found.changes, unsettled=found.unsettled)
        lost = LossReason.ANOTHER_FEED
    begun = await newest_offsets(database)
    return FeedChanges(begun.offsets, lost=lost, unsettled=begun.unsettled)


async def unchanged(database: Reads, offsets: Offsets, customers: BitMap) -> bool:
    """Return whether no change of some customers was committed, or is being committed, since `offsets`."""
    found = await changes_since(database, offsets)
    return not (found.lost or found.unsettled) and customers.isdisjoint(found.customers)


class FeedFollower:
    """Follows the feeds for one reader, which gets each change at least once.

    The reader acknowledges changes after handling them; until then, it gets them again.
    """

    def __init__(self, database: Reads) -> None:
        self._database = database
        self.offsets: Offsets | None = None
        """The acknowledged offsets; None if there are none."""

    def acknowledge(self, changes: FeedChanges) -> None:
        """Acknowledge that the reader has handled changes."""
        self.offsets = changes.offsets

    async def changes(self) -> FeedChanges:
        """Return the changes not yet acknowledged, without those that are just being committed."""
        return await changes_since(self._database, self.offsets)

    async def settled_changes(self) -> FeedChanges:
        """Return the changes not yet acknowledged, as of a moment without a half-visible transaction."""
        found = await self._settled_since(self.offsets)
        if found.unsettled and self.offsets is not None:
            # Nothing is under way for so long: somebody has deleted the changes.
            anew = await self._settled_since(None)
            return replace(anew, lost=LossReason.CHANGES_MISSING)
        return found

    async def _settled_since(self, offsets: Offsets | None) -> FeedChanges:
        for _ in range(_TRIES):
            found = await changes_since(self._database, offsets)
            if not found.unsettled:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        return found
