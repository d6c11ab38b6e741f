"""Follows the changes of some customers by the change feeds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyroaring import BitMap, FrozenBitMap

from profilegraph.domain.feed import FeedPosition, Offsets
from profilegraph.domain.limits import MAX_WATCHED
from profilegraph.errors import InvalidInput
from profilegraph.language.nodes import AllOf, Listed, Node
from profilegraph.services.evaluation.choosing import engine
from profilegraph.services.platform import Platform
from profilegraph.storage.feed.change_feed import newest_offsets
from profilegraph.storage.feed.follower import FeedChanges, LossReason, changes_since
from profilegraph.storage.records.reads import read_ordinals


@dataclass(frozen=True)
class ChangedCustomer:
    """That something of a customer was written, or may have been."""

    customer: str
    position: FeedPosition
    """All later changes, of any watched customer, come after it."""


@dataclass
class _Watched:
    """The watched customers, by key, and how far their changes were read."""

    keys: Sequence[str]
    ordinals: dict[str, int] = field(default_factory=dict)
    """Of those that exist; a customer keeps its ordinal."""

    async def resolve(self, platform: Platform) -> None:
        """Find the customers that did not exist before."""
        if missing := [key for key in self.keys if key not in self.ordinals]:
            self.ordinals |= await read_ordinals(platform.database.read, missing)

    def changed(self, changes: FeedChanges) -> dict[str, int]:
        """Return those that changed, or may have, in the order in which they were named."""
        existing = {key: self.ordinals[key] for key in self.keys if key in self.ordinals}
        if changes.lost is not None:
            return existing
        return {key: one for key, one in existing.items() if one in changes.customers}


async def customer_changes(
    platform: Platform,
    keys: Sequence[str],
    after: FeedPosition | None,
    clock: Callable[[], datetime],
    where: Node | None = None,
) -> AsyncGenerator[ChangedCustomer, None]:
    """Yield each change of some customers after a position, and wait for new ones.

    Without a position, only new ones; of those that match a filter, if one is given, as of the
    moment at which their change is found. Changes of one customer that are found together are one.
    If the feeds no longer reach back to the position, all customers may have changed, and are
    yielded. A change may be yielded again to who comes back, none is missed. Raises InvalidInput,
    InvalidFilter.
    """
    if not 1 <= len(keys) <= MAX_WATCHED:
        raise InvalidInput(f"watch 1 to {MAX_WATCHED} customers, not {len(keys)}.", where="keys")
    platform = replace(platform, snapshot=None)  # it outlives the request
    if where is not None:
        await engine(platform, [where], clock())  # a filter that cannot be asked is refused at once
    watched = _Watched(tuple(dict.fromkeys(keys)))
    recent = platform.recent_changes
    count = recent.count  # before the feeds are read, so that nothing is missed between
    changes = await _begin(platform, after)
    before = changes.offsets.position if after is None else after
    while True:
        await watched.resolve(platform)
        found = watched.changed(changes)
        if where is not None and found:
            found = await _matching(platform, found, where, clock())
        for place, key in enumerate(found, start=1):
            # Who has seen some of them only is told of all again.
            last = place == len(found)
            yield ChangedCustomer(key, changes.offsets.position if last else before)
        offsets, before = changes.offsets, changes.offsets.position
        count, news = await _news(platform, watched, count, offsets)
        changes = news if news is not None else await changes_since(platform.database, offsets)


async def _begin(platform: Platform, after: FeedPosition | None) -> FeedChanges:
    """Return what has changed since a position; without one, nothing has."""
    newest = (await newest_offsets(platform.database)).offsets
    if after is None:
        return FeedChanges(newest)
    offsets = after.offsets(newest)
    if offsets is None:
        return FeedChanges(newest, lost=LossReason.ANOTHER_FEED)
    return await changes_since(platform.database, offsets)


async def _news(
    platform: Platform, watched: _Watched, count: int, offsets: Offsets
) -> tuple[int, FeedChanges | None]:
    """Wait until watched customers may have changed; return how many polls are known by then.

    With them, that nothing is new if that can be told without reading the feeds.
    """
    recent = platform.recent_changes
    while True:
        next_event = recent.signal.next_event()
        polls, count = recent.since(count), recent.count
        if polls is None or any(one.lost for one in polls):
            return count, None
        if polls:
            await watched.resolve(platform)
            if any(watched.changed(one) for one in polls):
                return count, None
            # What all polls together have read has nothing for us: no need to read it again.
            return count, FeedChanges(offsets.joined(polls[-1].offsets))
        await next_event.wait()


async def _matching(
    platform: Platform, found: dict[str, int], where: Node, now: datetime
) -> dict[str, int]:
    among = AllOf((Listed(FrozenBitMap(found.values())), where))
    members: BitMap | FrozenBitMap = (
        await (await engine(platform, [where], now)).members(among)
    ).ordinals
    return {key: ordinal for key, ordinal in found.items() if ordinal in members}
