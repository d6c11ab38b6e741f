"""A running platform: its database, taxonomies, plugins and settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from profilegraph.config import Settings, data_folder
from profilegraph.domain.access import Permission
from profilegraph.domain.deployment import Deployment
from profilegraph.domain.notices import Notices
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.embedded import server as embedded
from profilegraph.embedded.commit_watermark import WatermarkClient
from profilegraph.embedded.home import Home
from profilegraph.embedded.progress import SILENT, StartProgress
from profilegraph.errors import (
    Forbidden,
    InvalidConfiguration,
    InvalidFilter,
    ProfilegraphError,
)
from profilegraph.hooks.hosting.host import Host, load_host
from profilegraph.importers.records.binding import Conventions
from profilegraph.language.facts import Context, Past, Scope, When
from profilegraph.language.nodes import EVERYONE
from profilegraph.language.rewriting import current
from profilegraph.language.row_access import FULL_ACCESS, Access
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters
from profilegraph.language.validation import ValidationCache
from profilegraph.services.audit.sealing import seal_entries
from profilegraph.services.cache.graph_cache import CachedGraph, GraphCache, RequestSnapshot
from profilegraph.services.cache.notifier import Notifier
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.limits.spending import Spending
from profilegraph.services.live.recent_changes import RecentChanges
from profilegraph.services.operations import deployment as deployments
from profilegraph.services.operations.deployment import of_process
from profilegraph.services.plugins.listeners import ListenerQueue
from profilegraph.services.taxonomies.loading import disable_incompatible, load_what_fits
from profilegraph.storage.neo4j.database import PATIENT_ATTEMPTS, Database
from profilegraph.storage.neo4j.events import TagsWritten
from profilegraph.storage.neo4j.migrations import (
    Migration,
    migrate,
    read_migrations,
    require_migrated,
)
from profilegraph.storage.neo4j.retries import is_transient, retry_policy
from profilegraph.storage.taxonomies.definitions import read_taxonomies

T = TypeVar("T")


@dataclass(frozen=True)
class Platform:
    """What every service needs; one per process."""

    settings: Settings
    database: Database
    cache: GraphCache
    host: Host
    moved: Notifier = field(default_factory=Notifier)
    """Signalled when customers entered or left live segments, or a live segment broke."""
    recent_changes: RecentChanges = field(default_factory=RecentChanges)
    """What was changed lately, as the worker of live segments finds it."""
    listening: ListenerQueue = field(default_factory=ListenerQueue)
    """Queues committed changes for the listeners of plugins."""
    sound: ValidationCache = field(default_factory=ValidationCache)
    snapshot: RequestSnapshot | None = None
    """The cached state of one request; without it, every question polls the feeds."""
    notices: Notices | None = None
    """Collects notices on the answers; None if nobody reads them."""
    contacts_shown: set[str] | None = None
    """Collects the customers whose contact data are shown; None if something else records it."""
    spending: Spending | None = None
    """Who pays for what is computed without a snapshot; None for the platform itself."""
    access: Access = FULL_ACCESS
    """What whoever asks may do, and with which customers."""

    @property
    def deployment(self) -> Deployment:
        """Return the settings for amounts, phone numbers and days, as of the last poll of the graph."""
        return self.cache.deployment or of_process(self.settings)

    async def conventions(self) -> Conventions:
        """Return how ambiguous values of a file are read."""
        catalogue = await self.catalogue()
        kept = self.deployment
        return Conventions(kept.zone, kept.currency, kept.phone_region, catalogue)

    async def catalogue(self) -> Catalogue:
        """Return the catalogue of the taxonomies in the graph."""
        return (await self.known()).catalogue

    async def catalogue_for_change(self) -> Catalogue:
        """Return the catalogue for validating a change of customers, without waiting for the index."""
        return await (self.snapshot or self.cache).catalogue()

    async def current_host(self) -> Host:
        """Return the host with what the graph disables at this moment.

        If no database answers, it is the host as of the start of the process.
        """
        try:
            return disable_incompatible(self.host, (await self.catalogue_for_change()).taxonomies)
        except ProfilegraphError:
            return self.host

    async def known(self) -> CachedGraph:
        """Return the cached state of the graph."""
        return await (self.snapshot or self.cache).now()

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `make` returns, made once a request for equal keys; raises what it raises."""
        return await (make() if self.snapshot is None else self.snapshot.once(key, make))

    def changed(self) -> None:
        """Have what the request knows of the graph read again: it has changed something itself."""
        if self.snapshot is not None:
            self.snapshot.forget()

    @property
    def computing(self) -> Computing:
        """Return where queries are computed: one per request, with a memo of the results."""
        if self.snapshot is None:
            return Computing(self.cache.workers, self.spending)
        return self.snapshot.computing

    def context(
        self, when: When, library: SavedFilters = NO_SEGMENTS, scope: Scope | None = None
    ) -> Context:
        """Return the context of a filter: its moment, its day, the saved segments and the scope."""
        now, present = (when.at, when.present) if isinstance(when, Past) else (when, None)
        return Context(now, self._day(now), library, scope, present)

    def scope(self, when: When, catalogue: Catalogue) -> Scope | None:
        """Return the scope of whoever asks, by the catalogue in force; None if they see everyone.

        Raises Forbidden if the filter of a role asks for what the taxonomies no longer have.
        """
        rows = self.access.rows(Permission.CUSTOMERS_READ)
        if rows == EVERYONE:
            return None
        present = when.present if isinstance(when, Past) else when
        try:
            self.sound.size(current(rows, catalogue), catalogue, NO_SEGMENTS)
        except InvalidFilter as fault:
            raise Forbidden(
                f"which customers you may see cannot be told any more: {fault.located_message}",
                hint="Ask an administrator to mend the filter of your role or key.",
            ) from fault
        return Scope(current(rows, catalogue), present, self._day(present), catalogue)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.deployment.zone).date()


@dataclass(frozen=True)
class Address:
    """The address and credentials of a database."""

    uri: str
    user: str
    password: str = field(repr=False)


def locate(settings: Settings, progress: StartProgress = SILENT) -> Address:
    """Return the address of NEO4J_URI, or of the embedded database, which is started if necessary.

    Starting blocks for seconds: call it before an event loop runs. Raises InvalidConfiguration
    without a password for NEO4J_URI, EmbeddedServerError if the database does not start.
    """
    if settings.neo4j_uri is None:
        running = embedded.start(settings, progress)
        return Address(running.uri, running.user, running.password)
    if settings.neo4j_password is None:
        raise InvalidConfiguration(
            "NEO4J_URI is set and NEO4J_PASSWORD is not.", hint="Set NEO4J_PASSWORD."
        )
    password = settings.neo4j_password.get_secret_value()
    return Address(settings.neo4j_uri, settings.neo4j_user, password)


def running(settings: Settings) -> Address | None:
    """Return the address of a database that runs already; None if none is known to.

    Nothing is started. The embedded database counts if it runs, NEO4J_URI if there is a password.
    """
    try:
        if settings.neo4j_uri is None and embedded.status(settings) is None:
            return None
        return locate(settings)
    except ProfilegraphError:
        return None


async def in_use(settings: Settings, host: Host) -> tuple[Host, Sequence[Taxonomy]] | None:
    """Return the host with what the graph disables, and the taxonomies that a process here serves.

    None if no database answers: then only the installed taxonomies are known.
    """
    address = running(settings)
    if address is None:
        return None
    try:
        database = await connect(settings, address)
    except ProfilegraphError:
        return None
    try:
        known = await read_taxonomies(database)
    finally:
        await database.close()
    return disable_incompatible(host, known), known


@asynccontextmanager
async def open_platform(
    settings: Settings,
    address: Address,
    now: datetime,
    *,
    indexed: bool = False,
    patient: bool = False,
) -> AsyncIterator[Platform]:
    """Yield a platform whose graph has the current schema and the plugins' taxonomies.

    With `indexed`, it answers from an index in memory, which is worth its cost from the second
    question on. With `patient`, its database calls have the deadline of bulk work. An external
    database is not migrated: `profilegraph db migrate` does that on request.
    """
    database = await connect(settings, address, patient=patient)
    try:
        opening = database.patient
        database = opening if patient else database
        migrations = schema_migrations()
        if settings.neo4j_uri is None:
            await migrate(opening, migrations, now)
        else:
            await require_migrated(database, migrations)
        deployment = await deployments.keep(opening, settings, now)
        host = await load_what_fits(opening, load_host(), now)
        cache = GraphCache(
            database,
            settings.index_bytes if indexed else None,
            index_file(settings, address),
            watermarks=WatermarkClient(Home(settings.home).watermark_socket)
            if settings.neo4j_uri is None
            else None,
        )
        cache.deployment = deployment
        listening = ListenerQueue(host.listeners, host.guard, cache.routines)
        database.events.subscribe(TagsWritten, listening.tags_written)
        try:
            yield Platform(settings, database, cache, host, listening=listening)
            await _seal(database, now)
        finally:
            await listening.close()
            await cache.close()
    finally:
        await database.close()


async def _seal(database: Database, now: datetime) -> None:
    """Seal what a process has written; what it cannot seal, whoever comes next does."""
    if not database.condition.closed:
        with suppress(ProfilegraphError):
            await seal_entries(database, now)


def index_file(settings: Settings, address: Address) -> Path:
    """Return the path of the saved index of a database."""
    name = sha256(f"{address.uri} {settings.neo4j_database}".encode()).hexdigest()[:16]
    if settings.neo4j_uri is None:
        name = "embedded"  # its port changes, its data do not
    return settings.home / "index" / f"{name}.npz"


async def connect(settings: Settings, address: Address, *, patient: bool = False) -> Database:
    """Return the database at an address; raises DatabaseUnavailable or DatabaseRefused.

    With `patient`, the connection is retried while a database starts on a busy machine.
    """
    attempts = retry_policy(PATIENT_ATTEMPTS if patient else 1, is_transient)
    found: Database = await attempts(
        Database.connect, settings, address.uri, address.user, address.password
    )
    return found


def schema_migrations() -> list[Migration]:
    """Return the migrations that ship with profilegraph."""
    return read_migrations(data_folder("schema") / "graph")
