"""Whether the embedded database was written, told by its process without a query.

A transaction of Neo4j has a number. It is *committed* once it is in the log, *closed* once all of
it can be seen, and only then told to whoever committed it. So where the newest number that was
committed, the newest that was closed and the newest below which all were closed are one, nothing is
being committed; and where they are what they were before, nothing was since.

Asked over a socket in the database's folder, which takes a twentieth of what a query takes. Nobody
has to ask: who gets no answer looks at the graph itself.
"""

from __future__ import annotations

import os
import socket
import socketserver
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from struct import Struct
from threading import Thread

DEADLINE_SECONDS = 0.02
_QUESTION = b"?"
_ANSWER = Struct("!8s3q")
_LONGEST_PATH = 100
"""What the address of a socket can have; systems differ a little."""

Numbers = tuple[int, int, int]
"""The newest transaction below which all are closed, the newest closed one, the newest committed."""
Beat = tuple[bytes, int]
"""A state of the database in which nothing is being committed: its server, and the newest number."""


def answer(path: Path, numbers: Callable[[], Numbers]) -> None:
    """Answer at a socket of this path from now on, in threads that end with the process."""
    run = os.urandom(8)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked may be gone
                while self.request.recv(1):
                    self.request.sendall(_ANSWER.pack(run, *numbers()))

    if len(os.fsencode(path)) > _LONGEST_PATH:
        return  # nobody will find it, and everybody looks
    path.unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()


class Pulse:
    """Asks for the state of a database.

    It waits for the answer, event loop or not: that takes less time than the loop needs to turn to
    something else and come back.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None

    def beat(self) -> Beat | None:
        """Return the state of the database; None where nobody tells, or somebody commits."""
        try:
            run, whole, closed, committed = _ANSWER.unpack(self._ask())
        except OSError:  # a missed deadline is one, too: the next question begins anew
            self.close()
            return None
        return (run, whole) if whole == closed == committed else None

    def close(self) -> None:
        """End the conversation; the next question begins another one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self) -> bytes:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(DEADLINE_SECONDS)
            self._socket.connect(str(self._path))
        self._socket.sendall(_QUESTION)
        found = b""
        while len(found) < _ANSWER.size:
            part = self._socket.recv(_ANSWER.size - len(found))
            if not part:
                raise ConnectionResetError("the server has ended")
            found += part
        return found
