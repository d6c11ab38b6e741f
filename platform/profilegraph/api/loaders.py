"""Reads for one request: what many objects of an answer need of one kind is read at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from strawberry.dataloader import DataLoader

from profilegraph.services import profiles
from profilegraph.services.platform import Platform
from profilegraph.services.profiles import ByCustomer

T = TypeVar("T")
Lists = DataLoader[str, Sequence[T]]
"""Loads what a customer, by key, has of one kind."""
Newest = DataLoader[tuple[str, int], Sequence[T]]
"""Loads the newest of one kind that a customer has: key and number."""


class Loaders:
    """The readers of one request; what was read once is not read again in it."""

    def __init__(self, platform: Platform, now: datetime) -> None:
        database = platform.database
        self.profiles = _lists(partial(profiles.read_profiles, database))
        self.identities = _lists(partial(profiles.read_identities, database))
        self.taggings = _lists(lambda keys: profiles.read_taggings(database, keys, now))
        self.departments = _lists(partial(profiles.read_departments, database))
        self.decision_makers = _lists(partial(profiles.read_decision_makers, database))
        self.events = _newest(partial(profiles.read_events, database))
        self.relations = _lists(partial(profiles.read_relations, database))
        self.owners = _lists(partial(profiles.read_owners, database))
        self.opportunities = _lists(partial(profiles.read_opportunities, database))
        self.follow_ups = _newest(partial(profiles.read_follow_ups, database))
        self.consents = _lists(partial(profiles.read_consents, database))
        self.arrivals = _lists(partial(profiles.read_arrivals, database))


def _lists(read: Callable[[list[str]], Awaitable[ByCustomer[T]]]) -> Lists[T]:
    async def load(keys: list[str]) -> list[Sequence[T]]:
        found = await read(keys)
        return [found.get(key, ()) for key in keys]

    return DataLoader(load)


def _newest(read: Callable[[list[str], int], Awaitable[ByCustomer[T]]]) -> Newest[T]:
    async def load(wanted: list[tuple[str, int]]) -> list[Sequence[T]]:
        groups: dict[int, list[str]] = defaultdict(list)
        for key, most in wanted:
            groups[most].append(key)
        found = {most: await read(keys, most) for most, keys in groups.items()}
        return [found[most].get(key, ()) for key, most in wanted]

    return DataLoader(load)
