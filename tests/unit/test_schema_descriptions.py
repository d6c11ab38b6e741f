"""A type's or field's description in the GraphQL schema is its docstring."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from profilegraph.api.runtime.definitions import (
    enum_type,
    input_type,
    interface_type,
    object_type,
    one_of_input_type,
)
from profilegraph.api.runtime.fields import field, filter_field, list_field, subscription_field

FIELDS = (field, filter_field, list_field, subscription_field)
TYPES = (object_type, interface_type, input_type, one_of_input_type)


@object_type
class Lighthouse:
    """What ships see.

    It stands on a rock, and is
    white.
    """

    @field
    def height(self) -> int:
        """How high it is.

        In metres.
        """
        return 40

    @list_field
    def keepers(self) -> list[str]:
        """Who lives there."""
        return []


def schema(query: type) -> GraphQLSchema:
    return build_schema(strawberry.Schema(query).as_str())


def undocumented(self: Any) -> int:
    return 1


class Base:
    """A base."""


class Derived(Base):
    pass


class Colour(Enum):
    RED = "RED"


def test_a_paragraph_of_a_docstring_is_one_line_of_the_description() -> None:
    described = schema(Lighthouse).type_map["Lighthouse"]
    assert isinstance(described, GraphQLObjectType)
    assert described.description == "What ships see.\n\nIt stands on a rock, and is white."
    assert {name: one.description for name, one in described.fields.items()} == {
        "height": "How high it is.\n\nIn metres.",
        "keepers": "Who lives there.",
    }


@pytest.mark.parametrize("decorate", FIELDS)
def test_a_field_without_a_docstring_is_refused(decorate: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="undocumented has no docstring"):
        decorate(undocumented)


@pytest.mark.parametrize("decorate", TYPES)
def test_a_type_does_not_borrow_the_docstring_of_its_base(decorate: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="Derived has no docstring"):
        decorate(Derived)


def test_an_enumeration_without_a_docstring_is_refused() -> None:
    with pytest.raises(TypeError, match="Colour has no docstring"):
        enum_type(Colour)
