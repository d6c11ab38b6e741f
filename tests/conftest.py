"""A genuine Neo4j for every test that needs one: started once, emptied before each test."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import structlog

from profilegraph.config import Settings, data_folder, load_settings
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.embedded.server import RunningServer, start, stop
from profilegraph.hooks.hosting.host import Host, load_host
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.migrations import migrate, read_migrations
from profilegraph.web.operations.logs import configure_logging
from profilegraph_testing.cleaning import GraphCleaner
from tests.support.budgets import register_profiles

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = ("e2e", "property", "api", "integration")
"""Folders of tests in the order in which they begin: a long file that comes last runs alone."""

register_profiles()

# The processes that pytest-xdist starts have it set, and a console that is made then keeps the width
# for ever: tests set their own.
os.environ.pop("COLUMNS", None)

# The databases of tests plan most queries once. What the second of Java's compilers makes of the
# planner runs faster, but making it took a quarter of all that the processor did. Verifying the
# classes of Neo4j, which are always the same, takes a tenth of each start.
os.environ.setdefault(
    "JAVA_TOOL_OPTIONS",
    "-XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
)
# A test leaves nothing that lives on, so that a collector without threads of its own and with room
# for what is new has little to do: a tenth less than the one for servers, which the command line asks
# for; Java reads this variable after it.
os.environ.setdefault(
    "_JAVA_OPTIONS", "-XX:-UseG1GC -XX:+UseSerialGC -Xmn256m -XX:MetaspaceSize=192m"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a database, and have the long files begin first."""

    def place(item: pytest.Item) -> int:
        folders = [n for n, name in enumerate(FIRST) if f"tests/{name}/" in item.nodeid]
        return folders[0] if folders else len(FIRST)

    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)
    items.sort(key=place)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def logged_errors_show_no_values() -> None:
    """Telling the values of all variables beside a traceback takes seconds for each logged error."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, plain])


class Stubborn(threading.Event):
    """What a partner's code waits for, and nothing ends it before that.

    It does so in Python: an exception that waits for a thread in C stops all traced threads of
    CPython 3.11, which look for it at every call of a function and never get past it.
    """

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is None
        while not self.is_set():
            with suppress(BaseException):
                time.sleep(0.01)
        return True


@pytest.fixture
def forever() -> Iterator[threading.Event]:
    """What a partner's code may wait for until the test is over."""
    event = Stubborn()
    yield event
    event.set()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    # Random filters may nest deeper than people's: on a busy machine their plans take seconds.
    return load_settings(home=tmp_path_factory.mktemp("home"), neo4j_uri=None, read_timeout=60.0)


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[RunningServer]:
    """The embedded Neo4j, or the one at PROFILEGRAPH_TEST_NEO4J_URI, whose data will be deleted."""
    uri = os.environ.get("PROFILEGRAPH_TEST_NEO4J_URI")
    if uri:
        user = os.environ.get("NEO4J_USER", "neo4j")
        yield RunningServer(uri, user, os.environ["NEO4J_PASSWORD"], 0, Path(), "")
        return
    yield start(settings)
    stop(settings)


@pytest.fixture(scope="session")
async def migrated(
    settings: Settings, server: RunningServer, anyio_backend: str
) -> AsyncIterator[Database]:
    database = await Database.connect(settings, server.uri, server.user, server.password)
    try:
        await migrate(database, read_migrations(data_folder("schema") / "graph"), NOW)
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="session")
def cleaner(migrated: Database) -> GraphCleaner:
    return GraphCleaner(migrated)


def quick(taxonomies: Iterable[Taxonomy]) -> list[Taxonomy]:
    """Return those that add no tags to others: the rest are hundreds of tags, and take time."""
    return [one for one in taxonomies if not one.additions]


@pytest.fixture(scope="session")
def whole_host() -> Host:
    """What the installed plugins bring; finding it takes a fifth of a second."""
    return load_host()


@pytest.fixture
def command_line(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that are run in this process use the database of the tests.

    It has all installed taxonomies then, which the first of them would load.
    """
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_USER", server.user)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)


@pytest.fixture
async def database(
    migrated: Database, cleaner: GraphCleaner, whole_host: Host, request: pytest.FixtureRequest
) -> Database:
    """A database with the current schema: empty, or with the taxonomies of `platform` if a test has it."""
    taxonomies = quick(whole_host.taxonomies)
    if "command_line" in request.fixturenames:
        taxonomies = list(whole_host.taxonomies)
    await cleaner.leave(taxonomies if "platform" in request.fixturenames else ())
    return migrated


@pytest.fixture
def platform(settings: Settings, database: Database, whole_host: Host) -> Platform:
    """A platform on an empty graph with the taxonomies that others build on."""
    return Platform(settings, database, GraphCache(database), whole_host)


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the service logs during the test, as JSON lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = StringIO()
    configure_logging(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
