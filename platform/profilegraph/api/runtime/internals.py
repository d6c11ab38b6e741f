"""The one module that imports internals of graphql-core and Strawberry; a change of theirs is met here.

Both are pinned in pyproject.toml to the minor versions that were tested. What is used, and why:

| of graphql-core | for |
|---|---|
| `FieldDetails`, `FragmentDetails` | the selections that an execution context is given and completes |
| `VariableValues`, `VariableValueSource`, `get_variable_signature`, `get_variable_values` | variables that are read once, with signatures that are made once a document |
| `get_argument_values` | the arguments of a compiled field, read once an execution and not for each object |
| `MAX_NESTING_DEPTH` | the depth from which graphql-core refuses a value |

| of Strawberry | for |
|---|---|
| `StrawberryGraphQLCoreExecutionContext` | the base of the execution contexts in `compiled_selections` |
| `optimized_is_awaitable` | what Strawberry gives an execution to tell what is to be awaited |
| `GraphQLCoreConverter.DEFINITION_BACKREF` | from a type, field or schema of graphql-core to Strawberry's own |
| `StrawberryField`, `convert_arguments` | how a compiled field is read, with the arguments that a resolver takes |
| `NameConverter`, `StrawberryConfig`, `ScalarDefinition` and the base scalars | names and scalars of the schema |
| `MaybeNullValidationRule`, `OneOfInputValidationRule` | the rules that Strawberry adds to GraphQL's |
| `Schema._schema`, `GraphQLSchema._strawberry_schema` | the schema that taxonomies and plugins add to |
| `Info._raw_info` | the selections below a field, as they are written |
| `from_input` of an input's definition | inputs that arrive as a value of the platform |
| `__strawberry_definition__` of an enum | descriptions of the values of the domain's enums |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import (
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import (
    VariableValues,
    VariableValueSource,
    get_argument_values,
    get_variable_values,
)
from graphql.language.parser import MAX_NESTING_DEPTH
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types.base_scalars import (
    DateDefinition,
    DateTimeDefinition,
    DecimalDefinition,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import get_object_definition
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.scalar import ScalarDefinition

__all__ = [
    "MAX_NESTING_DEPTH",
    "AsyncExtensionResolver",
    "DateDefinition",
    "DateTimeDefinition",
    "DecimalDefinition",
    "FieldDetails",
    "FragmentDetails",
    "GraphQLVariableSignature",
    "MaybeNullValidationRule",
    "NameConverter",
    "OneOfInputValidationRule",
    "ScalarDefinition",
    "StrawberryConfig",
    "StrawberryField",
    "StrawberryGraphQLCoreExecutionContext",
    "SyncExtensionResolver",
    "VariableValueSource",
    "VariableValues",
    "get_variable_signature",
    "get_variable_values",
]

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


def field_definition(field: GraphQLField) -> StrawberryField | None:
    """Return Strawberry's definition of a field; None for one made without Strawberry."""
    found = field.extensions.get(_DEFINITION)
    return found if isinstance(found, StrawberryField) else None


def type_definition(kind: GraphQLObjectType | GraphQLEnumType) -> Any:
    """Return Strawberry's definition of a type; None for one made without Strawberry."""
    return kind.extensions.get(_DEFINITION)


def strawberry_schema(schema: GraphQLSchema) -> Any:
    """Return the Strawberry schema of a schema of graphql-core."""
    return schema.extensions[_DEFINITION]


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return the schema of graphql-core of a Strawberry schema."""
    return schema._schema


def replace_core_schema(schema: strawberry.Schema, whole: GraphQLSchema) -> None:
    """Replace the schema of graphql-core behind a Strawberry schema."""
    whole._strawberry_schema = schema  # type: ignore[attr-defined]  # where Strawberry looks for it
    schema._schema = whole


def raw_info(info: strawberry.Info[Any, Any]) -> GraphQLResolveInfo[Any]:
    """Return graphql-core's info of a field."""
    return info._raw_info


def enum_values(definition: Any) -> Any:
    """Return the values of an enum known to Strawberry, whose descriptions can be set."""
    return definition.__strawberry_definition__.values


def replace_parser(
    kind: type[Any], parse: Callable[[Mapping[str, Any], strawberry.Info[Any, Any] | None], object]
) -> None:
    """Make values of an input type arrive as what `parse` returns for their JSON."""
    definition = get_object_definition(kind, strict=True)
    definition.from_input = lambda _kind, value, conversion: parse(value, conversion.info)


def resolver_arguments(
    schema: GraphQLSchema,
    field: GraphQLField,
    definition: StrawberryField,
    details: FieldDetails,
    variables: VariableValues,
) -> dict[str, Any]:
    """Return the arguments of a resolver; raises GraphQLError, TypeError or ValueError."""
    values = get_argument_values(field, details.node, variables, details.fragment_variable_values)
    converter = strawberry_schema(schema).schema_converter
    return convert_arguments(
        values, definition.arguments, converter.scalar_registry, converter.config
    )


async def execute_operation(
    execution_context: type[StrawberryGraphQLCoreExecutionContext],
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    context: object,
    variables: VariableValues,
) -> ExecutionResult:
    """Return the result of a valid query or mutation with coerced variables."""
    execution = execution_context(
        schema,
        fragments,
        # No fragment has variables of its own: the parser takes none.
        {name: FragmentDetails(one) for name, one in fragments.items()},
        None,
        context,
        operation,
        variables,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        is_awaitable=optimized_is_awaitable,
    )
    result = execution.execute_operation()
    return cast("ExecutionResult", await result if isawaitable(result) else result)
