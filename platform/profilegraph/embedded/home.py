"""The folder of one embedded database: its data, its password, its port and who runs it.

A lock file says whether a server of this folder starts or runs. The server inherits the lock from
the process that starts it and the kernel lets it go when the server ends, however it ends, so no
lock is ever stale. What the state file says counts only while the process it names is that server.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from profilegraph.embedded.launch import CHILD_MODULE

POLL = 0.05  # seconds between two looks at the lock


@dataclass(frozen=True)
class ServerState:
    """What a running server says of itself: process id, Bolt port, Neo4j's version."""

    pid: int
    port: int
    version: str


class Home:
    """The files of one embedded database, below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.database = self.root / "database"
        self.logs = self.root / "logs"
        self.log = self.logs / "server.log"
        self.watermark_socket = self.root / "watermark_socket.sock"
        self.configuration = self.root / "neo4j.conf"
        self._state = self.root / "server.json"
        self._lock = self.root / "server.lock"
        self._port = self.root / "port"
        self._password = self.root / "password"
        self._version = self.root / "version"

    def make(self) -> None:
        """Make the folders; nobody but their owner may look into them."""
        for folder in (self.root, self.database, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def running(self) -> ServerState | None:
        """Return the state of the server that runs from this folder, None if none is ready."""
        try:
            state = ServerState(**json.loads(self._state.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None  # what cannot be read names no server; the lock still knows if one runs
        return state if self._is_server(state.pid) else None

    def lost(self) -> bool:
        """Return whether a server that was ready here has ended without having been stopped."""
        return self._state.exists() and self.running() is None

    def _is_server(self, pid: int) -> bool:
        # The command line tells our server from a stranger who got the same process id later;
        # unlike the time of its creation it does not move when the clock is set.
        try:
            command = psutil.Process(pid).cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        return command[1:4] == ["-m", CHILD_MODULE, str(self.root)]

    def write_running(self, state: ServerState) -> None:
        """Record that the server is ready, and the version that wrote the data."""
        _write(self._version, state.version)
        _write(self._port, str(state.port))
        _write(self._state, json.dumps(asdict(state)))

    def clear_running(self) -> None:
        """Forget the server; called by itself as it stops, or by the next one to start."""
        self._state.unlink(missing_ok=True)

    def try_lock(self) -> int | None:
        """Return a descriptor that holds the lock, None while a server starts or runs."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def port(self) -> int | None:
        """Return the port of the last run, None before the first."""
        text = _read(self._port)
        return int(text) if text.isdecimal() else None

    def version(self) -> str:
        """Return the version of Neo4j that wrote the data, "" if there is none."""
        return _read(self._version)

    def password(self) -> str:
        """Return the password of user neo4j, "" if it is lost."""
        return _read(self._password)

    def make_password(self) -> str:
        """Return the password; makes one, readable by its owner alone, if there is none."""
        if not self.password():
            _write(self._password, secrets.token_urlsafe(24))
        return self.password()

    def data_size(self) -> int:
        """Return how many bytes of disk the data takes."""
        size = 0
        for file in self.database.rglob("*"):
            with suppress(FileNotFoundError):  # a running server deletes logs that it has rotated
                size += file.lstat().st_size
        return size

    def delete_data(self) -> None:
        """Delete data and logs; the caller holds the lock, so no server runs."""
        self.clear_running()
        for folder in (self.database, self.logs):
            shutil.rmtree(folder, ignore_errors=not folder.exists())
        self._version.unlink(missing_ok=True)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _write(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
