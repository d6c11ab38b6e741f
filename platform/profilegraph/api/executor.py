"""Runs GraphQL operations: parsed and validated once a text, refused before any resolver runs."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any, Protocol

import strawberry
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from profilegraph.api import faults, limits
from profilegraph.api.context import ApiContext
from profilegraph.errors import DatabaseBusy, DatabaseTimeout, DatabaseUnavailable

READ_ONLY = frozenset({OperationType.QUERY})
MAY_MUTATE = READ_ONLY | {OperationType.MUTATION}
_SUBSCRIPTION = "Subscriptions are sent over a WebSocket, by graphql-transport-ws."
_TOO_LONG = f"The query has more than {limits.MAX_CHARACTERS} characters."
_log = structlog.get_logger(__name__)
_INTROSPECTS = re.compile(r"\b__(schema|type)\b")


@dataclass(frozen=True)
class Answer:
    """What an operation answered: a plain GraphQL result, and whether it was executed at all."""

    result: dict[str, Any]
    executed: bool
    mutation_refused: bool = False
    """Whether the operation is a mutation in a request that may only read."""


class Schemas(Protocol):
    """Where the schema in use comes from."""

    current: strawberry.Schema

    async def newest(self) -> strawberry.Schema:
        """Return the schema of this moment."""


class Executor:
    """Executes operations against the schema in use."""

    def __init__(self, schemas: Schemas, new_id: Callable[[], str] = lambda: token_hex(6)) -> None:
        self._schemas = schemas
        self._new_id = new_id

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation: str | None,
        context: object,
        *,
        may_mutate: bool = True,
    ) -> Answer:
        """Return the answer to one operation; errors are part of it, none is raised."""
        if len(query) > limits.MAX_CHARACTERS:
            return _refused(_TOO_LONG, limits.CODE)
        given = dict(variables or {})
        allowed = MAY_MUTATE if may_mutate else READ_ONLY
        run = partial(self._run, query, given, operation, context, allowed)
        schema = await self._newest() if _INTROSPECTS.search(query) else self._schemas.current
        answer = await run(schema)
        if answer.executed or (newest := await self._newest()) is schema:
            return answer
        return await run(newest)  # it may ask for what a taxonomy has just brought

    async def _run(
        self,
        query: str,
        variables: dict[str, Any],
        operation: str | None,
        context: object,
        allowed: frozenset[OperationType],
        schema: strawberry.Schema,
    ) -> Answer:
        run = partial(schema.execute, query, variables, context, operation_name=operation)
        try:
            result = await run(allowed_operation_types=allowed)
        except CannotGetOperationTypeError as fault:
            return _refused(fault.as_http_error_reason(), "OPERATION_RESOLUTION_FAILURE")
        except InvalidOperationTypeError:
            if allowed is MAY_MUTATE:
                return _refused(_SUBSCRIPTION, "OPERATION_RESOLUTION_FAILURE")
            message = "Only queries may be sent by GET."
            return _refused(message, "METHOD_NOT_ALLOWED", mutation=True)
        return self._answer(result.data, result.errors or [], context)

    async def stream(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation: str | None,
        context: object,
    ) -> AsyncGenerator[Answer, None]:
        """Yield the answers to one operation: of a subscription one an event, else a single one."""
        if len(query) > limits.MAX_CHARACTERS:
            yield _refused(_TOO_LONG, limits.CODE)
            return
        schema = await self._newest()
        results = await schema.stream(
            query, dict(variables or {}), context, operation_name=operation
        )
        try:
            async with aclosing(results):
                async for result in results:
                    assert isinstance(result, ExecutionResult), "none comes in parts"  # noqa: S101
                    if isinstance(result, PreExecutionError):
                        yield self._not_begun(result.errors or [])
                    else:
                        yield self._executed(result.data, result.errors or [], context)
        except GraphQLSyntaxError as error:  # the cache of parsed documents lets it pass through
            yield self._not_begun([error])

    async def _newest(self) -> strawberry.Schema:
        try:
            return await self._schemas.newest()
        except (DatabaseUnavailable, DatabaseBusy, DatabaseTimeout) as fault:
            # The schema can be read, and a wrong query refused, without a database.
            _log.warning("the schema may be old", reason=fault.message)
            return self._schemas.current

    def _not_begun(self, errors: Sequence[GraphQLError]) -> Answer:
        for error in errors:
            if isinstance(error.original_error, CannotGetOperationTypeError):
                reason = error.original_error.as_http_error_reason()
                return _refused(reason, "OPERATION_RESOLUTION_FAILURE")
        told = [faults.refused(error, self._new_id) for error in errors]
        return Answer({"errors": told}, executed=False)

    def _executed(
        self, data: dict[str, Any] | None, errors: list[GraphQLError], context: object
    ) -> Answer:
        if isinstance(context, ApiContext) and context.budget.overdrawn:
            # Where it was cut off, lists are shorter than they are: nothing of it is told.
            error = faults.refused(context.budget.refusal(), self._new_id)
            return Answer({"data": None, "errors": [error]}, executed=True)
        result: dict[str, Any] = {"data": data}
        if errors:
            result["errors"] = [faults.failed(error, self._new_id) for error in errors]
        return Answer(result, executed=True)

    def _answer(
        self, data: dict[str, Any] | None, errors: list[GraphQLError], context: object
    ) -> Answer:
        overdrawn = isinstance(context, ApiContext) and context.budget.overdrawn
        if errors and not overdrawn and all(error.path is None for error in errors):
            return self._not_begun(errors)
        return self._executed(data, errors, context)


def _refused(message: str, code: str, *, mutation: bool = False) -> Answer:
    error = {"message": message, "extensions": {"code": code}}
    return Answer({"errors": [error]}, executed=False, mutation_refused=mutation)
