"""The state that the resolvers of one request share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry

from profilegraph.api.customers.loaders import Loaders
from profilegraph.api.runtime.estimate import Budget
from profilegraph.domain.duties import Actor
from profilegraph.domain.identity import Principal
from profilegraph.domain.notices import Notices
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.codec import Conditions
from profilegraph.language.facts import Past, When
from profilegraph.language.history import as_of, require_moment
from profilegraph.language.nodes import Node
from profilegraph.services import duties
from profilegraph.services.cache.graph_cache import RequestSnapshot
from profilegraph.services.limits.fair_queue import FairQueue
from profilegraph.services.limits.pacer import AT_ONCE, Pacer
from profilegraph.services.limits.spending import POINTS_AN_ITEM, Spending
from profilegraph.services.platform import Platform
from profilegraph.services.segments import service


class ApiContext:
    """One request: the platform, the viewer, the moment, what remains to spend, and the data loaders."""

    def __init__(
        self,
        platform: Platform,
        viewer: Principal,
        now: datetime,
        clock: Callable[[], datetime] | None = None,
        new_spending: Callable[[], Spending] = Spending,
        pacer: Pacer | None = None,
        events: FairQueue | None = None,
    ) -> None:
        """Set who asks of what, and what they spend; `events` are the turns of subscriptions' events."""
        self._pacer = pacer or Pacer()
        self._events = events
        self._new_spending = new_spending
        self.spending = new_spending()
        """What the request is charged; a subscription's, for each of its events anew."""
        self._snapshot = RequestSnapshot(platform.cache, self.spending, self._discard)
        self.notices: Notices = {}
        """Notices on the answers."""
        self.contacts_shown: set[str] = set()
        """Keys of the customers whose contact data the answer shows."""
        self.platform = replace(
            platform,
            snapshot=self._snapshot,
            notices=self.notices,
            contacts_shown=self.contacts_shown,
        )
        self.viewer = viewer
        self.now = now
        self._clock = clock
        self.budget = Budget(charge=self._charge_items)
        self.changes = False
        """Whether the request is about to change something, and is not to be ended half-way."""
        self.memo: dict[str, Any] = {}
        """Per-request memo."""
        self._seen: Catalogue | None = None
        self._conditions: Conditions | None = None
        self._standing: asyncio.Task[Actor] | None = None
        self._load: Loaders | None = None

    @property
    def conditions(self) -> Conditions:
        """Return the conditions that plugins add to the language."""
        if self._conditions is None:
            self._conditions = self.platform.host.conditions(self._seen)
        return self._conditions

    def use_catalogue(self, catalogue: Catalogue) -> None:
        """Record the taxonomies that the request sees."""
        self._seen, self._conditions = catalogue, None

    @property
    def load(self) -> Loaders:
        """Return the data loaders, created on first use."""
        if self._load is None:
            self._load = Loaders(self.platform, self.now, self.budget, self.pause)
        return self._load

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of an event of a subscription, and hold a place meanwhile."""
        return nullcontext() if self._events is None else self._events.turn(self.viewer.id)

    async def pause(self, pieces: int = AT_ONCE) -> None:
        """Let others have the event loop before the next pieces of the answer are made."""
        await self._pacer.turn(self.viewer.id, pieces)

    def when(self, moment: datetime | None, now: datetime | None = None) -> When:
        """Return the moment of a question: now, or a past one; raises InvalidInput for a later one.

        `now` replaces the present moment.
        """
        if now is not None:
            require_moment(now, "now")
        return as_of(moment, now or self.now)

    def past(self, moment: datetime | None, now: datetime | None = None) -> When | None:
        """Return the moment of a question if it is not the present one, else None."""
        when = self.when(moment, now)
        return when if isinstance(when, Past) or now is not None else None

    def moments(self, past: When | None) -> tuple[datetime | None, datetime | None]:
        """Return the past moment and the replaced present moment of a question, or None for each."""
        match past:
            case Past():
                return past.at, None if past.present == self.now else past.present
            case _:
                return None, past

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies in force, read once per request."""
        return await self.platform.catalogue()

    async def sentence(self, node: Node, locale: str) -> str:
        """Return a filter as a sentence, with the labels of the segments that it refers to."""
        key = f"sentence {locale} {id(node)}"
        if key not in self.memo:
            library = await service.library(self.platform, node)
            # Kept beside its sentence, so that no other filter takes its place in memory.
            self.memo[key] = node, service.text(node, await self.catalogue(), locale, library)
        text: str = self.memo[key][1]
        return text

    async def actor_with_teams(self) -> Actor:
        """Return the actor with its teams; raises Forbidden if the employee no longer exists."""
        if self._standing is None:
            actor = self.viewer.actor
            self._standing = asyncio.create_task(
                duties.with_teams(self.platform.database.read, actor)
            )
        return await asyncio.shield(self._standing)

    def renew(self) -> None:
        """Start over, as a subscription does for each of its events."""
        if self._clock is not None:
            self.now = self._clock()
        self.budget = Budget(charge=self._charge_items)
        self.spending = self._snapshot.spending = self._new_spending()
        self.notices.clear()
        self._snapshot.forget()

    def _charge_items(self, items: float) -> None:
        self.spending.charge(items * POINTS_AN_ITEM)

    def _discard(self) -> None:
        """Discard what was read, after a change."""
        self._standing = None
        self.memo = {}
        self._load = None


Info = strawberry.Info[ApiContext, None]
