"""The current schema, rebuilt when the taxonomies change, while running requests keep the old one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from profilegraph.api.runtime.fallbacks import Fallbacks
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.api.schema import ALONE, build_schema
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.hooks.hosting.host import Host


class Schemas:
    """Keeps the schema of one process; `catalogue` returns the taxonomies of this moment.

    The definitions of plugins come from the `host` and are constant while the process runs.
    Operations are run `compiled`, or by graphql-core alone.

    A request keeps the schema with which it began; a new one replaces it as a whole.
    """

    def __init__(
        self,
        catalogue: Callable[[], Awaitable[Catalogue]],
        host: Host = ALONE,
        *,
        compiled: bool = True,
    ) -> None:
        self._catalogue = catalogue
        self.fallbacks = Fallbacks()
        self._build = partial(build_schema, host=host, compiled=compiled, fallbacks=self.fallbacks)
        self._made_for: Catalogue | None = None
        self._making = asyncio.Lock()
        self._current: RunnableSchema | None = None

    @property
    def current(self) -> RunnableSchema:
        """Return the current schema; before any taxonomies were read, that of none."""
        if self._current is None:
            self._current = self._build()
        return self._current

    async def newest(self) -> RunnableSchema:
        """Return the schema of this moment's taxonomies, built unless it is the current one."""
        return await self.of(await self._catalogue())

    async def of(self, catalogue: Catalogue) -> RunnableSchema:
        """Return the schema of some taxonomies, built unless it is the current one."""
        async with self._making:
            if catalogue is not self._made_for:
                # In a thread: with thousands of tags it takes a while, and others go on.
                self._current = await asyncio.to_thread(self._build, catalogue)
                self._made_for = catalogue
            return self.current
