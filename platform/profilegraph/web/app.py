"""The web application: GraphQL, GraphiQL and the health checks, built from its parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from profilegraph.api.runtime.executor import Executor
from profilegraph.web.graphql.endpoint import (
    JSON,
    GraphQLEndpoint,
    NewContext,
    answer,
    problem,
)
from profilegraph.web.graphql.sockets import GraphQLSocket
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.middleware import HEADERS, of_answers
from profilegraph.web.operations.health import Check, Readiness, health

_GRAPHIQL = Path(__file__).parent / "static" / "graphiql"
_log = structlog.get_logger()


async def _nothing() -> None:
    """Do nothing."""


def build_app(
    *,
    executor: Executor,
    authenticate: Authenticator,
    new_context: NewContext,
    checks: Mapping[str, Check],
    start: Callable[[], Awaitable[None]] = _nothing,
    close: Callable[[], Awaitable[None]] = _nothing,
    routes: Sequence[BaseRoute] = (),
    origins: Sequence[str] = (),
) -> Starlette:
    """Return the ASGI application; `start` and `close` are awaited once, at its ends.

    A server sets `app.state.closing` when it begins to shut down: streams then end.

    `routes` are what it answers besides GraphQL, GraphiQL and the health checks; pages of the web
    sites `origins` may ask from a browser, beside those of its own.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await start()
        try:
            yield
        finally:
            await close()

    closing = asyncio.Event()
    graphql = GraphQLEndpoint(executor, authenticate, new_context, closing)
    socket = GraphQLSocket(executor, authenticate, new_context, origins)
    app = Starlette(
        routes=[*_routes(graphql, socket, Readiness(checks)), *routes],
        middleware=of_answers(origins),
        exception_handlers={HTTPException: _http_error, Exception: _bug},
        lifespan=lifespan,
    )
    app.state.closing = closing
    return app


def _routes(
    graphql: GraphQLEndpoint, socket: GraphQLSocket, readiness: Readiness
) -> list[BaseRoute]:
    async def converse(websocket: WebSocket) -> None:
        await socket(websocket)

    return [
        WebSocketRoute("/graphql", converse),
        Route("/graphql", _endpoint(graphql), methods=["GET", "POST"]),
        Route("/graphiql", _graphiql, methods=["GET"]),
        Mount("/graphiql", StaticFiles(directory=_GRAPHIQL)),
        Route("/health", health, methods=["GET"]),
        Route("/ready", _endpoint(readiness), methods=["GET"]),
    ]


def _endpoint(
    call: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    # Starlette takes a function for an endpoint of its own, and any other callable for an ASGI app.
    async def endpoint(request: Request) -> Response:
        return await call(request)

    return endpoint


async def _graphiql(_: Request) -> Response:
    return FileResponse(_GRAPHIQL / "index.html")


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (it is registered for this class alone)
    code = error.detail.upper().replace(" ", "_")
    return answer(
        JSON, error.status_code, problem(code, f"{error.detail}."), **(error.headers or {})
    )


async def _bug(_: Request, error: Exception) -> Response:
    error_id = token_hex(6)
    _log.error("bug", error_id=error_id, exc_info=error)
    body = problem("INTERNAL", f"Internal error {error_id}.", errorId=error_id)
    # Starlette answers bugs outside of every middleware, so the headers are put on here.
    return answer(JSON, 500, body, **HEADERS)
