"""One running profilegraph: its database, its taxonomies, its plugins and its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from profilegraph.config import Settings, data_folder
from profilegraph.embedded import server as embedded
from profilegraph.embedded.progress import SILENT, Progress
from profilegraph.errors import InvalidConfiguration
from profilegraph.hooks.host import Host, load_host
from profilegraph.segments.facts import Context
from profilegraph.services.taxonomies import Catalogues, load_taxonomies
from profilegraph.storage.database import Database
from profilegraph.storage.migrations import (
    Migration,
    migrate,
    read_migrations,
    require_migrated,
)


@dataclass(frozen=True)
class Platform:
    """What every service needs; made once a process."""

    settings: Settings
    database: Database
    catalogues: Catalogues
    host: Host

    def context(self, now: datetime) -> Context:
        """Return when a filter is asked: `now`, and the day in the deployment's time zone."""
        return Context(now, now.astimezone(self.settings.zone).date())


@asynccontextmanager
async def open_platform(
    settings: Settings, now: datetime, progress: Progress = SILENT
) -> AsyncIterator[Platform]:
    """Yield a platform whose graph has the current schema and the plugins' taxonomies.

    The embedded database is started where no other is configured, and left running. A database
    that somebody else runs is not migrated: `profilegraph db migrate` does that when asked.
    """
    database = await connect(settings, progress)
    try:
        migrations = schema_migrations()
        if settings.neo4j_uri is None:
            await migrate(database, migrations, now)
        else:
            await require_migrated(database, migrations)
        host = load_host()
        await load_taxonomies(database, host.taxonomies)
        yield Platform(settings, database, Catalogues(database), host)
    finally:
        await database.close()


async def connect(settings: Settings, progress: Progress = SILENT) -> Database:
    """Return the database of NEO4J_URI, or the embedded one, started if need be.

    Raises InvalidConfiguration where NEO4J_URI comes without a password.
    """
    if settings.neo4j_uri is not None:
        if settings.neo4j_password is None:
            raise InvalidConfiguration(
                "NEO4J_URI is set and NEO4J_PASSWORD is not.", hint="Set NEO4J_PASSWORD."
            )
        password = settings.neo4j_password.get_secret_value()
        return await Database.connect(settings, settings.neo4j_uri, settings.neo4j_user, password)
    running = embedded.start(settings, progress)
    return await Database.connect(settings, running.uri, running.user, running.password)


def schema_migrations() -> list[Migration]:
    """Return the migrations that ship with profilegraph."""
    return read_migrations(data_folder("schema") / "graph")
