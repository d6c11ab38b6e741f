"""Runs GraphQL operations: refused before any resolver runs, or executed with errors per field."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any, Protocol

import structlog
from graphql import ExecutionResult, GraphQLError, GraphQLSyntaxError, OperationType

from profilegraph.api.documents.trusted import DocumentId, DocumentText, TrustedDocuments
from profilegraph.api.runtime import faults, limits
from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.estimate import AnswerSize
from profilegraph.api.runtime.open_subscriptions import OpenSubscriptions
from profilegraph.api.runtime.operations import Document, Operation, Refused, RunnableSchema
from profilegraph.domain.notices import Notice
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import (
    Overloaded,
    ProfilegraphError,
    QueryTooExpensive,
    SubscriptionLimit,
    UnknownDocument,
    UntrustedDocument,
)
from profilegraph.rendering.notices import notice_line
from profilegraph.services.limits.fair_queue import FairQueue
from profilegraph.services.limits.pacer import Pacer
from profilegraph.services.limits.spending import BASE_POINTS, POINTS_AN_ITEM

_UNRESOLVED = "OPERATION_RESOLUTION_FAILURE"
_SUBSCRIPTION = (
    "Subscriptions are sent over a WebSocket, by graphql-transport-ws, or as text/event-stream to a"
    " client that accepts it."
)
_ONLY_QUERIES = "Only queries may be sent by GET."
_TOO_LONG = f"The query has more than {limits.MAX_CHARACTERS} characters."
PLACES, PER_KEY, MOST_WAITING = 48, 24, 256
"""Operations that are executed at once, those of one key, and those of one key that may wait."""
_log = structlog.get_logger(__name__)
_INTROSPECTS = re.compile(r"\b__(schema|type)\b")


@dataclass(frozen=True)
class Answer:
    """The result of an operation, and whether it was executed."""

    result: dict[str, Any]
    executed: bool
    mutation_refused: bool = False
    """Whether the operation was a mutation in a read-only request."""
    refusal: ProfilegraphError | None = None
    """What the request was refused for before it began; None if its document or variables were."""


class SchemaSource(Protocol):
    """Provides the current schema."""

    @property
    def current(self) -> RunnableSchema:
        """Return the current schema."""

    async def newest(self) -> RunnableSchema:
        """Return the schema of this moment's taxonomies."""

    async def of(self, catalogue: Catalogue) -> RunnableSchema:
        """Return the schema of some taxonomies, which becomes the current one."""


class Executor:
    """Executes operations against the current schema."""

    def __init__(
        self,
        schemas: SchemaSource,
        new_id: Callable[[], str] = lambda: token_hex(6),
        *,
        subscriptions: OpenSubscriptions | None = None,
        documents: TrustedDocuments | None = None,
        turns: FairQueue | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        """Set the parts; `turns` are those of operations that are executed at once."""
        self.pacer = pacer or Pacer()
        """What large requests and answers wait for, piece by piece."""
        self._schemas = schemas
        self._turns = turns or FairQueue(PLACES, PER_KEY, MOST_WAITING)
        self._new_id = new_id
        self._subscriptions = subscriptions or OpenSubscriptions()
        self._documents = documents or TrustedDocuments()

    def check_documents(self) -> None:
        """Parse and validate the trusted documents, and log those that the schema does not allow."""
        for id_, text in self._documents.texts.items():
            try:
                found: Sequence[GraphQLError] = self._schemas.current.trusted_document(text).faults
            except GraphQLSyntaxError as error:
                found = [error]
            if found:
                _log.warning("trusted_document_invalid", document=id_, reason=found[0].message)

    async def execute(
        self,
        source: str | DocumentId,
        variables: Mapping[str, Any] | None,
        operation: str | None,
        context: object,
        *,
        may_mutate: bool = True,
    ) -> Answer:
        """Return the answer to one operation; it contains all errors, and none is raised.

        It waits for the turn of whoever asks.
        """
        try:
            async with self._turns.turn(_owner(context)):
                _refuse_exhausted(context)
                return await self._answer(source, variables, operation, context, may_mutate)
        except Overloaded as error:
            return _unable(error)

    async def _answer(
        self,
        source: str | DocumentId,
        variables: Mapping[str, Any] | None,
        operation: str | None,
        context: object,
        may_mutate: bool,
    ) -> Answer:
        query = self._found(source, operation)
        if isinstance(query, Answer):
            return query
        run = partial(self._run, query, variables or {}, operation, context, may_mutate)
        introspects = _INTROSPECTS.search(query.text)
        schema = await self._newest(context) if introspects else self._schemas.current
        answer = await run(schema)
        if answer is not None and answer.executed:
            return answer
        newest = await self._newest(context)
        if newest is schema and answer is not None:
            return answer
        last = await run(newest, last=True)  # it may ask for what a taxonomy has just brought
        assert last is not None, "the last schema is taken"  # noqa: S101
        return last

    def _found(self, source: str | DocumentId, operation: str | None) -> DocumentText | Answer:
        """Return the document of a request, or why it is refused."""
        if isinstance(source, str) and len(source) > limits.MAX_CHARACTERS:
            return _refused(_TOO_LONG, limits.CODE)
        try:
            return self._documents.find(source, operation)
        except (UnknownDocument, UntrustedDocument) as error:
            return _refused(error.message, error.code, hint=error.hint)

    async def _run(
        self,
        query: DocumentText,
        variables: Mapping[str, Any],
        name: str | None,
        context: object,
        may_mutate: bool,
        schema: RunnableSchema,
        *,
        last: bool = False,
    ) -> Answer | None:
        """Return the answer; None if the request sees other taxonomies than the schema.

        So a typed condition means the same as everything else in the request. The `last` schema is
        accepted in any case.
        """
        try:
            operation = _document(schema, query).operation(name)
            if operation is None:
                return _unresolved(name)
            if operation.type is not OperationType.QUERY and not may_mutate:
                return _refused(_ONLY_QUERIES, "METHOD_NOT_ALLOWED", mutation=True)
            if operation.type is OperationType.SUBSCRIPTION:
                return _refused(_SUBSCRIPTION, _UNRESOLVED)
            size = operation.admit(variables)
            _permit(operation, context)
            changes = operation.type is OperationType.MUTATION
            if not last and await self._newest(context, changes=changes) is not schema:
                return None
            return await self._executed(operation, size, variables, context)
        except GraphQLSyntaxError as error:
            return self._not_begun([error])
        except Refused as refused:
            return self._not_begun(refused.errors)

    async def _executed(
        self,
        operation: Operation,
        size: AnswerSize,
        variables: Mapping[str, Any],
        context: object,
    ) -> Answer:
        """Return the answer to an operation that is admitted, once it is paid for."""
        if isinstance(context, ApiContext):
            try:
                context.spending.charge(BASE_POINTS + size.items * POINTS_AN_ITEM)
            except (Overloaded, QueryTooExpensive) as error:
                return _unable(error)
            context.budget.expected = size.items
            context.changes = operation.type is OperationType.MUTATION
        return self._told(await operation.execute(context, variables), context)

    async def stream(
        self,
        source: str | DocumentId,
        variables: Mapping[str, Any] | None,
        name: str | None,
        context: object,
    ) -> AsyncGenerator[Answer, None]:
        """Yield the answers to one operation: one per event for a subscription, otherwise a single one."""
        query = self._found(source, name)
        if isinstance(query, Answer):
            yield query
            return
        try:
            operation = _document(await self._newest(context), query).operation(name)
            if operation is None:
                yield _unresolved(name)
            elif operation.type is not OperationType.SUBSCRIPTION:
                size = operation.admit(variables or {})
                _permit(operation, context)
                async with self._turns.turn(_owner(context)):
                    answer = await self._executed(operation, size, variables or {}, context)
                yield answer
            else:
                operation.admit(variables or {})
                _permit(operation, context)
                results = operation.subscribe(context, variables or {})
                with self._subscriptions.opened(_owner(context)):
                    async with aclosing(results):
                        async for result in results:
                            yield self._told(result, context)
        except (SubscriptionLimit, Overloaded) as error:
            yield _unable(error)
        except GraphQLSyntaxError as error:
            yield self._not_begun([error])
        except Refused as refused:
            yield self._not_begun(refused.errors)

    async def _newest(self, context: object, *, changes: bool = False) -> RunnableSchema:
        """Return the schema of the taxonomies that a request sees, in its only poll.

        A request that `changes` something does not wait for the index.
        """
        try:
            if not isinstance(context, ApiContext):
                return await self._schemas.newest()
            platform = context.platform
            seen = platform.catalogue_for_change if changes else platform.catalogue
            catalogue = await seen()
            context.use_catalogue(catalogue)
            return await self._schemas.of(catalogue)
        except ProfilegraphError as fault:
            # The schema can be read, and a wrong query refused, without a database.
            _log.warning("the schema may be old", reason=fault.message)
            return self._schemas.current

    def _not_begun(self, errors: Sequence[GraphQLError]) -> Answer:
        told = [faults.refused(error, self._new_id) for error in errors]
        return Answer({"errors": told}, executed=False)

    def _told(self, answered: ExecutionResult, context: object) -> Answer:
        if isinstance(context, ApiContext) and context.budget.overdrawn:
            # Where it was cut off, lists are shorter than they are: nothing of it is told.
            error = faults.refused(context.budget.refusal(), self._new_id)
            return Answer({"data": None, "errors": [error]}, executed=True)
        result: dict[str, Any] = {"data": answered.data}
        if answered.errors:
            result["errors"] = [faults.failed(error, self._new_id) for error in answered.errors]
        notices = context.notices.values() if isinstance(context, ApiContext) else ()
        extensions: dict[str, Any] = {}
        if told := [_notice(one) for one in notices if one is not None]:
            extensions["notices"] = told
        if isinstance(context, ApiContext):
            extensions["cost"] = context.spending.told()
        if extensions:
            result["extensions"] = extensions
        return Answer(result, executed=True)


def _owner(context: object) -> str:
    return context.viewer.id if isinstance(context, ApiContext) else ""


def _refuse_exhausted(context: object) -> None:
    """Raise RateLimited if whoever asks has no points left: then nothing is even read."""
    if isinstance(context, ApiContext):
        context.spending.refuse_exhausted()


def _permit(operation: Operation, context: object) -> None:
    if isinstance(context, ApiContext):
        operation.permit(context.platform.access)


def _document(schema: RunnableSchema, query: DocumentText) -> Document:
    return (schema.trusted_document if query.trusted else schema.document)(query.text)


def _notice(one: Notice) -> dict[str, str]:
    return {"code": one.code.value, "message": notice_line(one, "en"), "asOf": one.at.isoformat()}


def _unresolved(name: str | None) -> Answer:
    message = (
        "The document has no operation."
        if name is None
        else "The document has no operation of the name that `operationName` says."
    )
    return _refused(message, _UNRESOLVED)


def _unable(error: ProfilegraphError) -> Answer:
    """Return the answer to a request that is not begun."""
    told = {"message": error.message, "extensions": faults.described(error)}
    return Answer({"errors": [told]}, executed=False, refusal=error)


def _refused(message: str, code: str, *, mutation: bool = False, hint: str = "") -> Answer:
    extensions = {"code": code, "hint": hint} if hint else {"code": code}
    error = {"message": message, "extensions": extensions}
    return Answer({"errors": [error]}, executed=False, mutation_refused=mutation)
