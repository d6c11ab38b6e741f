"""Restarts the embedded database while a process serves."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from profilegraph.config import Settings
from profilegraph.embedded import server as embedded
from profilegraph.storage.neo4j.database import Database

PAUSE_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class EmbeddedSupervisor:
    """Restarts the embedded database after it was killed, or reports that it cannot.

    A database that somebody stopped stays stopped; one that another process runs is not restarted.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        # Where it answered before: connections are made again to the same address.
        port = urlsplit(database.address).port
        self._settings = settings.model_copy(update={"bolt_port": port})
        self._database = database

    async def round(self, now: datetime) -> None:
        """Check once, and restart if necessary; raises EmbeddedServerError if that fails."""
        del now
        if self._settings.neo4j_uri is not None:
            return
        if self._database.condition.failed:
            _log.error("database_failed", address=self._database.address)
            await asyncio.to_thread(embedded.require_restart, self._settings)
        elif await asyncio.to_thread(embedded.is_lost, self._settings):
            _log.error("database_lost", address=self._database.address)
        else:
            return
        await asyncio.to_thread(embedded.start, self._settings)
        self._database.condition.failed = False
        _log.info("database_started", address=self._database.address)
