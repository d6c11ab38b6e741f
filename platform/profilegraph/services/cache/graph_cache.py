"""The process's cache of the graph: its taxonomies and its index, saved to a file and loaded from it.

Every question begins with one poll of the change feeds, which brings the cache up to date: an
answer reflects each transaction that was committed before the question arrived. If the database is
embedded, its commit watermark can prove that nothing was committed since, and the poll is skipped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar, cast

from profilegraph.domain.deployment import Deployment
from profilegraph.domain.feed import Offsets
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.embedded.commit_watermark import CommitWatermark, WatermarkClient
from profilegraph.engines.bitmap.file import load, save
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.cypher.cost import GraphSizes
from profilegraph.errors import IndexUnable, ProfilegraphError
from profilegraph.services.cache.index_keeper import IndexKeeper
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.limits.spending import Spending
from profilegraph.services.limits.workers import Workers
from profilegraph.services.operations.metrics import Metrics
from profilegraph.services.operations.routines import Routines
from profilegraph.storage.deployment import read_deployment
from profilegraph.storage.feed.change_feed import ChangedPart
from profilegraph.storage.feed.follower import FeedFollower
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.sizes import read_sizes
from profilegraph.storage.taxonomies.definitions import read_taxonomies

T = TypeVar("T")
SIZES_SECONDS = 60.0
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
        watermarks: WatermarkClient | None = None,
    ) -> None:
        self.metrics = Metrics()
        self.routines = Routines()
        self.metrics.watch_routines(self.routines)
        self.workers = Workers()
        """Threads for computations that would block the event loop."""
        self.index = IndexKeeper(database, index_bytes, self.metrics, self.routines)
        self._database = database
        self._polling: asyncio.Task[CachedGraph] | None = None
        self._next: asyncio.Task[CachedGraph] | None = None
        self._for_query = False
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
        self._watermarks = watermarks
        self._sizes: tuple[float, asyncio.Task[GraphSizes]] | None = None
        self._confirmed: tuple[CommitWatermark, CachedGraph] | None = None

    async def now(self) -> CachedGraph:
        """Return the cached state after a poll that begins after this call."""
        known = self.unchanged()
        return await asyncio.shield(self.poll()) if known is None else known

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies after a poll that begins after this call.

        A write does not wait until the index includes the writes before it.
        """
        known = self.unchanged(for_query=False)
        return (
            await asyncio.shield(self.poll(for_query=False)) if known is None else known
        ).catalogue

    def request_watermark(self) -> int | None:
        """Return the number of a request for the commit watermark that was just sent; None without one."""
        return None if self._watermarks is None else self._watermarks.request()

    def unchanged(
        self, request: int | None = None, *, for_query: bool = True
    ) -> CachedGraph | None:
        """Return the cached state if nothing was committed between its poll and a watermark request.

        The request is sent by this call if it was not sent before. With `for_query` false, as for a
        write, the index may be stale.
        """
        watermark = self._watermark(request)
        if watermark is None or self._confirmed is None or self._confirmed[0] != watermark:
            return None
        known = self._confirmed[1]
        if for_query and not self.index.is_current(known.view):
            return None
        self.metrics.skipped_polls.inc()
        return known

    def poll(self, *, for_query: bool = True) -> asyncio.Task[CachedGraph]:
        """Return a poll that begins after this call; whoever awaits it shields it."""
        self._for_query = self._for_query or for_query
        # All callers that arrive during a poll share the next one.
        if self._next is None:
            self._next = asyncio.create_task(self._poll_after(self._polling))
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

    async def sizes(self) -> GraphSizes:
        """Return how large the graph is, as of a minute ago at most."""
        if self._sizes is None or monotonic() - self._sizes[0] > SIZES_SECONDS:
            self._sizes = monotonic(), asyncio.create_task(read_sizes(self._database))
        try:
            return await asyncio.shield(self._sizes[1])
        except ProfilegraphError:
            self._sizes = None
            raise

    async def close(self) -> None:
        """Cancel what is in progress."""
        tasks = [task for task in (self._polling, self._next) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._written()
        await self._save()
        await self.index.close()
        self.workers.close()
        if self._watermarks is not None:
            self._watermarks.close()

    async def _poll_after(self, other: asyncio.Task[CachedGraph] | None) -> CachedGraph:
        if other is not None:
            await asyncio.wait([other])
        self._polling, self._next = self._next, None
        for_query, self._for_query = self._for_query, False
        with self.metrics.poll.time():
            return await self._poll(for_query)

    async def _poll(self, for_query: bool) -> CachedGraph:
        # Read first: a later commit changes the watermark, and is found by the next poll.
        watermark = self._watermark()
        known = await self._read(for_query)
        self._confirmed = None if watermark is None else (watermark, known)
        return known

    def _watermark(self, request: int | None = None) -> CommitWatermark | None:
        return None if self._watermarks is None else self._watermarks.read(request)

    async def _read(self, for_query: bool) -> CachedGraph:
        if self._follower.offsets is None:
            await self.restore()
        changes = await self._follower.settled_changes()
        if changes.lost is not None and self._follower.offsets is not None:
            self._reset(changes.lost)
        parts = changes.parts
        if self._catalogue is None or ChangedPart.TAXONOMIES in parts:
            self._catalogue = Catalogue.of(await read_taxonomies(self._database))
        if self._follower.offsets is None or ChangedPart.SETTINGS in parts:
            self.deployment = await read_deployment(self._database)
        if ChangedPart.INDEX in parts:
            self.index.drop("asked for")
        self.metrics.changes.inc(len(changes.changes))
        view = await self.index.after(changes, for_query=for_query)
        # Acknowledged last: after a failure above, the next poll returns the same changes.
        self._follower.acknowledge(changes)
        if view is None:
            self._kept = None
        elif view is self.index.settled:
            self._kept = view, changes.offsets
        writing = self._saving is not None and not self._saving.done()
        if view is not None and view.runs[0] is not self._saved and not writing:
            self._saving = asyncio.create_task(self._save())  # no question waits for the disk
        return CachedGraph(self._catalogue, view)

    async def restore(self) -> bool:
        """Continue from the file of the last process; return whether there was a usable one."""
        if self._file is not None and self._saved is None:
            found = await asyncio.to_thread(load, self._file)
            if found is not None:
                view, offsets = found
                self._follower.offsets, self._saved = Offsets.of(offsets), view.runs[0]
                self.index.restore(view)
        return self._saved is not None

    async def _save(self) -> None:
        """Save the index to its file; the next process reads only what changed since."""
        if self._file and self._keep and self._kept is not None:
            view, offsets = self._kept
            self._saved = view.runs[0]
            try:
                await asyncio.to_thread(save, self._file, view, offsets.to_json())
            except Exception as error:  # noqa: BLE001  (a cache: the graph has it all)
                self.routines.failed(SAVING, error)
            else:
                self.routines.succeeded(SAVING)

    async def _written(self) -> None:
        """Wait for a save in progress."""
        if self._saving is not None:
            await self._saving

    def _reset(self, reason: str) -> None:
        self.index.drop(reason)
        self._follower.offsets = self._catalogue = self._kept = None


class RequestSnapshot:
    """The cached state as of its first use in a request, shared by all parts of the request."""

    def __init__(
        self,
        cache: GraphCache,
        spending: Spending | None = None,
        on_forget: Callable[[], None] = lambda: None,
    ) -> None:
        """Set who pays for the computations, and what is called when the request changes something."""
        self._cache = cache
        self.spending = spending
        self._on_forget = on_forget
        # Sent when the request begins; the answer is there when it is read.
        self._watermark_request = cache.request_watermark()
        self._known: CachedGraph | None = None
        self._poll: asyncio.Task[CachedGraph] | None = None
        self.computing = Computing(cache.workers, spending)
        self._catalogue: asyncio.Task[Catalogue] | None = None
        self._made: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `make` returns, made once a request for equal keys; raises what it raises."""
        if key not in self._made:
            self._made[key] = asyncio.create_task(make())
        return cast("T", await asyncio.shield(self._made[key]))

    async def now(self) -> CachedGraph:
        """Return the cached state after a poll that began after the request did."""
        if self._known is None and self._poll is None:
            self._known = self._cache.unchanged(self._watermark_request)
        if self._known is not None:
            return self._known
        if self._poll is None:
            self._poll = self._cache.poll()
        return await asyncio.shield(self._poll)

    async def catalogue(self) -> Catalogue:
        """Return the taxonomies after a poll that began after the request did."""
        if self._known is not None or self._poll is not None:
            return (await self.now()).catalogue
        known = self._cache.unchanged(self._watermark_request, for_query=False)
        if known is not None:
            return known.catalogue
        if self._catalogue is None:
            self._catalogue = asyncio.create_task(self._cache.catalogue())
        return await asyncio.shield(self._catalogue)

    def forget(self) -> None:
        """Make the next question poll again, because the request has changed something itself."""
        self._known = self._poll = self._catalogue = self._watermark_request = None
        self._made = {}
        self.computing = Computing(self._cache.workers, self.spending)
        self._on_forget()
