"""Refuses, when a schema is made, what Strawberry offers and this runtime would ignore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from profilegraph.api.runtime.fields import Counted
from profilegraph.api.runtime.internals import StrawberryConfig, StrawberryField, field_definition

_OPTIONS = frozenset({"types", "config"})
"""Options of Strawberry's schema that are honoured."""
_SETTINGS = (
    "batching_config",
    "default_resolver",
    "disable_field_suggestions",
    "enable_experimental_incremental_execution",
    "info_class",
)
"""Settings of StrawberryConfig that have to be the defaults."""


def refuse_ignored_options(options: Mapping[str, Any]) -> None:
    """Raise TypeError unless every option of a schema is honoured."""
    if ignored := sorted(options.keys() - _OPTIONS):
        raise TypeError(
            f"a schema is not run with {', '.join(f'`{one}=`' for one in ignored)}: the runtime would"
            " ignore it. Put limits and rules into api/runtime/."
        )
    config, usual = options.get("config") or StrawberryConfig(), StrawberryConfig()
    for name in _SETTINGS:
        if getattr(config, name) != getattr(usual, name):
            raise TypeError(f"the runtime would ignore `{name}=` of StrawberryConfig.")


def refuse_ignored_fields(schema: GraphQLSchema) -> None:
    """Raise TypeError unless every field is resolved by its resolver alone, or counted."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                definition = field_definition(field)
                if definition is not None and (found := _ignored(definition)):
                    raise TypeError(
                        f"the runtime would ignore {found} of {kind.name}.{name}."
                        " Check rights and limits in a service, or in api/runtime/."
                    )


def _ignored(field: StrawberryField) -> str:
    """Return the option of a field that is not honoured; empty if all are."""
    if field.permission_classes:
        return "`permission_classes=`"
    others = [one for one in field.extensions if type(one) is not Counted]
    if others or (field.extensions and field.base_resolver is None):
        return "`extensions=`"
    if field.directives:
        return "`directives=`"
    return "" if type(field) is StrawberryField else f"the class {type(field).__name__}"
