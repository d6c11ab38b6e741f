"""Deadlines, errors and migrations of a genuine Neo4j."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from neo4j.exceptions import Neo4jError

from profilegraph.config import Settings, data_folder, load_settings
from profilegraph.embedded.server import RunningServer
from profilegraph.errors import (
    Conflict,
    DatabaseBusy,
    DatabaseRefused,
    DatabaseTimeout,
    DatabaseUnavailable,
    InvalidConfiguration,
    SchemaAhead,
    SchemaBehind,
    SchemaChanged,
)
from profilegraph.language.cohorts import cohort_number
from profilegraph.services.platform import connect, locate
from profilegraph.storage.neo4j.database import PATIENT_ATTEMPTS, Database, Transaction
from profilegraph.storage.neo4j.migrations import (
    applied_migrations,
    migrate,
    read_migrations,
    require_migrated,
)
from profilegraph.storage.neo4j.retries import is_transient, was_rolled_back
from tests.conftest import NOW

FOREVER = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS n"
MIGRATIONS = data_folder("schema") / "graph"


async def test_a_read_that_takes_too_long_is_ended_by_the_server(database: Database) -> None:
    with pytest.raises(DatabaseTimeout, match=r"0\.3 s"):
        await database.read(FOREVER, timeout=0.3)


async def test_a_write_that_takes_too_long_is_ended_and_leaves_nothing(database: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Customer {key: 'half'})")
        await transaction.run(FOREVER)

    with pytest.raises(DatabaseTimeout):
        await database.write(work, timeout=0.3)
    assert await database.read("MATCH (c:Customer) RETURN c") == []


async def test_bulk_work_repeats_what_is_safe_and_nothing_else(
    settings: Settings, server: RunningServer, database: Database
) -> None:
    hurried = settings.model_copy(update={"bulk_timeout": 4.0})
    patient = (await Database.connect(hurried, server.uri, server.user, server.password)).patient
    attempts = 0

    async def work(transaction: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        await transaction.run("CREATE (:Customer {key: 'half'})")
        await transaction.run(FOREVER if attempts < PATIENT_ATTEMPTS else "RETURN 1")

    try:
        await patient.write(work)
        assert attempts == PATIENT_ATTEMPTS
        assert len(await patient.read("MATCH (c:Customer) RETURN c")) == 1
    finally:
        await patient.close()
    silent, told = DatabaseTimeout("no answer."), DatabaseTimeout("ended.")
    silent.__cause__, told.__cause__ = TimeoutError(), Neo4jError()
    assert (was_rolled_back(silent), was_rolled_back(told)) == (False, True)
    assert is_transient(silent)


async def test_a_pool_without_a_free_connection_is_told_as_such(
    settings: Settings, server: RunningServer
) -> None:
    small = settings.model_copy(update={"pool_size": 1, "read_timeout": 0.5})
    database = await Database.connect(small, server.uri, server.user, server.password)
    try:
        begun, done = asyncio.Event(), asyncio.Event()

        async def work(transaction: Transaction) -> None:
            await transaction.run("RETURN 1")
            begun.set()
            await done.wait()

        writing = asyncio.create_task(database.write(work))
        await begun.wait()
        with pytest.raises(DatabaseBusy, match="all connections"):
            await database.read("RETURN 1", timeout=5.0)
        done.set()
        await writing
        assert await database.read("RETURN 1 AS one") == [{"one": 1}]
    finally:
        await database.close()


async def test_a_silent_server_is_given_up_at_the_deadline(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts; no one answers
        address = f"bolt://127.0.0.1:{silent.getsockname()[1]}"
        async with asyncio.timeout(30):
            with pytest.raises((DatabaseTimeout, DatabaseUnavailable)):
                await Database.connect(settings, address, "neo4j", "x")


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)writ"):
        await database.read("CREATE (:Customer {key: 'sneaked'})")
    assert await database.read("MATCH (c:Customer) RETURN c") == []


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Customer {key: 'a'})")
        await transaction.run("CREATE (:Customer {key: 'a'})")

    with pytest.raises(Conflict, match="already exists"):
        await database.write(work)
    assert await database.read("MATCH (c:Customer) RETURN c") == []


async def test_a_long_answer_comes_in_batches(database: Database) -> None:
    sizes = []
    async for rows in database.stream("UNWIND range(1, 25) AS n RETURN n, n * 2", batch=10):
        assert all(double == 2 * n for n, double in rows)
        sizes.append(len(rows))
    assert sizes == [10, 10, 5]


async def test_no_server_is_an_error_that_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(DatabaseUnavailable, match="profilegraph db start"):
        await Database.connect(settings, "bolt://127.0.0.1:1", "neo4j", "x")


async def test_a_wrong_password_is_refused_with_the_settings_to_check(
    settings: Settings, server: RunningServer
) -> None:
    with pytest.raises(DatabaseRefused, match="NEO4J_PASSWORD"):
        await Database.connect(settings, server.uri, server.user, "not it")


async def test_an_address_that_is_none_is_an_error_of_configuration(settings: Settings) -> None:
    with pytest.raises(InvalidConfiguration, match="bolt://localhost"):
        await Database.connect(settings, "gopher://127.0.0.1", "neo4j", "x")


def test_an_own_server_needs_its_password() -> None:
    with pytest.raises(InvalidConfiguration, match="NEO4J_PASSWORD"):
        locate(load_settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password=None))


async def test_the_same_code_runs_against_a_server_by_its_address(server: RunningServer) -> None:
    settings = load_settings(
        neo4j_uri=server.uri, neo4j_user=server.user, neo4j_password=server.password
    )
    database = await connect(settings, locate(settings))
    try:
        assert await database.read("RETURN 1 AS one") == [{"one": 1}]
    finally:
        await database.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The migrations that ship, and a folder to add to them."""
    for path in MIGRATIONS.glob("*.cypher"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


async def test_migrations_are_applied_once(migrated: Database) -> None:
    migrations = read_migrations(MIGRATIONS)
    assert await migrate(migrated, migrations, NOW) == []
    assert sorted(await applied_migrations(migrated)) == [one.number for one in migrations]
    await require_migrated(migrated, migrations)


async def test_customers_from_before_there_were_cohorts_are_numbered_by_the_migration(
    database: Database,
) -> None:
    async def forget(transaction: Transaction) -> None:
        await transaction.run("UNWIND ['a', 'b'] AS key CREATE (:Customer {key: key})")
        await transaction.run("MATCH (m:Migration {name: 'cohort_numbers'}) DELETE m")

    await database.write(forget)
    assert [one.name for one in await migrate(database, read_migrations(MIGRATIONS), NOW)] == [
        "cohort_numbers"
    ]
    rows = await database.read("MATCH (c:Customer) RETURN c.key AS key, c.cohort AS cohort")
    assert {row["key"]: row["cohort"] for row in rows} == {
        key: cohort_number(key) for key in ("a", "b")
    }


async def test_every_business_key_has_a_constraint(migrated: Database) -> None:
    found = await migrated.read(
        "SHOW CONSTRAINTS YIELD labelsOrTypes, properties"
        " RETURN labelsOrTypes[0] + '.' + properties[0] AS key"
    )
    keyed = {row["key"] for row in found}
    for label in [
        "Customer",
        "Identity",
        "Department",
        "DecisionMaker",
        "Team",
        "Employee",
        "Event",
        "Channel",
        "Opportunity",
        "FollowUp",
        "Consent",
        "Taxonomy",
        "Dimension",
        "Tag",
        "Segment",
        "SegmentVersion",
        "Request",
        "Import",
    ]:
        assert f"{label}.key" in keyed


async def test_a_database_ahead_of_the_code_is_refused(migrated: Database, files: Path) -> None:
    older = read_migrations(files)[:-1]
    with pytest.raises(SchemaAhead, match="newer profilegraph"):
        await migrate(migrated, older, NOW)


async def test_a_database_behind_the_code_is_not_used_but_told_of(
    migrated: Database, files: Path
) -> None:
    number = len(read_migrations(files)) + 1
    (files / f"{number:04}_more.cypher").write_text(
        "CREATE INDEX more IF NOT EXISTS FOR (n:X) ON (n.y);"
    )
    with pytest.raises(SchemaBehind, match="db migrate"):
        await require_migrated(migrated, read_migrations(files))


async def test_a_migration_that_was_edited_after_it_was_applied_is_refused(
    migrated: Database, files: Path
) -> None:
    first = next(files.glob("0001_*"))
    first.write_text(first.read_text() + "// one word more\n")
    with pytest.raises(SchemaChanged, match="0001"):
        await migrate(migrated, read_migrations(files), NOW)


def test_migrations_have_no_gap_in_their_numbers(files: Path) -> None:
    (files / "0099_far.cypher").write_text("RETURN 1;")
    with pytest.raises(SchemaChanged, match="99"):
        read_migrations(files)


def test_a_migration_has_a_telling_name(files: Path) -> None:
    (files / "later.cypher").write_text("RETURN 1;")
    with pytest.raises(SchemaChanged, match="0001_what_it_does"):
        read_migrations(files)
