"""Work of commands on a database whose schema version may differ from the platform's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

from profilegraph.config import Settings
from profilegraph.domain.deployment import Deployment
from profilegraph.services.operations.deployment import of_process
from profilegraph.services.platform import Address, connect, schema_migrations
from profilegraph.storage.deployment import read_deployment
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.migrations import Migration, migrate, require_migrated

T = TypeVar("T")
DatabaseWork: TypeAlias = Callable[[Database], Awaitable[T]]


async def migrate_schema(
    settings: Settings, address: Address, now: datetime
) -> Sequence[Migration]:
    """Apply the missing migrations to a database, and return them."""
    return await _connected(
        settings, address, lambda database: migrate(database, schema_migrations(), now)
    )


async def on_migrated(settings: Settings, address: Address, work: DatabaseWork[T]) -> T:
    """Return what `work` returns for a database; raises SchemaBehind if migrations are missing."""

    async def checked(database: Database) -> T:
        await require_migrated(database, schema_migrations())
        return await work(database)

    return await _connected(settings, address, checked)


async def deployment_at(settings: Settings, address: Address) -> Deployment:
    """Return the settings that a graph stores, or will store at its first start."""

    async def kept(database: Database) -> Deployment:
        return await read_deployment(database) or of_process(settings)

    return await _connected(settings, address, kept)


async def _connected(settings: Settings, address: Address, work: DatabaseWork[T]) -> T:
    database = await connect(settings, address)
    try:
        return await work(database)
    finally:
        await database.close()
