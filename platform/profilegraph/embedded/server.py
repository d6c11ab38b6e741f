"""Starts, finds, stops and resets the embedded Neo4j of one home folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import TypeVar

import psutil
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from profilegraph.config import Settings
from profilegraph.embedded.checks import (
    choose_port,
    require_known_version,
    require_memory,
    require_room,
)
from profilegraph.embedded.faults import HOME_VARIABLE, writing_to
from profilegraph.embedded.home import POLL, Home, ServerState
from profilegraph.embedded.jars import MAVEN_CENTRAL, fetch
from profilegraph.embedded.launch import HOST, USER, Launch
from profilegraph.embedded.process import run
from profilegraph.embedded.progress import SILENT, StartProgress
from profilegraph.embedded.registry import neo4j_version, read_registry
from profilegraph.errors import EmbeddedPasswordLost, EmbeddedServerError

WAIT_SECONDS = 900.0  # for another process that starts it, jars included
STOP_SECONDS = 60.0
Found = TypeVar("Found")
TIMEOUT_FACTOR = 10  # the server's own limit is a net below the deadlines that callers set


@dataclass(frozen=True)
class RunningServer:
    """A server that answers at `uri` (bolt://127.0.0.1:PORT) with this user and password."""

    uri: str
    user: str
    password: str
    pid: int
    home: Path
    version: str


def start(settings: Settings, progress: StartProgress = SILENT) -> RunningServer:
    """Return the running server of `settings.home`, started if it did not run.

    Several processes may call this at once: one starts it, the others wait and get the same one.
    Raises EmbeddedServerError or one of its kinds.
    """
    home = Home(settings.home)
    with writing_to(home.root, HOME_VARIABLE):
        home.make()
        found = _running_or_lock(home)
        if isinstance(found, ServerState):
            return _server(home, found)
        try:
            home.clear_running()
            return _start_locked(settings, home, found, progress)
        finally:
            os.close(found)  # the server, if it came up, holds the lock through its own descriptor
            progress.finished()


def stop(settings: Settings) -> bool:
    """Stop the server cleanly and return True when it has ended; False if none ran.

    Raises EmbeddedServerError if it does not end in time.
    """
    home = Home(settings.home)
    if not home.root.is_dir():
        return False
    with writing_to(home.root, HOME_VARIABLE):
        found = _running_or_lock(home)
        if isinstance(found, int):
            os.close(found)
            return False
        with suppress(psutil.NoSuchProcess):  # it may end by itself just now
            psutil.Process(found.pid).terminate()
        os.close(_wait_for_lock(home))
        return True


def status(settings: Settings) -> RunningServer | None:
    """Return the server of `settings.home` if it is ready, None if not.

    Raises EmbeddedPasswordLost if it is, but nobody can tell its password.
    """
    home = Home(settings.home)
    with writing_to(home.root, HOME_VARIABLE):
        state = home.running()
        return None if state is None else _server(home, state)


def require_restart(settings: Settings) -> None:
    """Stop the server that cannot go on, once there is room for it to start again.

    Raises EmbeddedDiskFull where there is none: as long as it runs, it at least says what is wrong.
    """
    require_room(settings.home)
    stop(settings)


def is_lost(settings: Settings) -> bool:
    """Return whether the server of `settings.home` was killed; one that was stopped is not lost."""
    return Home(settings.home).lost()


def store_size(server: RunningServer) -> int:
    """Return how many bytes the data of `server` takes on disk, transaction logs included."""
    return Home(server.home).data_size()


def reset(settings: Settings) -> None:
    """Stop the server and delete its data and logs; its port and password stay."""
    home = Home(settings.home)
    if not home.root.is_dir():
        return
    stop(settings)
    with writing_to(home.root, HOME_VARIABLE):
        lock = _wait_for_lock(home)
        try:
            home.delete_data()
        finally:
            os.close(lock)


def _running_or_lock(home: Home) -> ServerState | int:
    def look() -> ServerState | int | None:
        return home.running() or home.try_lock()

    found = _until(
        look,
        WAIT_SECONDS,
        EmbeddedServerError(
            f"another process has been starting the server for {WAIT_SECONDS:.0f} seconds.",
            hint=f"See {home.log}, and end that process.",
            where=str(home.root),
        ),
    )
    assert found is not None  # noqa: S101 - told to the type checker
    return found


def _wait_for_lock(home: Home) -> int:
    lock = _until(
        home.try_lock,
        STOP_SECONDS,
        EmbeddedServerError(
            f"the server has not ended {STOP_SECONDS:.0f} seconds after it was told to.",
            hint=f"See {home.log}; ending its process by force loses nothing that is committed.",
            where=str(home.root),
        ),
    )
    assert lock is not None  # noqa: S101 - told to the type checker
    return lock


def _until(look: Callable[[], Found], seconds: float, late: EmbeddedServerError) -> Found:
    waiting = Retrying(
        retry=retry_if_result(lambda found: found is None),
        stop=stop_after_delay(seconds),
        wait=wait_fixed(POLL),
    )
    try:
        return waiting(look)
    except RetryError as fault:
        raise late from fault


def _start_locked(
    settings: Settings, home: Home, lock: int, progress: StartProgress
) -> RunningServer:
    jars = read_registry()
    version = neo4j_version(jars)
    require_known_version(home.version(), version, home.root)
    require_memory(settings.heap_mb, settings.page_cache_mb)
    require_room(home.root)
    port = choose_port(settings.bolt_port, home.port())
    folder = (settings.cache / "jars").resolve()
    fetch(
        jars,
        folder,
        settings.maven_mirror or MAVEN_CENTRAL,
        progress,
        trust=settings.trust(),
    )
    progress.starting()
    home.make_password()
    run(home, _launch(settings, folder, version, port), lock)
    state = home.running()
    if state is None:
        raise EmbeddedServerError(
            "the server ended as soon as it was ready.",
            hint=f"Its logs are in {home.logs}.",
            where=str(home.root),
        )
    return _server(home, state)


def _launch(settings: Settings, folder: Path, version: str, port: int) -> Callable[..., Launch]:
    return partial(
        Launch,
        jars=str(folder),
        version=version,
        port=port,
        heap_mb=settings.heap_mb,
        page_cache_mb=settings.page_cache_mb,
        transaction_seconds=ceil(
            max(settings.write_timeout, settings.bulk_timeout) * TIMEOUT_FACTOR
        ),
    )


def _server(home: Home, state: ServerState) -> RunningServer:
    password = home.password()
    if not password:
        raise EmbeddedPasswordLost(
            "the server runs, but the file with its password is gone.",
            hint="Run `profilegraph db stop`; the next start sets a new password.",
            where=str(home.root),
        )
    uri = f"bolt://{HOST}:{state.port}"
    return RunningServer(uri, USER, password, state.pid, home.root, state.version)
