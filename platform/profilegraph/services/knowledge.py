"""What this process knows of the graph without asking it: its taxonomies and its index.

Every question begins with one look at the feed of changes, which brings all of it up to date: an
answer reflects each transaction that was committed before the question came.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from profilegraph.domain.catalogue import Catalogue
from profilegraph.errors import IndexUnable
from profilegraph.index.view import View
from profilegraph.services.index_keeper import IndexKeeper
from profilegraph.services.metrics import Metrics
from profilegraph.storage.database import Database
from profilegraph.storage.feed import Heads, Look, Part, begin, look
from profilegraph.storage.taxonomies import read_taxonomies

_TRIES = 100
_PAUSE_SECONDS = 0.005


@dataclass(frozen=True)
class Known:
    """What is known as of one look."""

    catalogue: Catalogue
    view: View | None
    """None where Cypher has to answer."""


class Knowledge:
    """Keeps what a process knows up to date; one for each database that it asks."""

    def __init__(self, database: Database, index_bytes: int | None = None) -> None:
        self.metrics = Metrics()
        self.index = IndexKeeper(database, index_bytes, self.metrics)
        self._database = database
        self._looking: asyncio.Task[Known] | None = None
        self._next: asyncio.Task[Known] | None = None
        self._heads: Heads | None = None
        self._catalogue: Catalogue | None = None

    async def now(self) -> Known:
        """Return what is known, by a look that begins after this call does."""
        # Who comes while one look is under way shares the next one with all others who do.
        if self._next is None:
            self._next = asyncio.create_task(self._look_after(self._looking))
        return await asyncio.shield(self._next)

    async def indexed(self) -> View:
        """Return the index once it is built and up to date; raises IndexUnable where it never is."""
        while True:
            known = await self.now()
            if known.view is not None:
                return known.view
            if self.index.work is None:
                raise IndexUnable(f"there is no index: it is {self.index.state.value}.")
            await asyncio.wait([self.index.work])

    async def close(self) -> None:
        """End what is under way."""
        tasks = [task for task in (self._looking, self._next) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.index.close()

    async def _look_after(self, other: asyncio.Task[Known] | None) -> Known:
        if other is not None:
            await asyncio.wait([other])
        self._looking, self._next = self._next, None
        with self.metrics.look.time():
            return await self._look()

    async def _look(self) -> Known:
        found = await self._settled()
        parts = frozenset[Part]().union(*(change.parts for change in found.changes))
        if self._catalogue is None or Part.TAXONOMIES in parts:
            self._catalogue = Catalogue.of(await read_taxonomies(self._database))
        if Part.INDEX in parts:
            self.index.drop("asked for")
        self.metrics.changes.inc(len(found.changes))
        view = await self.index.after(found.changes)
        # Kept last: after a failure above, the same changes are found by the next look.
        self._heads = found.heads
        return Known(self._catalogue, view)

    async def _settled(self) -> Look:
        """Return a look at which no transaction is half visible."""
        for _ in range(_TRIES):
            found = await self._once()
            if not found.unsettled:
                return found
            await asyncio.sleep(_PAUSE_SECONDS)
        if self._heads is None:
            return found  # nothing is under way: somebody has deleted the changes
        self._forget("changes missing")
        return await self._settled()

    async def _once(self) -> Look:
        if self._heads is not None:
            found = await look(self._database, self._heads)
            if not found.broken:
                return found
            self._forget("another feed")
        return await begin(self._database)

    def _forget(self, reason: str) -> None:
        self.index.drop(reason)
        self._heads = self._catalogue = None
