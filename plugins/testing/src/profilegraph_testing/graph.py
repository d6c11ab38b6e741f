"""A graph in a genuine Neo4j, for tests that are no coroutines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from profilegraph.config import Settings, load_settings
from profilegraph.domain.values import Record
from profilegraph.embedded import server as embedded
from profilegraph.hooks.hosting.host import load_host
from profilegraph.hooks.listeners import MembershipChanged
from profilegraph.language.codec import decode
from profilegraph.language.nodes import Node
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers import records
from profilegraph.services.platform import Address, Platform, connect, locate, schema_migrations
from profilegraph.services.plugins import models
from profilegraph.services.plugins.contract.agreement import Members, members_by_engine
from profilegraph.services.plugins.customer_fields import field_values
from profilegraph.services.plugins.listeners import ListenerQueue
from profilegraph.services.plugins.models import ModelRun
from profilegraph.storage.neo4j.events import TagsWritten
from profilegraph.storage.neo4j.migrations import migrate
from profilegraph_testing.cleaning import GraphCleaner
from profilegraph_testing.small import small_world

T = TypeVar("T")
URI = "PROFILEGRAPH_TEST_NEO4J_URI"
"""Names a Neo4j to use, **whose data are deleted**; NEO4J_USER and NEO4J_PASSWORD go with it."""


@dataclass(frozen=True)
class Graph:
    """The small graph, and what tests ask of it. What it does happens at `now`."""

    platform: Platform
    now: datetime
    runner: asyncio.Runner
    cleaner: GraphCleaner

    def begin_anew(self) -> None:
        """Have the small graph in the database, and nothing else."""
        self._do(self.cleaner.leave(self.platform.host.taxonomies))
        self.save(*small_world(self.now))

    def save(self, *added: Record) -> None:
        """Add records; raises as the platform does where they do not fit."""
        self._do(records.save(self.platform, added, self.now))

    def run(self, model: str, **options: Any) -> ModelRun:
        """Return what a model said of everyone, after storing it."""
        found = self.platform.host.model(model)
        return self._do(models.compute(self.platform, found, self.now, found.options(**options)))

    def members(self, asked: Mapping[str, Any]) -> set[str]:
        """Return the keys of the customers that match a filter in JSON, plugins' leaves included.

        Every engine is asked; raises AssertionError where they differ.
        """
        return self.agreed(decode(asked, self.platform.host.conditions(None)))

    def leaf(self, key: str, **asked: Any) -> set[str]:
        """Return the keys of the customers that match a plugin's leaf, as `members` does."""
        return self.members({to_camel(key): asked})

    def field(self, key: str, *customers: str) -> dict[str, Any]:
        """Return the value of a customer field for each customer, as the API has it.

        Raises PluginError where the plugin fails or breaks its word.
        """
        values = field_values(self.platform, key, customers, self.now)
        return dict(zip(customers, self._do(values), strict=True))

    @contextmanager
    def listening(self) -> Iterator[Callable[[MembershipChanged], None]]:
        """Have listeners told of the tags that change meanwhile, and wait until all have heard.

        What is yielded tells them that customers entered or left a segment. Raises AssertionError
        where a listener failed, with the reasons.
        """
        host, database = self.platform.host, self.platform.database
        listening = ListenerQueue(host.listeners, host.guard)
        database.events.subscribe(TagsWritten, listening.tags_written)

        async def moved(change: MembershipChanged) -> None:
            listening.members_moved(change)

        try:
            yield lambda change: self._do(moved(change))
        finally:
            database.events.unsubscribe(TagsWritten, listening.tags_written)
            self._do(listening.close())
        missed = {part: many for part, many in listening.missed.items() if many}
        if missed:
            reasons = [f"{one.part}: {one.reason}" for one in host.guard.troubles]
            raise AssertionError(f"listeners failed: {missed} {reasons}")

    def agreed(self, node: Node) -> set[str]:
        """Return the keys of the members of a filter; raises AssertionError where engines differ."""
        found: Members = self._do(members_by_engine(self.platform, node, self.now))
        if len({frozenset(keys) for keys in found.values()}) > 1:
            raise AssertionError(f"the engines disagree: {found}")
        return set(found["explain"])

    def read(self, cypher: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return the rows of a query: what no other method tells."""
        return self._do(self.platform.database.read(cypher, dict(values or {})))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


@contextmanager
def opened(home: Path, now: datetime) -> Iterator[Graph]:
    """Yield a graph in the Neo4j that the environment names, or in an embedded one in `home`."""
    uri = os.environ.get(URI)
    settings = load_settings(
        home=home,
        neo4j_uri=uri,
        neo4j_user=os.environ.get("NEO4J_USER", "neo4j"),
        neo4j_password=SecretStr(os.environ.get("NEO4J_PASSWORD", "")) if uri else None,
    )
    address = locate(settings)
    try:
        with asyncio.Runner() as runner:
            platform = runner.run(_platform(settings, address, now))
            try:
                yield Graph(platform, now, runner, GraphCleaner(platform.database))
            finally:
                runner.run(platform.database.close())
    finally:
        if uri is None:
            embedded.stop(settings)


async def _platform(settings: Settings, address: Address, now: datetime) -> Platform:
    database = await connect(settings, address)
    await migrate(database, schema_migrations(), now)
    return Platform(settings, database, GraphCache(database), load_host())
