"""GraphQL over server-sent events, in the distinct connections mode of the protocol of graphql-sse.

A request is answered by a stream of its own: a `next` event per result, then `complete`. A result
is made when the client has taken the one before, so that nothing piles up for a slow client.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from profilegraph.api.runtime.executor import Answer
from profilegraph.errors import ProfilegraphError
from profilegraph.web.disconnects import until_disconnected

EVENT_STREAM = "text/event-stream"
HEARTBEAT_SECONDS = 12.0
"""The pause after which a comment shows that the stream is alive, and the key is checked again."""
SEND_SECONDS = 60.0
"""The timeout for a client to take an event."""
_HEARTBEAT = ":\n\n"
# The empty data lets a browser's EventSource dispatch the event.
_COMPLETE = "event: complete\ndata: \n\n"
_log = structlog.get_logger(__name__)


class EventStream(Response):
    """Streams the answers to one operation, until it ends, the client leaves or the key ends."""

    media_type = EVENT_STREAM

    def __init__(
        self,
        answers: AsyncGenerator[Answer, None],
        check: Callable[[], Awaitable[object]],
        closing: asyncio.Event,
        told: Callable[[ProfilegraphError], dict[str, Any]],
    ) -> None:
        """Set the parts.

        `check` raises ProfilegraphError once the viewer may see nothing more, of which `told`
        returns the result that says so; `closing` is set when the server shuts down.
        """
        # Proxies that collect responses would hold events back.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._answers = answers
        self._check = check
        self._closing = closing
        self._told = told

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        await until_disconnected(self._stream(send), receive)

    async def _stream(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with aclosing(self._events()) as events:
            try:
                async for event in events:
                    async with asyncio.timeout(SEND_SECONDS):
                        body = {"type": "http.response.body", "body": event.encode()}
                        await send({**body, "more_body": True})
            except TimeoutError:
                # A response that the server finds unfinished makes it break the connection.
                _log.warning("stream_broken", code="CLIENT_TOO_SLOW")
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _events(self) -> AsyncGenerator[str, None]:
        """Yield the events; it ends without `complete` if the server shuts down, so that clients retry."""
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            async with aclosing(self._answers) as answers:
                while True:
                    upcoming = asyncio.ensure_future(anext(answers, None))
                    try:
                        while not await _first_done(upcoming, closing):
                            await self._check()
                            yield _HEARTBEAT
                    finally:
                        await _ended(upcoming)
                    if upcoming.cancelled():
                        return
                    answer = upcoming.result()
                    if answer is None:
                        break
                    await self._check()  # a key that was revoked meanwhile is told nothing more
                    yield _next(answer.result)
        except ProfilegraphError as error:
            yield _next(self._told(error))
        finally:
            closing.cancel()
        yield _COMPLETE


async def _first_done(*some: asyncio.Future[Any]) -> bool:
    """Return whether one of some futures is done before the next heartbeat."""
    done, _ = await asyncio.wait(
        some, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    return bool(done)


async def _ended(upcoming: asyncio.Future[Any]) -> None:
    """Cancel a future unless it is done, and wait until it has ended."""
    if not upcoming.done():
        upcoming.cancel()
        await asyncio.wait({upcoming})


def _next(result: dict[str, Any]) -> str:
    # JSON escapes line breaks, so the data is one line.
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"event: next\ndata: {text}\n\n"
