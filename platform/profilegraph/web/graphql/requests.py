"""Parses GraphQL requests, with limits on size, depth, time and shape."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from profilegraph.api.documents.trusted import DocumentId

MAX_BODY = 1024 * 1024
LARGE_BODY = 32 * 1024
MAX_CONTAINERS = 20_000
"""Most `{` and `[` of a request, those within texts included."""
BODY_SECONDS = 10.0
PREFLIGHT = "GraphQL-Require-Preflight"
"""A header that browsers send to another site only after a CORS preflight."""


class Refusal(Exception):
    """A request that is refused without being executed: HTTP status, code and message."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


@dataclass(frozen=True)
class Operation:
    """The operation that a client requests."""

    query: str | DocumentId
    variables: Mapping[str, Any] | None
    name: str | None
    may_mutate: bool


async def read_operation(request: Request, pause: Callable[[], Awaitable[None]]) -> Operation:
    """Return the operation of a request; raises Refusal.

    A large body is read after a `pause`, so that several do not hold up others.
    """
    if request.method in ("GET", "HEAD"):
        return _from_address(request)
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8"):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send Content-Type: application/json.")
    body = await _body(request)
    if len(body) > LARGE_BODY:
        await pause()
    return operation_of(parsed(body), may_mutate=True)


def _from_address(request: Request) -> Operation:
    if PREFLIGHT not in request.headers:
        raise Refusal(
            400,
            "PREFLIGHT_REQUIRED",
            f"A query by GET needs the header {PREFLIGHT}: 1, or use POST.",
        )
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = parsed(given[name].encode())
    return operation_of(given, may_mutate=False)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    raise Refusal(
                        413,
                        "BODY_TOO_LARGE",
                        f"The body is larger than {MAX_BODY} bytes.",
                        Connection="close",
                    )
    except TimeoutError as fault:
        message = f"The body did not arrive within {BODY_SECONDS:g} s."
        raise Refusal(408, "BODY_TOO_SLOW", message, Connection="close") from fault
    return bytes(body)


def parsed(text: bytes) -> Any:
    """Return the value of a JSON text; raises Refusal."""
    # Objects take many times the time and memory of their text, and the event loop stands still.
    if text.count(b"{") + text.count(b"[") > MAX_CONTAINERS:
        raise Refusal(
            400, "BAD_REQUEST", f"The request has more than {MAX_CONTAINERS:,} objects and lists."
        )
    try:
        value = json.loads(text)
        if b"\\u" in text:
            # Half of a surrogate pair is JSON, but no text: nothing could store or send it back.
            json.dumps(value, ensure_ascii=False).encode()
        return value  # noqa: TRY300
    except ValueError as fault:
        raise Refusal(400, "BAD_REQUEST", "The request is not JSON in UTF-8.") from fault
    except RecursionError as fault:
        raise Refusal(400, "BAD_REQUEST", "The request's JSON is nested too deeply.") from fault


def operation_of(given: Any, *, may_mutate: bool) -> Operation:
    """Return the operation in a request's JSON; raises Refusal."""
    if isinstance(given, list):
        raise Refusal(400, "BATCH_REFUSED", "Send one operation a request, not a list of them.")
    if not isinstance(given, dict):
        raise Refusal(400, "BAD_REQUEST", "The request is not a JSON object.")
    name = given.get("operationName")
    if not isinstance(name, str | None):
        raise Refusal(400, "BAD_REQUEST", "`operationName` must be a text.")
    for field in ("variables", "extensions"):
        if not isinstance(given.get(field), dict | None):
            raise Refusal(400, "BAD_REQUEST", f"`{field}` must be an object.")
    return Operation(_document_of(given), given.get("variables"), name or None, may_mutate)


def _document_of(given: Mapping[str, Any]) -> str | DocumentId:
    query, id_ = given.get("query"), given.get("documentId")
    if id_ is not None and query is not None:
        raise Refusal(400, "BAD_REQUEST", "Send `query` or `documentId`, not both.")
    field, text = ("query", query) if id_ is None else ("documentId", id_)
    if not isinstance(text, str) or not text:
        raise Refusal(400, "BAD_REQUEST", f"`{field}` must be a text that is not empty.")
    return text if id_ is None else DocumentId.of(text)
