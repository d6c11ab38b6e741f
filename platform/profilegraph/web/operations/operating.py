"""Endpoints for operators: metrics, and the verification of the index."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from profilegraph.errors import Forbidden, ProfilegraphError
from profilegraph.services.audit.recording import record_refusal
from profilegraph.services.cache.server_index import PATH
from profilegraph.services.cache.verification import verify
from profilegraph.services.platform import Platform
from profilegraph.web.graphql.endpoint import failure
from profilegraph.web.identity.authenticator import Authenticator

_NO_METRICS = "metrics count all customers: an administrator may read them."
_NO_CHECK = "checking the index reads all of the graph: an administrator may."
Answer = Callable[[Request], Awaitable[Response]]


def operator_routes(
    platform: Platform, authenticate: Authenticator, clock: Callable[[], datetime]
) -> list[Route]:
    """Return the routes of metrics and checks, which need a key, a session or a token.

    Both answer Forbidden unless an administrator asks: they count customers whom others may not see.
    """
    reading = asyncio.Lock()  # a check reads the whole graph: one at a time

    async def require_administrator(request: Request, refusal: str, operation: str) -> None:
        principal = await authenticate.of(request)
        if not principal.administrator:
            error = Forbidden(refusal)
            await record_refusal(platform, principal, error, operation, clock())
            raise error

    async def figures(request: Request) -> Response:
        await require_administrator(request, _NO_METRICS, "metrics")
        return Response(platform.cache.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def verification(request: Request) -> Response:
        await require_administrator(request, _NO_CHECK, "verifyIndex")
        async with reading:
            found = await verify(platform.database, platform.cache)
        return JSONResponse(asdict(found))

    return [
        Route("/metrics", _answering(figures), methods=["GET"]),
        Route(PATH, _answering(verification), methods=["POST"]),
    ]


def _answering(work: Answer) -> Answer:
    async def answered(request: Request) -> Response:
        try:
            return await work(request)
        except ProfilegraphError as error:
            return failure(error)

    return answered
