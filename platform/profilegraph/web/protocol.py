"""uvicorn's httptools protocol, with limits on size and time of the request head."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 65_536
"""Most bytes of a request line and headers that are read before they end."""
HEAD_SECONDS = 10.0
"""The timeout for the headers of a started request, or for the first request of a connection."""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses requests whose headers do not end; httptools accepts any amount."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0
        self._in_head = True
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timeout for the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timeout."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Handle received data."""
        self._head += len(data)
        if self._in_head and self._late is None:
            self._wait_for_head()
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers of the request are too large.")

    def on_headers_complete(self) -> None:
        """Stop the timeout and start the body."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Start to wait for the next request."""
        self._in_head, self._head = True, 0
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._end_late)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end_late(self) -> None:
        # Whoever sends a head a byte at a time would otherwise hold a connection for ever.
        if not self.transport.is_closing():
            self.send_400_response("The headers of the request did not arrive in time.")
