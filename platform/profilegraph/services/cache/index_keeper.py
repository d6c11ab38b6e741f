"""Maintains the index: builds, refreshes and drops it, and decides when Cypher has to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic, perf_counter

import structlog
from pyroaring import BitMap

from profilegraph.engines.bitmap.run import MemoryUse
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.errors import IndexUnable, ProfilegraphError
from profilegraph.services.cache.indexing import load_all, load_changed, load_trees, too_large
from profilegraph.services.cache.states import IndexState
from profilegraph.services.operations.metrics import Metrics
from profilegraph.services.operations.routines import Routines
from profilegraph.storage.feed.follower import FeedChanges
from profilegraph.storage.feed.numbering import number_ordinals
from profilegraph.storage.neo4j.database import Database

AT_ONCE = 500
"""Most stale customers that a query refreshes before it answers; with more, Cypher answers."""
LATER = 32
"""Refresh eagerly, without waiting for a query, once more customers than this are stale."""
_REBUILD_SHARE = 0.2
"""Rebuild the index if more than this share of all customers is stale."""
INDEX = "index"
"""The name of the routine."""
LONGEST_REST = 60.0
"""The longest pause in seconds between attempts to build an index that fails repeatedly."""
_log = structlog.get_logger(__name__)


class IndexKeeper:
    """Maintains the index of one process. It must be refreshed by one caller at a time."""

    def __init__(
        self,
        database: Database,
        most_bytes: int | None,
        metrics: Metrics,
        routines: Routines,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self._metrics = metrics
        self._routines = routines
        self._clock = clock
        self._rests_until = 0.0
        """The reading of the clock before which a failed build is not repeated."""
        self._view: IndexSnapshot | None = None
        self._pending = BitMap()
        self._feeds: set[int] = set()
        """The feeds that reported the stale customers."""
        self._trees_changed = False
        self._work: asyncio.Task[None] | None = None
        self.state = IndexState.OFF
        self._become(IndexState.OFF if most_bytes is None else IndexState.EMPTY)

    @property
    def work(self) -> asyncio.Task[None] | None:
        """Return the background refresh in progress, if any."""
        return self._work if self._work is not None and not self._work.done() else None

    async def after(self, changes: FeedChanges, *, for_query: bool = True) -> IndexSnapshot | None:
        """Return the index after some changes; None if Cypher has to answer.

        With `for_query` false, a few changes may wait for the next query.
        """
        if self._most_bytes is None:
            return None
        self._pending |= changes.customers
        self._feeds |= changes.feeds
        self._trees_changed |= changes.trees
        if self.work is None and (for_query or len(self._pending) > LATER):
            await self._go_on()
        return self._view if self.state is IndexState.READY else None

    def drop(self, reason: str) -> None:
        """Discard the index; the next question rebuilds it."""
        if self._most_bytes is None:
            return
        _log.warning("index_dropped", reason=reason)
        self._metrics.drops.labels(reason).inc()
        if self._work is not None:
            self._work.cancel()
        self._view, self._work, self._pending = None, None, BitMap()
        self._become(IndexState.EMPTY)

    @property
    def settled(self) -> IndexSnapshot | None:
        """Return the index if it includes all reported changes, else None."""
        behind = self.state is not IndexState.READY or self._pending or self._trees_changed
        return None if behind else self._view

    def is_current(self, view: IndexSnapshot | None) -> bool:
        """Return whether `view` is still the current index, with no change pending."""
        if self.state in (IndexState.OFF, IndexState.TOO_LARGE):
            return view is None
        return view is not None and view is self.settled

    def restore(self, view: IndexSnapshot) -> None:
        """Start from a saved index; changes since then must be reported."""
        if self.state is IndexState.EMPTY:
            self._view = view
            self._become(IndexState.READY)

    async def close(self) -> None:
        """Cancel what is in progress."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])

    async def _go_on(self) -> None:
        match self.state:
            case IndexState.FAILED if self._clock() < self._rests_until:
                pass  # Cypher answers meanwhile
            case IndexState.EMPTY | IndexState.FAILED:
                self._start(IndexState.BUILDING, self._build())
            case IndexState.READY if len(self._pending) > AT_ONCE:
                self._start(IndexState.BEHIND, self._read_many())
            case IndexState.READY if self._pending or self._trees_changed:
                await self._in_foreground()
            case _:
                pass

    async def _in_foreground(self) -> None:
        """Refresh a few stale customers; raises errors that mean that the database is unavailable."""
        try:
            await self._read_few()
        except IndexUnable as error:
            self._give_up(error)
        except ProfilegraphError:
            raise
        except Exception as error:  # noqa: BLE001  (noted; Cypher answers, and all is read anew)
            self._fail(error)

    def _start(self, state: IndexState, work: Awaitable[None]) -> None:
        self._become(state)
        self._work = asyncio.create_task(self._watched(work))

    async def _watched(self, work: Awaitable[None]) -> None:
        try:
            await work
        except IndexUnable as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001  (noted; Cypher answers, and it is tried again)
            self._fail(error)
        else:
            self._routines.succeeded(INDEX)
            self._become(IndexState.READY)

    def _fail(self, error: Exception) -> None:
        """Let Cypher answer for a while, then rebuild the index."""
        self._routines.failed(INDEX, error)
        pause = min(LONGEST_REST, 2.0 ** self._routines[INDEX].in_a_row / 2)
        self._rests_until = self._clock() + pause
        self._view = None
        self._become(IndexState.FAILED)

    def _give_up(self, error: IndexUnable) -> None:
        self._view, self._pending = None, BitMap()
        self._become(IndexState.TOO_LARGE)
        _log.warning("index_too_large", error=str(error))

    async def _build(self) -> None:
        assert self._most_bytes is not None, "an index that is off is not built"  # noqa: S101
        began = perf_counter()
        self._pending = BitMap()
        await number_ordinals(self._database)  # who was written past the platform has no number
        run = await load_all(self._database, self._most_bytes)
        self._trees_changed = False
        self._view = IndexSnapshot((run,), await load_trees(self._database))
        await self._read_pending()
        seconds = perf_counter() - began
        self._metrics.build_seconds.set(seconds)
        _log.info("index_built", customers=self._view.customers, seconds=round(seconds, 3))

    async def _read_many(self) -> None:
        assert self._view is not None, "what is behind was built"  # noqa: S101
        if len(self._pending) > _REBUILD_SHARE * self._view.customers:
            await self._build()
        else:
            await self._read_pending()

    async def _read_pending(self) -> None:
        while self._pending or self._trees_changed:
            await self._read_few()

    async def _read_few(self) -> None:
        """Refresh the stale customers; further changes may arrive meanwhile."""
        view, ordinals, feeds = self._view, self._pending, self._feeds
        assert view is not None, "there is a view to bring up to date"  # noqa: S101
        trees, self._trees_changed = self._trees_changed, False
        self._pending, self._feeds = BitMap(), set()
        try:
            if ordinals:
                run = await load_changed(self._database, ordinals, feeds)
                view = view.with_run(run)
                trees = trees or not view.trees.cover(run)
            if trees:  # read last: they have to know whatever the customers' rows name
                view = view.with_trees(await load_trees(self._database))
        except BaseException:  # nobody tells of these again
            self._pending |= ordinals
            self._feeds |= feeds
            self._trees_changed |= trees
            raise
        if self._most_bytes is not None and view.nbytes > self._most_bytes:
            raise too_large(view.nbytes, self._most_bytes)
        self._view = view
        self._tell()

    def _become(self, state: IndexState) -> None:
        self.state = state
        self._metrics.index_state.state(state.value)
        self._tell()

    def _tell(self) -> None:
        view = self._view
        self._metrics.index_takes(MemoryUse() if view is None else view.sizes)
        self._metrics.index_customers.set(0 if view is None else view.customers)
