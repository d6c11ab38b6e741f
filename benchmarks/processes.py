"""Processes that the benchmark starts, and that end with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

STOP_SECONDS = 20.0


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Yield a process with pipes to write to and read from; it and its children end afterwards."""
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
            user=user,
            extra_groups=None if user is None else (),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):  # the group is gone where every child ended with its parent
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line that a process prints; empty where it ended without one."""
    if process.stdout is None:
        raise ValueError("the process was started without a pipe to read from")
    return process.stdout.readline().strip()


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def unprivileged_user() -> str | None:
    """Return whom to run servers as that refuse to run as root; None where this is not root."""
    return "nobody" if os.geteuid() == 0 else None
