"""Checks before the embedded server starts; each failure says what to do."""

from __future__ import annotations

import shutil
import socket
from contextlib import closing
from pathlib import Path

import psutil

from profilegraph.config import MEGABYTE
from profilegraph.embedded.faults import (
    DISK_HINT,
    HOME_VARIABLE,
    MEMORY_HINT,
    NEWER_HINT,
    PORT_HINT,
)
from profilegraph.embedded.launch import HOST
from profilegraph.errors import (
    EmbeddedDataNewer,
    EmbeddedDiskFull,
    EmbeddedMemory,
    EmbeddedPortTaken,
)

CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
ROOM = 256 * MEGABYTE  # Neo4j's empty stores and the first of its transaction logs


def require_known_version(written_by: str, version: str, folder: Path) -> None:
    """Raise EmbeddedDataNewer if the data of `folder` is of a Neo4j newer than `version`."""
    if written_by and _order(written_by) > _order(version):
        raise EmbeddedDataNewer(
            f"the data was written by Neo4j {written_by}; this profilegraph brings {version}.",
            hint=NEWER_HINT,
            where=str(folder),
        )


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def require_memory(heap_mb: int, page_cache_mb: int, available: int | None = None) -> None:
    """Raise EmbeddedMemory unless `available` bytes (measured if left out) hold both."""
    free = _available_memory() if available is None else available
    if (heap_mb + page_cache_mb) << 20 > free:
        raise EmbeddedMemory(
            f"heap and page cache are set to {heap_mb} and {page_cache_mb} MB "
            f"and {free >> 20} MB of memory are available.",
            hint=MEMORY_HINT,
        )


def _available_memory() -> int:
    machine = int(psutil.virtual_memory().available)
    limit = CONTAINER_LIMIT.read_text().strip() if CONTAINER_LIMIT.is_file() else "max"
    return machine if limit == "max" else min(machine, int(limit))


def require_room(folder: Path, *, least: int = ROOM, free: int | None = None) -> None:
    """Raise EmbeddedDiskFull unless `least` bytes of `free` (measured if left out) are there."""
    available = shutil.disk_usage(folder).free if free is None else free
    if available < least:
        raise EmbeddedDiskFull(
            f"{available / MEGABYTE:,.1f} MB of disk are free; "
            f"the database needs {ROOM / MEGABYTE:,.0f} MB to start.",
            hint=DISK_HINT.format(variable=HOME_VARIABLE),
            where=str(folder),
        )


def choose_port(fixed: int | None, last: int | None) -> int:
    """Return the `fixed` port, else that of the last run if it is free, else any free one.

    Raises EmbeddedPortTaken if a program listens on the fixed one.
    """
    if fixed is not None:
        if not _is_free(fixed):
            raise EmbeddedPortTaken(
                f"another program listens on port {fixed}.", hint=PORT_HINT, where=HOST
            )
        return fixed
    if last is not None and _is_free(last):
        return last
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        # As Java does it: without this a port counts as taken for a minute after its last use.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
