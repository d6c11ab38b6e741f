"""The process's cache of the graph: its taxonomies and its index.

Every question begins with one poll of the change feeds, which brings the cache up to date: an
answer reflects each transaction that was committed before the question arrived. If the database is
embedded, its commit watermark can prove that nothing was committed since, and the poll is skipped.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from profilegraph.domain.deployment import Deployment
from profilegraph.domain.feed import Offsets
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.embedded.pulse import Beat, Pulse
from profilegraph.engines.bitmap.file import load, save
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.errors import IndexUnable
from profilegraph.services.cache.index_keeper import IndexKeeper
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.operations.metrics import Metrics
from profilegraph.services.operations.routines import Routines
from profilegraph.storage.deployment import read_deployment
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.feed.follower import FeedFollower
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.taxonomies.definitions import read_taxonomies

_THREADS = 2
SAVING = "saving the index"
"""The name of the routine."""


@dataclass(frozen=True)
class CachedGraph:
    """The cached state as of one poll."""

    catalogue: Catalogue
    view: IndexSnapshot | None
    """None if Cypher has to answer."""


class GraphCache:
    """Keeps the cached state up to date; one per database."""

    def __init__(
        self,
        database: Database,
        index_bytes: int | None = None,
        file: Path | None = None,
        *,
        keep: bool = True,
        pulse: Pulse | None = None,
    ) -> None:
        self.metrics = Metrics()
        self.routines = Routines()
        self.metrics.watch_routines(self.routines)
        self.threads = ThreadPoolExecutor(_THREADS, "questions")
        """Threads for computations that would block the event loop."""
        self.index = IndexKeeper(database, index_bytes, self.metrics, self.routines)
        self._database = database
        self._looking: asyncio.Task[CachedGraph] | None = None
        self._next: asyncio.Task[CachedGraph] | None = None
        self._asked = False
        """Whether the next poll is for a query, which needs the index too."""
        self._follower = FeedFollower(database)
        self._file = file if index_bytes is not None else None
        self._keep = keep
        self._kept: tuple[IndexSnapshot, Offsets] | None = None
        """The newest index that included all changes up to its offsets."""
        self._saved: IndexRun | None = None
        self._saving: asyncio.Task[None] | None = None
        self._catalogue: Catalogue | None = None
        self.deployment: Deployment | None = None
        """The settings stored in the graph; None if there are none."""
        self._pulse = pulse
        self._told: tuple[Beat, CachedGraph] | None = None

    async def now(self) -> CachedGraph:
        """Return the cached state after a poll that begins after this call."""
        known = self.unchanged()
        return await asyncio.shield(self.look()) if known is None else known

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies after a poll that begins after this call.

        A write does not wait until the index includes the writes before it.
        """
        known = self.unchanged(asked=False)
        return (await asyncio.shield(self.look(asked=False)) if known is None else known).catalogue

    def question(self) -> int | None:
        """Return the number of a request for the commit watermark that was just sent; None without one."""
        return None if self._pulse is None else self._pulse.ask()

    def unchanged(self, question: int | None = None, *, asked: bool = True) -> CachedGraph | None:
        """Return the cached state if nothing was committed between its poll and a watermark request.

        The request is sent by this call if it was not sent before. With `asked` false, as for a
        write, the index may be stale.
        """
        beat = self._beat(question)
        if beat is None or self._told is None or self._told[0] != beat:
            return None
        known = self._told[1]
        if asked and not self.index.rests_on(known.view):
            return None
        self.metrics.spared.inc()
        return known

    def look(self, *, asked: bool = True) -> asyncio.Task[CachedGraph]:
        """Return a poll that begins after this call; whoever awaits it shields it."""
        self._asked = self._asked or asked
        # Who comes while one look is under way shares the next one with all others who do.
        if self._next is None:
            self._next = asyncio.create_task(self._look_after(self._looking))
        return self._next

    async def indexed(self) -> IndexSnapshot:
        """Return the index once it is built and up to date; raises IndexUnable if it never will be."""
        while True:
            known = await self.now()
            if known.view is not None:
                await self._written()
                return known.view
            if self.index.work is None:
                raise IndexUnable(f"there is no index: it is {self.index.state.value}.")
            await asyncio.wait([self.index.work])

    async def close(self) -> None:
        """Cancel what is in progress."""
        tasks = [task for task in (self._looking, self._next) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._written()
        await self._save()
        await self.index.close()
        self.threads.shutdown(wait=False, cancel_futures=True)
        if self._pulse is not None:
            self._pulse.close()

    async def _look_after(self, other: asyncio.Task[CachedGraph] | None) -> CachedGraph:
        if other is not None:
            await asyncio.wait([other])
        self._looking, self._next = self._next, None
        asked, self._asked = self._asked, False
        with self.metrics.look.time():
            return await self._look(asked)

    async def _look(self, asked: bool) -> CachedGraph:
        # Asked for first: whoever commits after it has another one, and is found the next time.
        beat = self._beat()
        known = await self._read(asked)
        self._told = None if beat is None else (beat, known)
        return known

    def _beat(self, question: int | None = None) -> Beat | None:
        return None if self._pulse is None else self._pulse.beat(question)

    async def _read(self, asked: bool) -> CachedGraph:
        if self._follower.heads is None:
            await self.restore()
        news = await self._follower.settled_news()
        if news.lost is not None and self._follower.heads is not None:
            self._forget(news.lost)
        parts = news.parts
        if self._catalogue is None or ChangedPart.TAXONOMIES in parts:
            self._catalogue = Catalogue.of(await read_taxonomies(self._database))
        if self._follower.heads is None or ChangedPart.SETTINGS in parts:
            self.deployment = await read_deployment(self._database)
        if ChangedPart.INDEX in parts:
            self.index.drop("asked for")
        self.metrics.changes.inc(len(news.changes))
        view = await self.index.after(news, asked=asked)
        # Kept last: after a failure above, the same changes are found by the next look.
        self._follower.seen(news)
        if view is None:
            self._kept = None
        elif view is self.index.settled:
            self._kept = view, news.heads
        writing = self._saving is not None and not self._saving.done()
        if view is not None and view.levels[0] is not self._saved and not writing:
            self._saving = asyncio.create_task(self._save())  # no question waits for the disk
        return CachedGraph(self._catalogue, view)

    async def restore(self) -> bool:
        """Continue from the file of the last process; return whether there was a usable one."""
        if self._file is not None and self._saved is None:
            found = await asyncio.to_thread(load, self._file)
            if found is not None:
                view, heads = found
                self._follower.heads, self._saved = Offsets.of(heads), view.levels[0]
                self.index.restore(view)
        return self._saved is not None

    async def _save(self) -> None:
        """Save the index to its file; the next process reads only what changed since."""
        if self._file and self._keep and self._kept is not None:
            view, heads = self._kept
            self._saved = view.levels[0]
            try:
                await asyncio.to_thread(save, self._file, view, heads.told())
            except Exception as error:  # noqa: BLE001  (a cache: the graph has it all)
                self.routines.failed(SAVING, error)
            else:
                self.routines.succeeded(SAVING)

    async def _written(self) -> None:
        """Wait for a save in progress."""
        if self._saving is not None:
            await self._saving

    def _forget(self, reason: str) -> None:
        self.index.drop(reason)
        self._follower.heads = self._catalogue = self._kept = None


class RequestSnapshot:
    """The cached state as of its first use in a request, shared by all parts of the request."""

    def __init__(self, knowledge: GraphCache) -> None:
        self._knowledge = knowledge
        # Sent when the request begins; the answer is there when it is read.
        self._question = knowledge.question()
        self._known: CachedGraph | None = None
        self._look: asyncio.Task[CachedGraph] | None = None
        self.computing = Computing(knowledge.threads)
        self._catalogue: asyncio.Task[Catalogue] | None = None

    async def now(self) -> CachedGraph:
        """Return the cached state after a poll that began after the request did."""
        if self._known is None and self._look is None:
            self._known = self._knowledge.unchanged(self._question)
        if self._known is not None:
            return self._known
        if self._look is None:
            self._look = self._knowledge.look()
        return await asyncio.shield(self._look)

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies after a poll that began after the request did."""
        if self._known is not None or self._look is not None:
            return (await self.now()).catalogue
        known = self._knowledge.unchanged(self._question, asked=False)
        if known is not None:
            return known.catalogue
        if self._catalogue is None:
            self._catalogue = asyncio.create_task(self._knowledge.catalogue())
        return await asyncio.shield(self._catalogue)

    def forget(self) -> None:
        """Make the next question poll again, because the request has changed something itself."""
        self._known = self._look = self._catalogue = self._question = None
        self.computing = Computing(self._knowledge.threads)
