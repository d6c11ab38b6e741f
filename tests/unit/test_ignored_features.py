"""What Strawberry offers and the GraphQL runtime would ignore is refused when a schema is made."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from profilegraph.api.runtime.fields import list_field
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.api.schema import build_schema


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        return f"{next_(source, info, **arguments)}!"


class Nobody(BasePermission):
    message = "Nobody may."

    def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:
        return False


class Own(StrawberryField):
    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        return "own"


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION, Location.SCHEMA])
class Cost:
    value: int = 1


@strawberry.directive(locations=[])
def upper(value: str) -> str:
    return value.upper()


def named() -> str:
    return "Ada"


def query(field: Any) -> type:
    """Return a root whose field `thing` is the given one."""
    return strawberry.type(type("Query", (), {"__annotations__": {"thing": str}, "thing": field}))


PLAIN = query(strawberry.field(resolver=named))


@pytest.mark.parametrize(
    ("field", "named_feature"),
    [
        (strawberry.field(resolver=named, extensions=[Loud()]), "`extensions=`"),
        (strawberry.field(resolver=named, permission_classes=[Nobody]), "`permission_classes=`"),
        (strawberry.field(resolver=named, directives=[Cost()]), "`directives=`"),
        (Own(python_name="thing"), "the class Own"),
    ],
)
def test_what_a_field_has_besides_its_resolver_is_refused(field: Any, named_feature: str) -> None:
    with pytest.raises(TypeError, match=rf"ignore {named_feature} of Query\.thing"):
        RunnableSchema(query(field))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("extensions", [SchemaExtension]),
        ("directives", [upper]),
        ("schema_directives", [Cost()]),
        ("exception_handlers", [lambda error: None]),
        ("scalar_overrides", {}),
    ],
)
def test_an_option_of_the_schema_that_is_not_honoured_is_refused(option: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"`{option}=`"):
        RunnableSchema(PLAIN, **{option: value})


@pytest.mark.parametrize(
    "config",
    [
        StrawberryConfig(disable_field_suggestions=True),
        StrawberryConfig(default_resolver=lambda source, name: None),
        StrawberryConfig(batching_config={"max_operations": 2}),
        StrawberryConfig(enable_experimental_incremental_execution=True),
        StrawberryConfig(info_class=type("Info", (strawberry.Info,), {})),
    ],
)
def test_a_setting_of_strawberry_that_is_not_honoured_is_refused(config: StrawberryConfig) -> None:
    with pytest.raises(TypeError, match="of StrawberryConfig"):
        RunnableSchema(PLAIN, config=config)


def test_a_counted_list_and_a_plain_field_are_taken() -> None:
    @strawberry.type
    class Query:
        thing: str

        @list_field
        def things(self) -> list[str]:
            """Things."""
            return []

    RunnableSchema(Query)
    build_schema()
