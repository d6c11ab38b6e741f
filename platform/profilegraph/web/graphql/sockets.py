"""GraphQL over WebSockets, by the sub-protocol graphql-transport-ws: for subscriptions above all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from profilegraph.api.runtime.executor import Executor
from profilegraph.domain.identity import Principal
from profilegraph.errors import Forbidden, ProfilegraphError, Unauthenticated
from profilegraph.web.graphql.endpoint import NewContext, problem
from profilegraph.web.graphql.requests import Operation, Refusal, operation_of, parsed
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential, address_of

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
CHECK_SECONDS = 10.0
"""The pause between two checks of who is connected, also while nothing happens."""
MOST_OPERATIONS = 20
"""Most concurrent operations per socket."""


class Closed(Exception):
    """The client violated the protocol or is not admitted: the close code and the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLSocket:
    """Serves GraphQL over WebSockets, to whoever is authenticated.

    A key or a token is in the header of the handshake, or, because browsers cannot set one, in
    `Authorization` of the payload of `connection_init`. The cookie of a session does without.
    """

    def __init__(
        self,
        executor: Executor,
        authenticate: Authenticator,
        new_context: NewContext,
        origins: Collection[str] = (),
    ) -> None:
        """Set the parts; `origins` are the other web sites whose pages may open a socket."""
        self._origins = origins
        self._executor = executor
        self._authenticate = authenticate
        self._new_context = new_context

    async def __call__(self, socket: WebSocket) -> None:
        """Serve one socket until either side closes it."""
        if _foreign(socket, self._origins) or PROTOCOL not in socket.scope["subprotocols"]:
            await socket.close()  # before it was accepted, that is the status 403
            return
        await socket.accept(PROTOCOL)
        try:
            await _Connection(socket, self._executor, self._authenticate, self._new_context).serve()
        except* WebSocketDisconnect:
            pass  # so a client says goodbye
        except* Closed as group:
            closed = group.exceptions[0]
            assert isinstance(closed, Closed)  # noqa: S101  (nothing raises it in a group)
            await socket.close(closed.code, closed.reason)


class _Connection:
    """One socket: its viewer, and its running operations."""

    def __init__(
        self,
        socket: WebSocket,
        executor: Executor,
        authenticate: Authenticator,
        new_context: NewContext,
    ) -> None:
        self._socket = socket
        self._executor = executor
        self._authenticate = authenticate
        self._new_context = new_context
        self._credential: Credential | None = None
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Handle messages until the client disconnects; running operations then end."""
        await self._begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_checking())
            while True:
                await self._take(await self._message(), group)

    async def _keep_checking(self) -> None:
        """Close the socket once its key, session or token has ended."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._authenticate(self._credential, used=False)
            except Unauthenticated as error:
                raise Closed(4403, "Forbidden") from error
            except ProfilegraphError:
                continue  # the database is away: nothing is sent meanwhile either

    async def _begin(self) -> None:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                message = await self._message()
        except TimeoutError as fault:
            raise Closed(4408, "Connection initialisation timeout") from fault
        match message:
            case {"type": "connection_init", "payload": {"Authorization": str(given)}}:
                scheme, _, secret = given.partition(" ")
                shown = secret.strip() if scheme.lower() == "bearer" else given
                self._credential = Credential.of_bearer(shown, address_of(self._socket))
            case {"type": "connection_init"}:
                self._credential = self._shown()
            case _:
                raise Closed(4401, "Unauthorized")
        await self._viewer()
        await self._send({"type": "connection_ack"})

    async def _take(self, message: dict[str, Any], group: asyncio.TaskGroup) -> None:
        match message:
            case {"type": "ping"}:
                await self._send({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "complete", "id": str(id_)}:
                if id_ in self._under_way:
                    self._under_way.pop(id_).cancel()
            case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if id_:
                await self._subscribe(id_, payload, group)
            case {"type": "connection_init"}:
                raise Closed(4429, "Too many initialisation requests")
            case _:
                raise Closed(4400, "Invalid message")

    async def _subscribe(self, id_: str, payload: dict[str, Any], group: asyncio.TaskGroup) -> None:
        if id_ in self._under_way:
            raise Closed(4409, f"Subscriber for {id_} already exists")
        try:
            operation = operation_of(payload, may_mutate=True)
        except Refusal as refusal:
            raise Closed(4400, refusal.message) from refusal
        if len(self._under_way) >= MOST_OPERATIONS:
            refused = problem("TOO_MANY_OPERATIONS", f"At most {MOST_OPERATIONS} run at once.")
            await self._send({"id": id_, "type": "error", "payload": refused["errors"]})
            return
        self._under_way[id_] = group.create_task(self._run(id_, operation))

    async def _run(self, id_: str, operation: Operation) -> None:
        viewer = await self._viewer()
        context = await self._context(viewer)
        answers = self._executor.stream(
            operation.query, operation.variables, operation.name, context
        )
        async with aclosing(answers):
            async for answer in answers:
                # A key that was revoked meanwhile, or has other roles, is told nothing more.
                if await self._viewer(used=False) != viewer:
                    raise Closed(4403, "Forbidden")
                if not answer.executed:
                    payload = answer.result["errors"]
                    self._under_way.pop(id_, None)
                    await self._send({"id": id_, "type": "error", "payload": payload})
                    return
                await self._send({"id": id_, "type": "next", "payload": answer.result})
        self._under_way.pop(id_, None)
        await self._send({"id": id_, "type": "complete"})

    async def _context(self, viewer: Principal) -> object:
        try:
            return await self._new_context(viewer)
        except Forbidden as error:
            raise Closed(4403, "Forbidden") from error
        except ProfilegraphError as error:
            raise Closed(1013, error.code) from error

    def _shown(self) -> Credential | None:
        try:
            return self._authenticate.credential(self._socket)
        except Forbidden as error:
            raise Closed(4403, "Forbidden") from error

    async def _viewer(self, *, used: bool = True) -> Principal:
        try:
            return await self._authenticate(self._credential, used=used)
        except Unauthenticated as error:
            raise Closed(4403, "Forbidden") from error
        except ProfilegraphError as error:
            raise Closed(1013, error.code) from error

    async def _message(self) -> dict[str, Any]:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received["code"])
        try:
            message = parsed((received.get("text") or "").encode())
        except Refusal as refusal:
            raise Closed(4400, refusal.message) from refusal
        if not isinstance(message, dict):
            raise Closed(4400, "Invalid message")
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        # It waits while the client does not read: nothing piles up for a slow one.
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        await self._socket.send_text(text)


def _foreign(socket: WebSocket, origins: Collection[str]) -> bool:
    """Return whether a browser opens the socket for a page of a site that is not allowed."""
    origin = socket.headers.get("origin")
    if origin is None or origin in origins:
        return False
    return urlsplit(origin).netloc != socket.headers.get("host")
