"""Starts the embedded server's process, and receives how its start went."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TextIO

from profilegraph.embedded.checks import require_room
from profilegraph.embedded.faults import explained
from profilegraph.embedded.home import Home
from profilegraph.embedded.launch import CHILD_MODULE, Launch
from profilegraph.errors import EmbeddedServerError

START_SECONDS = 600.0
LOOK_SECONDS = 1.0
LEAST_ROOM = 64 << 10  # bytes: a disk with less is full


def run(home: Home, launch: Callable[..., Launch], lock: int) -> None:
    """Start the server's process, which inherits `lock`, and return when it is ready.

    `launch` lacks only the descriptor to report on. Raises EmbeddedServerError or one of its
    kinds; no process is left behind then.
    """
    receive, send = os.pipe()
    with os.fdopen(receive, encoding="utf-8") as answer, home.log.open("ab") as log:
        began = log.tell()
        try:
            group = _spawn(home, launch(report=send), lock, log)
        finally:
            os.close(send)
        try:
            _require_ready(home, answer, began)
        except EmbeddedServerError:
            with suppress(ProcessLookupError):  # it has ended, or does not come to its end
                os.killpg(group, signal.SIGKILL)
            raise


def _spawn(home: Home, launch: Launch, lock: int, log: IO[bytes]) -> int:
    """Return the process group of the server; the process that forked it has ended already."""
    arguments = [sys.executable, "-m", CHILD_MODULE, str(home.root), launch.to_json()]
    with subprocess.Popen(  # noqa: S603 - our own interpreter, with arguments of our own
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=home.root,
        # Java reads paths by the locale, and a path may hold any letter.
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        start_new_session=True,
        pass_fds=(lock, launch.report),
    ) as forker:
        return forker.pid


def _require_ready(home: Home, answer: TextIO, began: int) -> None:
    _wait_for_answer(home, answer)
    said = answer.read()
    if not said:  # the process has ended without a word: the JVM writes its reasons to the log
        text = home.log.read_bytes()[began:].decode(errors="replace")
        raise explained(text, home.root, home.log)
    fault = json.loads(said)["fault"]
    if fault:
        raise explained(fault, home.root, home.log)


def _wait_for_answer(home: Home, answer: TextIO) -> None:
    until = time.monotonic() + START_SECONDS
    while not select.select([answer], [], [], LOOK_SECONDS)[0]:
        # On a full disk Neo4j tries to write for ever.
        require_room(home.root, least=LEAST_ROOM)
        if time.monotonic() > until:
            raise EmbeddedServerError(
                f"Neo4j has not come up within {START_SECONDS:.0f} seconds.",
                hint=f"Its log is {home.log}.",
                where=str(home.root),
            )
