"""A partner's computation in a process of its own, which can be ended whatever it is at.

The process is sent a call and answers with what it returns. It watches the time itself, by a timer
that needs no Python, and says at its end where it was.
"""

from __future__ import annotations

import asyncio
import pickle
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import cloudpickle

import profilegraph
from profilegraph.errors import PluginError
from profilegraph.hooks.hosting.containment import start_thread

T = TypeVar("T")
START_SECONDS = 60.0
"""How much longer than a call it may take to start the process and to pass everything on."""
_CHILD = "profilegraph.hooks.hosting.isolated"
_OWN = str(Path(profilegraph.__file__).parent)
_ANSWERS = "_answer"
"""The function of the process that makes the calls."""
_FRAME = re.compile(r'  File "(?P<file>.+)", line (?P<line>\d+) in (?P<name>.+)')
_HINT = "It was ended, and nothing of it is kept. Report it to the plugin's author."


class Unfinished(PluginError):
    """A call in a process of its own came to no end by itself; the message says what it did."""


class Isolated:
    """Makes calls in a process of its own, one after the other.

    Where one was ended, the next one gets a new process.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._stack = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, function: Callable[[], T], seconds: float) -> T:
        """Return what a function returns within so many seconds.

        Raises the ProfilegraphError that it raises, PluginError for whatever else it raises, and
        Unfinished where it did not end in time, with the place where it was, or its process died.
        """
        request = self._packed(function)
        connection = self._started()
        assert self._process is not None  # noqa: S101  (as it has just been started)
        # The process watches the time of the call; this is for one that cannot even do that.
        timer = threading.Timer(seconds + START_SECONDS, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            connection.send((seconds, request))
            returned, value = pickle.loads(connection.recv_bytes())  # noqa: S301  (of our own process)
        except (EOFError, OSError) as fault:
            raise self._ended(seconds) from fault
        finally:
            timer.cancel()
        if not returned:
            raise value
        result: T = value
        return result

    async def call_async(self, function: Callable[[], T], seconds: float) -> T:
        """Return like `call`, while others go on; who is cancelled has the process ended, too."""
        call = start_thread(partial(self.call, function, seconds), self._name)
        try:
            return await asyncio.wrap_future(call)
        except asyncio.CancelledError:
            if self._process is not None:
                self._process.kill()
            raise

    def close(self) -> None:
        """End the process."""
        self._end()
        self._stack.close()

    def _packed(self, function: Callable[[], Any]) -> bytes:
        try:
            packed: bytes = cloudpickle.dumps(function)
        except (pickle.PicklingError, TypeError, AttributeError) as fault:
            raise Unfinished(
                f"cannot be passed to a process of its own: {fault}.",
                hint="Keep no open files, connections or locks in it.",
            ) from fault
        return packed

    def _started(self) -> Connection:
        if self._connection is None:
            ours, theirs = socket.socketpair()
            with theirs:
                descriptors = (theirs.fileno(), self._stack.fileno())
                self._process = subprocess.Popen(  # noqa: S603  (no shell, and nothing of a user)
                    [sys.executable, "-m", _CHILD, *map(str, descriptors)],
                    pass_fds=descriptors,
                    stdin=subprocess.DEVNULL,
                )
            self._connection = Connection(ours.detach())
            self._connection.send(sys.path)
        return self._connection

    def _ended(self, seconds: float) -> Unfinished:
        status = self._end()
        self._stack.seek(0)
        stack = self._stack.read().decode(errors="replace")
        self._stack.seek(0)
        self._stack.truncate()
        if place := _place(stack):
            return Unfinished(f"did not end within {seconds:g} s: it was at {place}.", hint=_HINT)
        if status == -signal.SIGKILL:
            return Unfinished(
                f"was killed: it did not end within {seconds:g} s, or took all memory.", hint=_HINT
            )
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        return Unfinished(f"ended its process {how}.", hint=_HINT)

    def _end(self) -> int:
        """Return the status of the process after it was ended; 0 where none runs."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is None:
            return 0
        try:
            return process.wait(0.5)  # it ends by itself where nobody is at the other end
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _place(stack: str) -> str:
    """Return where a partner's code was, out of stacks with the newest call first; else nothing."""
    for thread in stack.split("\n\n"):
        frames = [found.groupdict() for found in map(_FRAME.match, thread.splitlines()) if found]
        own = [place for place, frame in enumerate(frames) if frame["file"].startswith(_OWN)]
        if any(frames[place]["name"] == _ANSWERS for place in own):
            # What the platform called last; the newest frames may be the platform's own, called by it.
            called = next((one - 1 for one in own if one and one - 1 not in own), own[0])
            return "{file}:{line} ({name})".format(**frames[called])
    return ""
