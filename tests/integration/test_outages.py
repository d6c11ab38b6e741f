"""What becomes of questions and changes while the database is frozen, killed, or out of disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from profilegraph.config import Settings, load_settings
from profilegraph.embedded import server as embedded
from profilegraph.errors import (
    DatabaseFailed,
    DatabaseTimeout,
    DatabaseUnavailable,
    EmbeddedDiskFull,
)
from profilegraph.services.operations.embedded_server import EmbeddedSupervisor
from profilegraph.storage.neo4j import database as storage
from profilegraph.storage.neo4j import patience
from profilegraph.storage.neo4j.database import Database, Transaction
from tests.conftest import NOW

DISK_MB = 600
LEFT = 5_000_000
LARGE = (
    "UNWIND range(1, 60000) AS i CREATE (:Filling {text: toString(i) + $text}) RETURN count(*) AS n"
)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """A small disk of the tests' own; None where none can be mounted."""
    folder = tmp_path_factory.mktemp("disk")
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if (
        os.geteuid()
        or mount is None
        or unmount is None
        or subprocess.run([mount, *options], capture_output=True, check=False).returncode
    ):
        yield None
    else:
        yield folder
        subprocess.run([unmount, "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def own(disk: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that lead to an embedded database of these tests alone."""
    home = tmp_path_factory.mktemp("own") if disk is None else disk / "home"
    settings = load_settings(home=home, neo4j_uri=None, bolt_port=None, read_timeout=60.0)
    embedded.start(settings)
    yield settings
    embedded.stop(settings)


@pytest.fixture
async def mine(own: Settings) -> AsyncIterator[Database]:
    running = embedded.start(own)
    database = await Database.connect(own, running.uri, running.user, running.password)
    yield database
    await database.close()


async def leave_a_mark(transaction: Transaction) -> None:
    await transaction.run("CREATE (:Mark)")


async def marks(database: Database) -> int:
    [row] = await database.read("MATCH (m:Mark) RETURN count(m) AS n", timeout=30)
    found: int = row["n"]
    return found


def pid(settings: Settings) -> int:
    running = embedded.status(settings)
    assert running is not None
    return running.pid


async def test_a_change_is_given_up_once_a_frozen_database_answers_nobody(
    own: Settings, mine: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await marks(mine)
    monkeypatch.setattr(patience, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(storage, "PROBE_SECONDS", 1.0)
    os.kill(pid(own), signal.SIGSTOP)
    try:
        async with asyncio.timeout(own.write_timeout / 2):
            with pytest.raises(DatabaseUnavailable, match="ceased to answer") as change:
                await mine.write(leave_a_mark)
            with pytest.raises((DatabaseTimeout, DatabaseUnavailable)):
                await mine.read("RETURN 1", timeout=1)
    finally:
        os.kill(pid(own), signal.SIGCONT)
    monkeypatch.undo()
    assert "idempotencyKey" in (change.value.hint or "")
    # What was sent to it may have been done after all; it goes on working.
    assert await marks(mine) in (before, before + 1)
    await mine.write(leave_a_mark)


async def test_a_killed_database_is_told_of_at_once_and_started_anew_where_it_was(
    own: Settings, mine: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mine.write(leave_a_mark)
    before = await marks(mine)
    keeper = EmbeddedSupervisor(own, mine)
    await keeper.round(NOW)
    first = pid(own)
    os.kill(first, signal.SIGKILL)
    monkeypatch.setattr(patience, "NOBODY_SECONDS", 0.0)
    async with asyncio.timeout(own.read_timeout / 2):
        with pytest.raises(DatabaseUnavailable, match="no database answers"):
            await mine.read("RETURN 1")
        with pytest.raises(DatabaseUnavailable):
            await mine.write(leave_a_mark)
    monkeypatch.undo()
    await keeper.round(NOW)
    assert pid(own) != first
    assert await marks(mine) == before
    await mine.write(leave_a_mark)


async def test_a_database_that_somebody_stopped_stays_stopped(
    own: Settings, mine: Database
) -> None:
    keeper = EmbeddedSupervisor(own, mine)
    embedded.stop(own)
    await keeper.round(NOW)
    assert embedded.status(own) is None


async def test_a_full_disk_is_told_and_the_database_started_anew_once_there_is_room(
    disk: Path | None, own: Settings, mine: Database
) -> None:
    if disk is None:
        pytest.skip("a small disk has to be mounted for this, which only root may")
    await mine.write(leave_a_mark)
    before = await marks(mine)
    keeper = EmbeddedSupervisor(own, mine)
    filling = disk / "filling"
    with filling.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - LEFT)

    async def fill(transaction: Transaction) -> None:
        await transaction.run(LARGE, {"text": "x" * 200})

    with pytest.raises(DatabaseFailed) as change:
        await mine.write(fill)
    assert "idempotencyKey" in (change.value.hint or "")
    with pytest.raises(DatabaseFailed, match="disk") as question:
        await mine.read("RETURN 1")
    assert question.value.code == "DATABASE_UNAVAILABLE"
    with pytest.raises(EmbeddedDiskFull):
        await keeper.round(NOW)  # as long as it runs, it says what is wrong
    filling.unlink()
    await keeper.round(NOW)
    assert await marks(mine) == before
    await mine.write(leave_a_mark)
