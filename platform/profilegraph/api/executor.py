"""Runs GraphQL operations: parsed and validated once a text, refused before any resolver runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache, partial
from secrets import token_hex
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from graphql.validation import MaxIntrospectionDepthRule
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from profilegraph.api import faults, limits
from profilegraph.api.context import ApiContext
from profilegraph.api.estimate import excess

_REMEMBERED = 256
_RULES = (
    *specified_rules,
    MaxIntrospectionDepthRule,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)
READ_ONLY = frozenset({OperationType.QUERY})
MAY_MUTATE = READ_ONLY | {OperationType.MUTATION}
_SUBSCRIPTION = "Subscriptions are sent over a WebSocket, by graphql-transport-ws."
_TOO_LONG = f"The query has more than {limits.MAX_CHARACTERS} characters."
_UNNAMED = "Say by `operationName` which of the operations to run."


@dataclass(frozen=True)
class Answer:
    """What an operation answered: a plain GraphQL result, and whether it was executed at all."""

    result: dict[str, Any]
    executed: bool
    mutation_refused: bool = False
    """Whether the operation is a mutation in a request that may only read."""


class Validation(SchemaExtension):
    """Holds the limits first, then GraphQL's rules; remembers what it found for each document."""

    def on_validate(self) -> Iterator[None]:
        """Set the errors of the document; none means that it may run."""
        context = self.execution_context
        assert context.graphql_document is not None, "validation follows parsing"  # noqa: S101
        document = context.graphql_document
        # Strawberry runs the first of several operations where none is named; GraphQL forbids that.
        if context._provided_operation_name is None and _operations(document) > 1:
            context.pre_execution_errors = [GraphQLError(_UNNAMED)]
        else:
            schema = context.schema._schema
            context.pre_execution_errors = _validated(schema, document) or excess(
                schema, document, context.variables or {}
            )
        yield


class QuietSchema(strawberry.Schema):
    """A schema that leaves the logging of errors to `faults`: messages may hold personal data."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing."""


EXTENSIONS: tuple[Callable[[], SchemaExtension], ...] = (
    lambda: MaxTokensLimiter(limits.MAX_TOKENS),
    lambda: ParserCache(_REMEMBERED),
    Validation,
)


class Executor:
    """Executes operations against one schema."""

    def __init__(
        self, schema: strawberry.Schema, new_id: Callable[[], str] = lambda: token_hex(6)
    ) -> None:
        self._schema = schema
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
        run = partial(self._schema.execute, query, given, context, operation_name=operation)
        try:
            result = await run(allowed_operation_types=allowed)
        except CannotGetOperationTypeError as fault:
            return _refused(fault.as_http_error_reason(), "OPERATION_RESOLUTION_FAILURE")
        except InvalidOperationTypeError:
            if may_mutate:
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
        results = await self._schema.stream(
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


def _operations(document: DocumentNode) -> int:
    return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)


@lru_cache(_REMEMBERED)
def _validated(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    return limits.refusals(document) or validate(
        schema, document, _RULES, max_errors=10, hide_suggestions=True
    )


def _refused(message: str, code: str, *, mutation: bool = False) -> Answer:
    error = {"message": message, "extensions": {"code": code}}
    return Answer({"errors": [error]}, executed=False, mutation_refused=mutation)
