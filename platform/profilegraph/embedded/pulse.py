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
_MOST_UNREAD = 64
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

    A question can be sent ahead, so that its answer is there when it is needed. Who waits for one
    waits, event loop or not: that takes less time than the loop needs to turn to something else
    and come back.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._asked = 0
        self._answered = 0
        self._last: bytes | None = None
        """The answer to the question of the number `_answered`; None where it is lost."""

    def ask(self) -> int:
        """Return the number of a question that is sent and not waited for."""
        self._asked += 1
        try:
            while self._asked - self._answered > _MOST_UNREAD:
                self._read()
            self._connected().sendall(_QUESTION)
        except OSError:
            self.close()
        return self._asked

    def beat(self, question: int | None = None) -> Beat | None:
        """Return the state of the database after a question was sent, by default after this call.

        None where nobody tells, or somebody commits.
        """
        wanted = self.ask() if question is None else question
        try:
            while self._answered < wanted:
                self._read()
        except OSError:  # a missed deadline is one, too: the next question begins anew
            self.close()
        if self._last is None:
            return None
        run, whole, closed, committed = _ANSWER.unpack(self._last)
        return (run, whole) if whole == closed == committed else None

    def close(self) -> None:
        """End the conversation, unanswered questions and all; the next one begins another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._answered, self._last = self._asked, None

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(DEADLINE_SECONDS)
            self._socket.connect(str(self._path))
        return self._socket

    def _read(self) -> None:
        found = b""
        while len(found) < _ANSWER.size:
            part = self._connected().recv(_ANSWER.size - len(found))
            if not part:
                raise ConnectionResetError("the server has ended")
            found += part
        self._answered, self._last = self._answered + 1, found
