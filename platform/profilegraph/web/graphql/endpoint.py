"""The GraphQL endpoint: authentication, parsing, and the response in the accepted media type."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.executor import Answer, Executor
from profilegraph.api.runtime.faults import described
from profilegraph.domain.identity import Principal
from profilegraph.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Overloaded,
    ProfilegraphError,
    QueryTooExpensive,
    RateLimited,
    Unauthenticated,
)
from profilegraph.services.limits.pacer import AT_ONCE
from profilegraph.web.disconnects import ClientGone, ended_with_client
from profilegraph.web.graphql.requests import Operation, Refusal, read_operation
from profilegraph.web.graphql.streams import EVENT_STREAM, EventStream
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential

RESULT = "application/graphql-response+json"
JSON = "application/json"
_TYPES = {
    RESULT: RESULT,
    JSON: JSON,
    EVENT_STREAM: EVENT_STREAM,
    "*/*": JSON,
    "application/*": JSON,
    "": JSON,
}

_STATUS: Mapping[type[ProfilegraphError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    InvalidInput: 400,
    Conflict: 409,
    RateLimited: 429,
    Overloaded: 503,
    QueryTooExpensive: 400,
}

_CLIENT_GONE = 499
"""What nginx and others log for a request whose client went away; nobody reads it."""

NewContext = Callable[[Principal], Awaitable[object]]
"""Returns the context of one request, for its viewer; raises Forbidden if they may do nothing."""


class GraphQLEndpoint:
    """Responds to GraphQL over HTTP, to whoever is authenticated."""

    def __init__(
        self,
        executor: Executor,
        authenticate: Authenticator,
        new_context: NewContext,
        closing: asyncio.Event,
    ) -> None:
        """Set the parts; streams end when `closing` is set."""
        self._executor = executor
        self._authenticate = authenticate
        self._new_context = new_context
        self._closing = closing

    async def __call__(self, request: Request) -> Response:
        """Return the response; failures of the request have the shape of GraphQL errors, too."""
        wanted = accepted(request)
        streams = wanted == EVENT_STREAM and request.method == "POST"
        media_type = JSON if wanted == EVENT_STREAM else wanted
        try:
            credential = self._authenticate.credential(request)
            viewer = await self._authenticate(credential)
            operation = await read_operation(
                request, partial(self._executor.pacer.turn, viewer.id, AT_ONCE)
            )
            context = await self._new_context(viewer)
        except Refusal as refusal:
            return answer(
                media_type,
                refusal.status,
                problem(refusal.code, refusal.message),
                **refusal.headers,
            )
        except Unauthenticated as error:
            return answer(media_type, 401, _expected(error), **{"WWW-Authenticate": "Bearer"})
        except Forbidden as error:
            return answer(media_type, 403, _expected(error))
        except ProfilegraphError as error:
            return answer(media_type, status_of(error), _expected(error), **_headers(error))
        if streams:
            return self._stream(operation, viewer, credential, context)
        try:
            async with ended_with_client(request.receive, lambda: not _changes(context)):
                answered = await self._executor.execute(
                    operation.query,
                    operation.variables,
                    operation.name,
                    context,
                    may_mutate=operation.may_mutate,
                )
        except ClientGone:
            return Response(status_code=_CLIENT_GONE)
        return _respond(media_type, answered)

    def _stream(
        self,
        operation: Operation,
        viewer: Principal,
        credential: Credential | None,
        context: object,
    ) -> EventStream:
        answers = self._executor.stream(
            operation.query, operation.variables, operation.name, context
        )

        async def check() -> None:
            await self._authenticate.require_same(credential, viewer)

        return EventStream(answers, check, self._closing, _expected)


def _changes(context: object) -> bool:
    return isinstance(context, ApiContext) and context.changes


def accepted(request: Request) -> str:
    """Return the first accepted media type that is supported, otherwise JSON."""
    for choice in request.headers.get("accept", "").split(","):
        if known := _TYPES.get(choice.partition(";")[0].strip().lower()):
            return known
    return JSON


def problem(code: str, message: str, **extensions: Any) -> dict[str, Any]:
    """Return the body of a response with one error."""
    return {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


def failure(error: ProfilegraphError) -> Response:
    """Return the response to a request with an expected error outside of GraphQL."""
    status = status_of(error)
    return answer(
        JSON, status, problem(message=error.message, **described(error)), **_headers(error)
    )


def _headers(error: ProfilegraphError) -> dict[str, str]:
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case Overloaded(retry_after=seconds):
            return {"Retry-After": str(seconds)}
        case _:
            return {}


def status_of(error: ProfilegraphError) -> int:
    """Return the HTTP status of an expected error outside of GraphQL."""
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)


def answer(media_type: str, status: int, body: dict[str, Any], **headers: str) -> Response:
    """Return a response that is not cached."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Starlette adds a charset to text types only, and GraphQL over HTTP asks for one.
    kind = f"{media_type}; charset=utf-8"
    return Response(text, status, {"Cache-Control": "no-store", "Content-Type": kind, **headers})


def _expected(error: ProfilegraphError) -> dict[str, Any]:
    hint = {"hint": error.hint} if error.hint else {}
    return problem(error.code, error.message, **hint)


def _respond(media_type: str, answered: Answer) -> Response:
    if answered.mutation_refused:
        return answer(media_type, 405, answered.result, Allow="POST")
    if isinstance(answered.refusal, Overloaded):
        refusal = answered.refusal
        return answer(media_type, status_of(refusal), answered.result, **_headers(refusal))
    # GraphQL over HTTP: the older media type tells of errors in the body alone.
    refused = not answered.executed and media_type == RESULT
    return answer(media_type, 400 if refused else 200, answered.result)
