"""What this process knows of the graph without asking it: its taxonomies and its index.

Every question begins with one look at the feed of changes, which brings all of it up to date: an
answer reflects each transaction that was committed before the question came. Where the database is
embedded, its pulse tells that there is nothing to be found, and spares the look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

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

T = TypeVar("T")
_THREADS = 2
SAVING = "saving the index"
"""What the routine is called."""


@dataclass(frozen=True)
class CachedGraph:
    """What is known as of one look."""

    catalogue: Catalogue
    view: IndexSnapshot | None
    """None where Cypher has to answer."""


class GraphCache:
    """Keeps what a process knows up to date; one for each database that it asks."""

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
        """Where that is computed which would hold up the event loop."""
        self.index = IndexKeeper(database, index_bytes, self.metrics, self.routines)
        self._database = database
        self._looking: asyncio.Task[CachedGraph] | None = None
        self._next: asyncio.Task[CachedGraph] | None = None
        self._asked = False
        """Whether the next look is for a question, which needs the index too."""
        self._follower = FeedFollower(database)
        self._file = file if index_bytes is not None else None
        self._keep = keep
        self._kept: tuple[IndexSnapshot, Offsets] | None = None
        """The newest index in which all was that its heads had told of."""
        self._saved: IndexRun | None = None
        self._saving: asyncio.Task[None] | None = None
        self._catalogue: Catalogue | None = None
        self.deployment: Deployment | None = None
        """The settings that the graph keeps; None where it keeps none."""
        self._pulse = pulse
        self._told: tuple[Beat, CachedGraph] | None = None

    async def now(self) -> CachedGraph:
        """Return what is known, by a look that begins after this call does."""
        known = self.unchanged()
        return await asyncio.shield(self.look()) if known is None else known

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies, by a look that begins after this call does.

        Whoever changes customers does not wait until the index knows of those who did before.
        """
        known = self.unchanged(asked=False)
        return (await asyncio.shield(self.look(asked=False)) if known is None else known).catalogue

    def question(self) -> int | None:
        """Return the number of a question to the pulse that is on its way; None where there is none."""
        return None if self._pulse is None else self._pulse.ask()

    def unchanged(self, question: int | None = None, *, asked: bool = True) -> CachedGraph | None:
        """Return what is known where nothing was committed between its reading and a question.

        The question to the pulse is sent by this call if it was not sent before. Unless it is
        `asked`, by somebody who wants customers, the index may be behind.
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
        """Return a look that begins after this call does; whoever waits for it shields it."""
        self._asked = self._asked or asked
        # Who comes while one look is under way shares the next one with all others who do.
        if self._next is None:
            self._next = asyncio.create_task(self._look_after(self._looking))
        return self._next

    async def indexed(self) -> IndexSnapshot:
        """Return the index once it is built and up to date; raises IndexUnable where it never is."""
        while True:
            known = await self.now()
            if known.view is not None:
                await self._written()
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
        """Begin where the last process ended; return whether it left a file that can be used."""
        if self._file is not None and self._saved is None:
            found = await asyncio.to_thread(load, self._file)
            if found is not None:
                view, heads = found
                self._follower.heads, self._saved = Offsets.of(heads), view.levels[0]
                self.index.restore(view)
        return self._saved is not None

    async def _save(self) -> None:
        """Keep the index in a file; a process that starts with it reads what changed since."""
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
        """Return when the file is written that is being written."""
        if self._saving is not None:
            await self._saving

    def _forget(self, reason: str) -> None:
        self.index.drop(reason)
        self._follower.heads = self._catalogue = self._kept = None


class RequestSnapshot:
    """What is known as of the first time that somebody asks: for all parts of one request."""

    def __init__(self, knowledge: GraphCache, on_forget: Callable[[], None] = lambda: None) -> None:
        self._knowledge = knowledge
        self._on_forget = on_forget
        # Sent when the request begins; the answer is there when it is read.
        self._question = knowledge.question()
        self._known: CachedGraph | None = None
        self._look: asyncio.Task[CachedGraph] | None = None
        self.computing = Computing(knowledge.threads)
        self._catalogue: asyncio.Task[Catalogue] | None = None
        self._made: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `make` returns, made once a request for equal keys; raises what it raises."""
        if key not in self._made:
            self._made[key] = asyncio.create_task(make())
        return cast("T", await asyncio.shield(self._made[key]))

    async def now(self) -> CachedGraph:
        """Return what is known, by a look that began after the request did."""
        if self._known is None and self._look is None:
            self._known = self._knowledge.unchanged(self._question)
        if self._known is not None:
            return self._known
        if self._look is None:
            self._look = self._knowledge.look()
        return await asyncio.shield(self._look)

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies, by a look that began after the request did."""
        if self._known is not None or self._look is not None:
            return (await self.now()).catalogue
        known = self._knowledge.unchanged(self._question, asked=False)
        if known is not None:
            return known.catalogue
        if self._catalogue is None:
            self._catalogue = asyncio.create_task(self._knowledge.catalogue())
        return await asyncio.shield(self._catalogue)

    def forget(self) -> None:
        """Have the next question look anew: the request has changed something itself."""
        self._known = self._look = self._catalogue = self._question = None
        self._made = {}
        self.computing = Computing(self._knowledge.threads)
        self._on_forget()
