"""What leaves are made of: comparisons of one value, spans of time, numbers of things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache, cached_property
from typing import Annotated, ClassVar

from pydantic import (
    ConfigDict,
    Field,
    FiniteFloat,
    GetJsonSchemaHandler,
    StringConstraints,
    TypeAdapter,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from profilegraph.domain.values import Key, Moment, Name, NormalText, SnakeKey, Text
from profilegraph.language.nodes.declarations import LeafFacts, Reference

Days = Annotated[int, Field(ge=1, le=36_500)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Piece = Annotated[str, StringConstraints(max_length=10_000), NormalText]
"""A piece of a text, the spaces at its ends included: they tell where words begin and end."""
Texts = Annotated[tuple[Text, ...], Field(min_length=1, max_length=1_000)]
Keys = Annotated[tuple[Key, ...], Field(min_length=1, max_length=1_000)]
Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=1_000)]
SnakeKeys = Annotated[tuple[SnakeKey, ...], Field(min_length=1, max_length=1_000)]


def json_name(name: str) -> str:
    """Return what a field is called in JSON and GraphQL: camelCase, and `in` for `in_`."""
    return to_camel(name.rstrip("_"))


class NodePart:
    """A part of a filter: camelCase in JSON, and no field that the language does not know."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=json_name,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema, with what its bases say of the fields that it has from them."""
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for base in cls.__mro__[1:]:
            if is_dataclass(base):
                for name, text in descriptions(base).items():
                    properties[name].setdefault("description", text)
        return schema

    def given(self) -> dict[str, object]:
        """Return the fields that differ from their defaults, by name."""
        return {
            name: value
            for name, default in _defaults(type(self))  # type: ignore[arg-type]  # a class is hashable
            if (value := getattr(self, name)) != default
        }

    def names(self) -> Iterator[Reference]:
        """Yield the definitions that it and its parts name."""
        for part in self._parts():
            yield from part.names()

    def amounts(self) -> Iterator[NumberTest]:
        """Yield the comparisons of amounts of money in it and its parts."""
        for part in self._parts():
            yield from part.amounts()

    def _parts(self) -> Iterator[NodePart]:
        return (one for one in self.given().values() if isinstance(one, NodePart))


@cache
def descriptions(part: type) -> Mapping[str, str]:
    """Return the description of each field of a part of a filter, by its JSON name."""
    properties = TypeAdapter(part).json_schema().get("properties", {})
    return {name: one["description"] for name, one in properties.items()}


@dataclass(frozen=True)
class Leaf(NodePart):
    """A condition without child conditions, with the facts about its type."""

    NAME: ClassVar[str]
    """The name in JSON and GraphQL."""
    FACTS: ClassVar[LeafFacts] = LeafFacts()

    @property
    def no_history(self) -> str:
        """Return why it cannot be evaluated as of the past; empty if it can."""
        return self.FACTS.no_history


@cache
def _defaults(kind: type[NodePart]) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in fields(kind))  # type: ignore[arg-type]  # every part is a dataclass


@dataclass(frozen=True)
class NumberTest(NodePart):
    """Compares a number. All given comparisons must hold."""

    eq: FiniteFloat | None = None
    """Equal to."""
    ne: FiniteFloat | None = None
    """Not equal to."""
    in_: Annotated[tuple[FiniteFloat, ...], Field(min_length=1, max_length=1_000)] | None = None
    """One of these."""
    lt: FiniteFloat | None = None
    """Less than."""
    lte: FiniteFloat | None = None
    """Less than or equal to."""
    gt: FiniteFloat | None = None
    """Greater than."""
    gte: FiniteFloat | None = None
    """Greater than or equal to."""
    between: tuple[FiniteFloat, FiniteFloat] | None = None
    """From the first to the second of two numbers, both included."""

    def __post_init__(self) -> None:
        _some(self)
        _ascending(self.between)

    @cached_property
    def among(self) -> frozenset[float] | None:
        """Return `in_` as a set, for fast lookups."""
        return None if self.in_ is None else frozenset(self.in_)


@dataclass(frozen=True)
class TextTest(NodePart):
    """Compares a text in Unicode's normal form, case-sensitively. All given comparisons must hold."""

    eq: Text | None = None
    """Equal to."""
    ne: Text | None = None
    """Not equal to."""
    in_: Texts | None = None
    """One of these."""
    contains: Piece | None = None
    """Contains this."""
    starts_with: Piece | None = None
    """Begins with this."""

    def __post_init__(self) -> None:
        _some(self)

    @cached_property
    def among(self) -> frozenset[str] | None:
        """Return `in_` as a set, for fast lookups."""
        return None if self.in_ is None else frozenset(self.in_)


@dataclass(frozen=True)
class DateTest(NodePart):
    """Compares a day, which begins at midnight of the deployment's time zone.

    All given comparisons must hold.
    """

    eq: date | None = None
    """On this day."""
    ne: date | None = None
    """On any other day."""
    lt: date | None = None
    """Before this day."""
    lte: date | None = None
    """On this day or before it."""
    gt: date | None = None
    """After this day."""
    gte: date | None = None
    """On this day or after it."""
    between: tuple[date, date] | None = None
    """From the first to the second of two days, both included."""
    in_last_days: Days | None = None
    """Within this many days up to and including today."""
    in_next_days: Days | None = None
    """Within this many days from tomorrow on."""

    def __post_init__(self) -> None:
        _some(self)
        _ascending(self.between)


@dataclass(frozen=True)
class BooleanTest(NodePart):
    """Compares a boolean."""

    eq: bool
    """Equal to."""


TESTS: tuple[type[NodePart], ...] = (NumberTest, TextTest, DateTest, BooleanTest)
"""The comparisons of one value."""


@dataclass(frozen=True)
class Window(NodePart):
    """A span of time, which ends at the present moment at the latest."""

    last_days: Days | None = None
    """This many last days, of 24 hours each."""
    since: Moment | None = None
    """From this moment on."""
    until: Moment | None = None
    """Before this moment."""

    def __post_init__(self) -> None:
        _some(self)
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("`until` must be later than `since`")


@dataclass(frozen=True)
class Counted(NodePart):
    """A number of records; at least one if no bound is given."""

    at_least: Count | None = None
    """At least so many."""
    at_most: Count | None = None
    """At most so many; 0 for none."""

    def __post_init__(self) -> None:
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("atMost must not be less than atLeast")


def bounds(counted: Counted) -> tuple[int, int | None]:
    """Return the least and the most number asked for: at least one where neither is given."""
    if counted.at_least is None and counted.at_most is None:
        return 1, None
    return counted.at_least or 0, counted.at_most


def _some(part: NodePart) -> None:
    if not part.given():
        names = ", ".join(json_name(field.name) for field in fields(part))  # type: ignore[arg-type]
        raise ValueError(f"say how to compare: give at least one of {names}")


def _ascending(pair: tuple[float, float] | tuple[date, date] | None) -> None:
    if pair is not None and pair[0] > pair[1]:  # type: ignore[operator]  # both ends are of one type
        raise ValueError("the first of `between` must not be greater than the second")
