"""HTTP as uvicorn reads it with httptools, with a limit on what comes before a body."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 65_536
"""Bytes of a request line and headers that are waited for; what is read at once may be more."""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses requests whose headers do not end; httptools itself would take any number of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers of the request are too large.")

    def on_headers_complete(self) -> None:
        """Begin with the body."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        self._in_head, self._head = True, 0
        super().on_message_complete()
