"""Streams files of any length to a client, with back-pressure and a timeout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from profilegraph.errors import ProfilegraphError
from profilegraph.web.disconnects import until_disconnected
from profilegraph.web.graphql.endpoint import failure

SEND_SECONDS = 60.0
"""The timeout for a client to read a part."""
_log = structlog.get_logger()


class Download(Response):
    """Streams the parts of a file.

    An error before the first part is the response. A later one breaks the connection, so that the
    client sees an incomplete file, not a short one.
    """

    def __init__(self, parts: AsyncGenerator[bytes, None], name: str, media_type: str) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self.headers["content-disposition"] = _attached(name)
        self.headers["cache-control"] = "no-store"
        self._parts = parts
        self.sent = 0
        """The number of bytes sent."""
        self.complete = False
        """Whether the whole file was sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file until it ends or the client disconnects; then the rest is not made."""
        await until_disconnected(self._answer(scope, receive, send), receive)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._parts) as parts:
            try:
                part = await anext(parts, b"")
            except ProfilegraphError as error:
                await failure(error)(scope, receive, send)
                return
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            try:
                await self._send(part, parts, send)
            except (ProfilegraphError, TimeoutError) as error:
                # A response that the server finds unfinished makes it break the connection.
                code = getattr(error, "code", "CLIENT_TOO_SLOW")
                _log.warning("download_broken", code=code, sent=self.sent)

    async def _send(self, part: bytes, parts: AsyncGenerator[bytes, None], send: Send) -> None:
        await self._send_part(part, send)
        async for one in parts:
            await self._send_part(one, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        self.complete = True

    async def _send_part(self, part: bytes, send: Send) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        self.sent += len(part)


def _attached(name: str) -> str:
    """Return the header with the file name: in full, and in ASCII for old clients."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
