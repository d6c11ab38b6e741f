"""What a document is held against before anything of it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from graphql.validation import MaxIntrospectionDepthRule
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.execution import ExecutionContext

from profilegraph.api import limits
from profilegraph.api.estimate import excess

_REMEMBERED = 256
_UNNAMED = "Say by `operationName` which of the operations to run."
_RULES = (
    *specified_rules,
    MaxIntrospectionDepthRule,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


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
            schema = context.schema
            assert isinstance(schema, QuietSchema)  # noqa: S101  (none else is built)
            context.pre_execution_errors = schema.faults(document) or excess(
                schema._schema, document, context.variables or {}
            )
        yield


class QuietSchema(strawberry.Schema):
    """A schema that leaves the logging of errors to `faults`: messages may hold personal data."""

    @cached_property
    def faults(self) -> Callable[[DocumentNode], list[GraphQLError]]:
        """Return what finds the errors of a document; it remembers them as long as it lives."""
        return lru_cache(_REMEMBERED)(self._faults)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing."""

    def _faults(self, document: DocumentNode) -> list[GraphQLError]:
        return limits.refusals(document) or validate(
            self._schema, document, _RULES, max_errors=10, hide_suggestions=True
        )


EXTENSIONS: tuple[Callable[[], SchemaExtension], ...] = (
    lambda: MaxTokensLimiter(limits.MAX_TOKENS),
    lambda: ParserCache(_REMEMBERED),
    Validation,
)


def _operations(document: DocumentNode) -> int:
    return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
