"""Operations of one schema: a text is parsed and validated once, then run any number of times.

Types and resolvers are Strawberry's. The steps before the first resolver are done here with
graphql-core's own parts, so that nothing is repeated per request that can be done once per text.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import cached_property, lru_cache, partial
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    MaxIntrospectionDepthRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    subscribe,
    validate,
)

from profilegraph.api.runtime import limits
from profilegraph.api.runtime.coercion import Coerce, Coercions, Unusual
from profilegraph.api.runtime.compiled_selections import CompiledExecutionContext
from profilegraph.api.runtime.estimate import AnswerSize, size_of_answer
from profilegraph.api.runtime.execution import LimitedExecutionContext
from profilegraph.api.runtime.fallbacks import FallbackReason, Fallbacks
from profilegraph.api.runtime.internals import (
    GraphQLVariableSignature,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
    VariableValues,
    VariableValueSource,
    core_schema,
    execute_operation,
    get_variable_signature,
    get_variable_values,
)
from profilegraph.api.runtime.permissions import refusals, requirements
from profilegraph.api.runtime.unsupported import refuse_ignored_fields, refuse_ignored_options
from profilegraph.domain.access import Permission
from profilegraph.language.row_access import Access

_REMEMBERED = 256
_MOST_ERRORS = 50
_FILTER = "FilterInput"
_MOST_OBJECTS = 4_000
"""Most objects in one variable with filters; the filters of a question have at most 300 conditions."""
_UNNAMED = "Say by `operationName` which of the operations to run."
RULES = (
    *specified_rules,
    MaxIntrospectionDepthRule,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


class Refused(Exception):
    """The operation is not run; with the errors that say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class RunnableSchema(strawberry.Schema):
    """A schema that caches its parsed documents.

    Operations are run here, not by Strawberry: options that would be ignored are refused at
    creation.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        compiled: bool = True,
        fallbacks: Fallbacks | None = None,
        **options: Any,
    ) -> None:
        """Create a schema; without `compiled`, everything is left to graphql-core.

        Raises TypeError for an option of Strawberry that is not honoured.
        """
        refuse_ignored_options(options)
        self.compiled = compiled
        self.fallbacks = fallbacks or Fallbacks()
        self.execution: type[LimitedExecutionContext] = (
            CompiledExecutionContext if compiled else LimitedExecutionContext
        )
        super().__init__(
            query, mutation, subscription, execution_context_class=self.execution, **options
        )
        refuse_ignored_fields(core_schema(self))

    @cached_property
    def document(self) -> Callable[[str], Document]:
        """Return the function that parses a text; it raises GraphQLSyntaxError."""
        return lru_cache(_REMEMBERED)(partial(Document, self, Coercions()))

    @cached_property
    def trusted_document(self) -> Callable[[str], Document]:
        """Return the function that parses a trusted document, which others do not displace."""
        return lru_cache(None)(partial(Document, self, Coercions()))


class Document:
    """A parsed text, with its operations."""

    def __init__(self, runnable: RunnableSchema, coercions: Coercions, text: str) -> None:
        self.runnable = runnable
        self.schema = core_schema(runnable)
        self.node: DocumentNode = parse(text, max_tokens=limits.MAX_TOKENS)
        self._operations = {
            None if one.name is None else one.name.value: Operation(self, one, coercions)
            for one in self.node.definitions
            if isinstance(one, OperationDefinitionNode)
        }

    @cached_property
    def faults(self) -> list[GraphQLError]:
        """Return its errors: exceeded limits first, then those of GraphQL's rules."""
        return limits.refusals(self.node) or validate(self.schema, self.node, RULES, max_errors=10)

    def operation(self, name: str | None) -> Operation | None:
        """Return the operation of a name, or the only one; None if there is none of the name.

        Raises Refused if there are several and no name is given.
        """
        if name is not None:
            return self._operations.get(name)
        if len(self._operations) > 1:
            raise Refused([GraphQLError(_UNNAMED)])
        return next(iter(self._operations.values()), None)


class Operation:
    """One operation of a document."""

    def __init__(
        self, document: Document, node: OperationDefinitionNode, coercions: Coercions
    ) -> None:
        self._document = document
        self._node = node
        self._coercions = coercions

    @property
    def type(self) -> OperationType:
        """Return whether it is a query, a mutation or a subscription."""
        return self._node.operation

    async def execute(self, context: object, variables: Mapping[str, Any]) -> ExecutionResult:
        """Return the result; raises Refused if it is not admitted or a variable is invalid."""
        return await execute_operation(
            self._document.runnable.execution,
            self._document.schema,
            self._node,
            self._fragments,
            context,
            self._values(variables),
        )

    async def subscribe(
        self, context: object, variables: Mapping[str, Any]
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Yield the result for each event; raises Refused if the subscription cannot start."""
        self.admit(variables)
        result = subscribe(
            self._document.schema,
            self._document.node,
            context_value=context,
            variable_values=dict(variables),
            operation_name=None if self._node.name is None else self._node.name.value,
            executor_class=self._document.runnable.execution,
        )
        begun = await result if isawaitable(result) else result
        if isinstance(begun, ExecutionResult):
            raise Refused(begun.errors or [])
        async with aclosing(cast("AsyncGenerator[ExecutionResult, None]", begun)) as events:
            try:
                async for event in events:
                    yield event
            except Exception as fault:  # noqa: BLE001  (graphql-core tells of no error of a source)
                yield ExecutionResult(None, [GraphQLError(str(fault), original_error=fault)])

    def admit(self, variables: Mapping[str, Any]) -> AnswerSize:
        """Return the expected size of the answer.

        Raises Refused unless the operation is valid and within the limits.
        """
        document = self._document
        if document.faults:
            raise Refused(document.faults)
        self._refuse_endless(variables)
        found = size_of_answer(document.schema, document.node, self._node, variables)
        if found.excess:
            raise Refused(found.excess)
        return found

    def permit(self, access: Access) -> None:
        """Raise Refused unless all permissions are granted that the fields need."""
        if errors := refusals(self._requirements, access):
            raise Refused(errors)

    @cached_property
    def _requirements(self) -> Mapping[Permission, tuple[str, FieldNode]]:
        return requirements(self._document.schema, self._node, self._fragments)

    def _values(self, variables: Mapping[str, Any]) -> VariableValues:
        if self._document.runnable.compiled:
            try:
                return self._read(variables)
            except Exception:  # noqa: BLE001  (graphql-core meets it again, and reports it)
                where = "" if self._node.name is None else self._node.name.value
                self._document.runnable.fallbacks.note(FallbackReason.VARIABLES, where)
        definitions = self._node.variable_definitions or ()
        values = get_variable_values(
            self._document.schema, definitions, dict(variables), max_errors=_MOST_ERRORS
        )
        if isinstance(values, list):
            raise Refused(values)
        return values

    def _refuse_endless(self, variables: Mapping[str, Any]) -> None:
        """Raise Refused if a filter has so many parts that reading it would take long."""
        for node in self._node.variable_definitions or ():
            name = node.variable.name.value
            if not self._coercions.holds(self._document.schema, node.type, _FILTER):
                continue
            if _objects(variables.get(name)) > _MOST_OBJECTS:
                message = f"Variable '${name}' has more than {_MOST_OBJECTS:,} objects in it."
                hint = "Save a part of the filter as a segment of its own."
                extensions = {"code": limits.CODE, "hint": hint}
                raise Refused([GraphQLError(message, node, extensions=extensions)])

    def _read(self, variables: Mapping[str, Any]) -> VariableValues:
        """Return the values of the variables; raises any exception if one is unusual."""
        sources: dict[str, VariableValueSource] = {}
        read: dict[str, Any] = {}
        for signature, coerce in self._variables:
            name = signature.name
            if name in variables:
                sources[name] = VariableValueSource(signature, variables[name])
                read[name] = coerce(variables[name], 0)
            elif signature.default is None:
                sources[name] = VariableValueSource(signature)
                _leave_out(coerce)
            else:
                raise Unusual
        return VariableValues(sources, read)

    @cached_property
    def _variables(self) -> list[tuple[GraphQLVariableSignature, Coerce]]:
        found = []
        for node in self._node.variable_definitions or ():
            signature = get_variable_signature(self._document.schema, node)
            if isinstance(signature, GraphQLError):
                raise Unusual
            found.append((signature, self._coercions.of(signature.type)))
        return found

    @cached_property
    def _fragments(self) -> dict[str, FragmentDefinitionNode]:
        return {
            one.name.value: one
            for one in self._document.node.definitions
            if isinstance(one, FragmentDefinitionNode)
        }


def _objects(value: Any) -> int:
    """Return how many objects a value contains, or that they are too many."""
    found, stack = 0, [value]
    while stack and found <= _MOST_OBJECTS:
        match stack.pop():
            case dict() as one:
                found += 1
                stack.extend(one.values())
            case list() as many:
                stack.extend(many)
    return found


def _leave_out(coerce: Coerce) -> None:
    """Raise Unusual unless a variable may be omitted."""
    coerce(None, 0)
