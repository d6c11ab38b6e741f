"""One running profilegraph: its database, its taxonomies, its plugins and its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from profilegraph.config import Settings, data_folder
from profilegraph.domain.deployment import Deployment
from profilegraph.domain.notices import Notices
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.embedded import server as embedded
from profilegraph.embedded.home import Home
from profilegraph.embedded.progress import SILENT, StartProgress
from profilegraph.embedded.pulse import Pulse
from profilegraph.errors import InvalidConfiguration, ProfilegraphError
from profilegraph.hooks.hosting.host import Host, load_host
from profilegraph.importers.records.binding import Conventions
from profilegraph.language.facts import Context, Past, When
from profilegraph.language.saved_filters import NO_SEGMENTS, SavedFilters
from profilegraph.language.validation import ValidationCache
from profilegraph.services.cache.graph_cache import CachedGraph, GraphCache, RequestSnapshot
from profilegraph.services.cache.notifier import Notifier
from profilegraph.services.evaluation.computing import Computing
from profilegraph.services.operations import deployment as deployments
from profilegraph.services.operations.deployment import of_process
from profilegraph.services.plugins.listeners import ListenerQueue
from profilegraph.services.taxonomies.loading import judge, load_what_fits
from profilegraph.storage.neo4j.database import PATIENT_ATTEMPTS, Database
from profilegraph.storage.neo4j.events import TagsWritten
from profilegraph.storage.neo4j.migrations import (
    Migration,
    migrate,
    read_migrations,
    require_migrated,
)
from profilegraph.storage.neo4j.retries import passes, repeated
from profilegraph.storage.taxonomies.definitions import read_taxonomies

T = TypeVar("T")


@dataclass(frozen=True)
class Platform:
    """What every service needs; made once a process."""

    settings: Settings
    database: Database
    knowledge: GraphCache
    host: Host
    moved: Notifier = field(default_factory=Notifier)
    """Rung when customers have entered or left live segments, or one of these is broken."""
    listening: ListenerQueue = field(default_factory=ListenerQueue)
    """Tells the plugins' listeners what was committed."""
    sound: ValidationCache = field(default_factory=ValidationCache)
    look: RequestSnapshot | None = None
    """What one request sees; without it, every question looks anew."""
    notices: Notices | None = None
    """What whoever asks should know of the answers; without it, nobody wants to."""

    @property
    def deployment(self) -> Deployment:
        """Return what amounts, phone numbers and days mean in the graph, as of the last look at it."""
        return self.knowledge.deployment or of_process(self.settings)

    async def conventions(self) -> Conventions:
        """Return what values of a file mean that do not say it themselves."""
        catalogue = await self.catalogue()
        kept = self.deployment
        return Conventions(kept.zone, kept.currency, kept.phone_region, catalogue)

    async def catalogue(self) -> Catalogue:
        """Return the catalogue of the taxonomies that are in the graph now."""
        return (await self.known()).catalogue

    async def catalogue_for_change(self) -> Catalogue:
        """Return the catalogue that a change of customers is held against, index or not."""
        return await (self.look or self.knowledge).catalogue()

    async def judged(self) -> Host:
        """Return the host with what is out of use by the graph of this moment.

        Where no database answers, it is what was so when the process began.
        """
        try:
            return judge(self.host, (await self.catalogue_for_change()).taxonomies)
        except ProfilegraphError:
            return self.host

    async def known(self) -> CachedGraph:
        """Return what is known of the graph without asking it."""
        return await (self.look or self.knowledge).now()

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `make` returns, made once a request for equal keys; raises what it raises."""
        return await (make() if self.look is None else self.look.once(key, make))

    def changed(self) -> None:
        """Have what the request knows of the graph read again: it has changed something itself."""
        if self.look is not None:
            self.look.forget()

    @property
    def computing(self) -> Computing:
        """Return where questions are computed: one for all of a request, which remembers the answers."""
        return Computing(self.knowledge.threads) if self.look is None else self.look.computing

    def context(self, when: When, library: SavedFilters = NO_SEGMENTS) -> Context:
        """Return as of when a filter is asked, its day here, and among which segments."""
        now, present = (when.at, when.present) if isinstance(when, Past) else (when, None)
        return Context(now, now.astimezone(self.deployment.zone).date(), library, present=present)


@dataclass(frozen=True)
class Address:
    """Where a database answers, and as whom."""

    uri: str
    user: str
    password: str = field(repr=False)


def locate(settings: Settings, progress: StartProgress = SILENT) -> Address:
    """Return the address of NEO4J_URI, or that of the embedded database, started if need be.

    Starting takes seconds in which nothing else happens: call it before an event loop runs. Raises
    InvalidConfiguration without a password for NEO4J_URI, EmbeddedServerError where none starts.
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
    """Return where a database can be asked that runs already; None where none is known to.

    Nothing is started. The embedded database counts while it runs, NEO4J_URI with its password.
    """
    try:
        if settings.neo4j_uri is None and embedded.status(settings) is None:
            return None
        return locate(settings)
    except ProfilegraphError:
        return None


async def in_use(settings: Settings, host: Host) -> tuple[Host, Sequence[Taxonomy]] | None:
    """Return the host as the graph judges it, and the taxonomies that a process here serves.

    None where no database answers: then it can only be told what is installed.
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
    return judge(host, known), known


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

    With `indexed`, it answers from an index in memory, which pays for whoever asks more than once.
    With `patient`, all that it asks of the database has the time of bulk work.
    A database that somebody else runs is not migrated: `profilegraph db migrate` does that when
    asked.
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
        knowledge = GraphCache(
            database,
            settings.index_bytes if indexed else None,
            index_file(settings, address),
            pulse=Pulse(Home(settings.home).pulse) if settings.neo4j_uri is None else None,
        )
        knowledge.deployment = deployment
        listening = ListenerQueue(host.listeners, host.guard, knowledge.routines)
        database.events.subscribe(TagsWritten, listening.tags_written)
        try:
            yield Platform(settings, database, knowledge, host, listening=listening)
        finally:
            await listening.close()
            await knowledge.close()
    finally:
        await database.close()


def index_file(settings: Settings, address: Address) -> Path:
    """Return where the index of a database is kept between two processes."""
    name = sha256(f"{address.uri} {settings.neo4j_database}".encode()).hexdigest()[:16]
    if settings.neo4j_uri is None:
        name = "embedded"  # its port changes, its data do not
    return settings.home / "index" / f"{name}.npz"


async def connect(settings: Settings, address: Address, *, patient: bool = False) -> Database:
    """Return the database at an address; raises DatabaseUnavailable or DatabaseRefused.

    With `patient`, it is asked again where it has just been started and the machine is busy.
    """
    attempts = repeated(PATIENT_ATTEMPTS if patient else 1, passes)
    found: Database = await attempts(
        Database.connect, settings, address.uri, address.user, address.password
    )
    return found


def schema_migrations() -> list[Migration]:
    """Return the migrations that ship with profilegraph."""
    return read_migrations(data_folder("schema") / "graph")
