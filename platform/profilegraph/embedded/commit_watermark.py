"""The commit watermark of the embedded database: tells without a query whether it was written.

A transaction of Neo4j has a number. It is *committed* once it is in the log, *closed* once all of
it is visible, and acknowledged only after that. So if the newest committed number, the newest
closed one and the newest below which all are closed are equal, nothing is being committed; and if
they are unchanged, nothing was committed since.

The database's process serves it over a socket in its folder, which takes a twentieth of the time of
a query. It is optional: a client without a response polls the graph.
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
_REQUEST = b"?"
_RESPONSE = Struct("!8s3q")
_MOST_UNREAD = 64
_LONGEST_PATH = 100
"""The longest address of a socket in bytes; systems differ a little."""

TransactionIds = tuple[int, int, int]
"""The newest transaction below which all are closed, the newest closed one, the newest committed."""
CommitWatermark = tuple[bytes, int]
"""A state in which nothing is being committed: the run of the server, and the newest number."""


def serve_watermark(path: Path, numbers: Callable[[], TransactionIds]) -> None:
    """Serve the watermark at a socket of this path, in threads that end with the process."""
    run = os.urandom(8)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):  # the client may be gone
                while self.request.recv(1):
                    self.request.sendall(_RESPONSE.pack(run, *numbers()))

    if len(os.fsencode(path)) > _LONGEST_PATH:
        return  # clients poll the graph
    path.unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()


class WatermarkClient:
    """Reads the watermark of a database.

    A request can be sent ahead, so that the response is there when it is needed. Reading blocks,
    even in an event loop: it takes less time than a switch of tasks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._requested = 0
        self._answered = 0
        self._last: bytes | None = None
        """The response to the request with the number `_answered`; None if it is lost."""

    def request(self) -> int:
        """Send a request and return its number."""
        self._requested += 1
        try:
            while self._requested - self._answered > _MOST_UNREAD:
                self._read()
            self._connected().sendall(_REQUEST)
        except OSError:
            self.close()
        return self._requested

    def read(self, request: int | None = None) -> CommitWatermark | None:
        """Return the watermark after a request was sent, by default after this call.

        None if there is no response, or a transaction is being committed.
        """
        wanted = self.request() if request is None else request
        try:
            while self._answered < wanted:
                self._read()
        except OSError:  # a missed deadline is one, too; the next request reconnects
            self.close()
        if self._last is None:
            return None
        run, whole, closed, committed = _RESPONSE.unpack(self._last)
        return (run, whole) if whole == closed == committed else None

    def close(self) -> None:
        """Close the connection and drop pending requests; the next request reconnects."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._answered, self._last = self._requested, None

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(DEADLINE_SECONDS)
            self._socket.connect(str(self._path))
        return self._socket

    def _read(self) -> None:
        found = b""
        while len(found) < _RESPONSE.size:
            part = self._connected().recv(_RESPONSE.size - len(found))
            if not part:
                raise ConnectionResetError("the server has ended")
            found += part
        self._answered, self._last = self._answered + 1, found
