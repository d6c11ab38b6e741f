"""Batched reads for one request: all objects of an answer that need one kind share one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias, TypeVar

from strawberry.dataloader import DataLoader

from profilegraph.api.plugins.fields import FieldLoaders
from profilegraph.api.runtime.estimate import Budget
from profilegraph.domain.duties import Governance, OwnTeam
from profilegraph.domain.live import WatchedSegment
from profilegraph.domain.records.customers import Identity, Relation
from profilegraph.domain.records.organisation import Employee
from profilegraph.language.nodes import Node
from profilegraph.services import duties
from profilegraph.services.access.contacts import shown
from profilegraph.services.access.visibility import visible
from profilegraph.services.customers import profiles
from profilegraph.services.customers.profiles import ByCustomer, Profile, TimelineQuery
from profilegraph.services.destinations import sending
from profilegraph.services.limits.pacer import AT_ONCE
from profilegraph.services.live import service as watching
from profilegraph.services.platform import Platform
from profilegraph.services.segments import lifecycle, versions
from profilegraph.services.segments import lists as segment_lists
from profilegraph.services.segments.broken import Broken, broken, broken_segments
from profilegraph.services.webhooks import service

K = TypeVar("K")
T = TypeVar("T")
Pause: TypeAlias = Callable[[int], Awaitable[None]]
"""Lets others have the event loop before so many pieces of an answer are made."""


class Rows(DataLoader[K, Sequence[T]]):
    """Loads lists; nothing once the answer is too large, so that what waits for them ends soon.

    Those who wait for the same rows go on one after the other.
    """

    def __init__(
        self,
        read: Callable[[list[K]], Awaitable[list[Sequence[T]]]],
        budget: Budget,
        pause: Pause,
    ) -> None:
        super().__init__(read)
        self._budget = budget
        self._pause = pause
        self._served = 0

    async def load(self, key: K) -> Sequence[T]:
        """Return what there is of a key."""
        found = await super().load(key)
        self._served += 1
        if self._served > AT_ONCE:
            await self._pause(1)
        return () if self._budget.overdrawn else found


class Loaders:
    """The readers of one request; what was read once is not read again in it."""

    def __init__(
        self,
        platform: Platform,
        now: datetime,
        budget: Budget,
        pause: Pause,
    ) -> None:
        """Set whom the rows are read for, and how the answer is limited and made in pieces."""
        lists, newest = partial(_lists, budget, pause), partial(_newest, budget, pause)
        database = platform.database
        self.customer_fields = FieldLoaders(platform, now)
        self.profiles = lists(lambda keys: _profiles(platform, keys, now))
        self.identities = lists(lambda keys: _identities(platform, keys, now))
        self.taggings = lists(lambda keys: profiles.read_taggings(database, keys, now))
        self.carried = lists(lambda keys: profiles.read_carried(platform, keys, now))
        self.departments = lists(partial(profiles.read_departments, database))
        self.decision_makers = lists(partial(profiles.read_decision_makers, database))
        self.events = newest(partial(profiles.read_events, database))
        self.relations = lists(lambda keys: _relations(platform, keys, now))
        self.owners = lists(partial(profiles.read_owners, database))
        self.opportunities = lists(partial(profiles.read_opportunities, database))
        self.follow_ups = newest(partial(profiles.read_follow_ups, database))
        self.consents = lists(partial(profiles.read_consents, database))
        self.arrivals = lists(partial(profiles.read_arrivals, database))
        self.channels = lists(partial(profiles.read_channels, database))
        self.versions = lists(partial(versions.versions, platform))
        self.webhooks = lists(partial(service.webhooks, platform))
        self.deliveries = lists(partial(sending.deliveries, platform))
        self.watches = lists(partial(_watches, platform))
        self.snapshots = lists(partial(segment_lists.snapshots, platform))
        self.snapshot_sources = lists(partial(segment_lists.sources, platform))
        self.broken = Rows(partial(_broken, platform), budget, pause)
        self.broken_segments = lists(partial(_broken_segments, platform))
        self.governance = lists(lambda keys: _governance(platform, keys, now))
        self.own_teams = lists(partial(_own_teams, platform))
        self.employees = lists(partial(_employees, platform))
        self.segment_users = lists(partial(lifecycle.users, platform))


async def _profiles(platform: Platform, keys: Sequence[str], now: datetime) -> ByCustomer[Profile]:
    """Return the customers that the viewer may see."""
    return await profiles.read_profiles(platform.database, [*await visible(platform, keys, now)])


async def _relations(
    platform: Platform, keys: Sequence[str], now: datetime
) -> ByCustomer[Relation]:
    """Return the relations to customers that the viewer may see."""
    found = await profiles.read_relations(platform.database, keys)
    others = {one.other for some in found.values() for one in some}
    seen = await visible(platform, others, now)
    return {key: [one for one in some if one.other in seen] for key, some in found.items()}


async def _identities(
    platform: Platform, keys: Sequence[str], now: datetime
) -> ByCustomer[Identity]:
    return await shown(platform, await profiles.read_identities(platform.database, keys), now)


async def _watches(platform: Platform, keys: Sequence[str]) -> ByCustomer[WatchedSegment]:
    return {key: [one] for key, one in (await watching.live_states(platform, keys)).items()}


async def _governance(
    platform: Platform, keys: Sequence[str], now: datetime
) -> ByCustomer[Governance]:
    return {key: [one] for key, one in (await duties.governance(platform, keys, now)).items()}


async def _own_teams(platform: Platform, keys: Sequence[str]) -> ByCustomer[OwnTeam]:
    return {key: [one] for key, one in (await duties.own_teams(platform, keys)).items()}


async def _employees(platform: Platform, keys: Sequence[str]) -> ByCustomer[Employee]:
    return {key: [one] for key, one in (await duties.employees(platform, keys)).items()}


async def _broken(platform: Platform, filters: list[Node]) -> list[Sequence[Broken]]:
    return [() if one is None else (one,) for one in await broken(platform, filters)]


async def _broken_segments(platform: Platform, keys: Sequence[str]) -> ByCustomer[Broken]:
    return {key: [one] for key, one in (await broken_segments(platform, keys)).items()}


def _lists(
    budget: Budget, pause: Pause, read: Callable[[list[str]], Awaitable[ByCustomer[T]]]
) -> Rows[str, T]:
    async def load(keys: list[str]) -> list[Sequence[T]]:
        found = await read(keys)
        return [found.get(key, ()) for key in keys]

    return Rows(load, budget, pause)


def _newest(
    budget: Budget,
    pause: Pause,
    read: Callable[[list[str], TimelineQuery], Awaitable[ByCustomer[T]]],
) -> Rows[tuple[str, TimelineQuery], T]:
    async def load(wanted: list[tuple[str, TimelineQuery]]) -> list[Sequence[T]]:
        groups: dict[TimelineQuery, list[str]] = defaultdict(list)
        for key, asked in wanted:
            groups[asked].append(key)
        found = {asked: await read(keys, asked) for asked, keys in groups.items()}
        return [found[asked].get(key, ()) for key, asked in wanted]

    return Rows(load, budget, pause)
