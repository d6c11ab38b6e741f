"""What leaves are made of: comparisons of one value, spans of time, numbers of things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, cached_property
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, FiniteFloat, StringConstraints
from pydantic.alias_generators import to_camel

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
        alias_generator=json_name, validate_by_name=True, validate_by_alias=True, extra="forbid"
    )

    def given(self) -> dict[str, object]:
        """Return the fields that differ from their defaults, by name."""
        return {
            name: value
            for name, default in _defaults(type(self))  # type: ignore[arg-type]  # a class is hashable
            if (value := getattr(self, name)) != default
        }

    def names(self) -> Iterator[Reference]:
        """Yield what it names that is defined elsewhere, that of its parts included."""
        for part in self._parts():
            yield from part.names()

    def amounts(self) -> Iterator[NumberTest]:
        """Yield its comparisons of amounts of money, those of its parts included."""
        for part in self._parts():
            yield from part.amounts()

    def _parts(self) -> Iterator[NodePart]:
        return (one for one in self.given().values() if isinstance(one, NodePart))


@dataclass(frozen=True)
class Leaf(NodePart):
    """A condition that is not put together from others, with the facts about its type."""

    NAME: ClassVar[str]
    """What it is called in JSON and GraphQL."""
    FACTS: ClassVar[LeafFacts] = LeafFacts()

    @property
    def no_history(self) -> str:
        """Return why it cannot be asked of the past; empty where it can."""
        return self.FACTS.no_history


@cache
def _defaults(kind: type[NodePart]) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in fields(kind))  # type: ignore[arg-type]  # every part is a dataclass


@dataclass(frozen=True)
class NumberTest(NodePart):
    """Compares a number."""

    eq: FiniteFloat | None = None
    ne: FiniteFloat | None = None
    in_: Annotated[tuple[FiniteFloat, ...], Field(min_length=1, max_length=1_000)] | None = None
    lt: FiniteFloat | None = None
    lte: FiniteFloat | None = None
    gt: FiniteFloat | None = None
    gte: FiniteFloat | None = None
    between: tuple[FiniteFloat, FiniteFloat] | None = None

    def __post_init__(self) -> None:
        _some(self)
        _ascending(self.between)

    @cached_property
    def among(self) -> frozenset[float] | None:
        """Return `in_` as a set: it is looked up in once for each number there is."""
        return None if self.in_ is None else frozenset(self.in_)


@dataclass(frozen=True)
class TextTest(NodePart):
    """Compares a string, letter case included; letters that look the same are the same."""

    eq: Text | None = None
    ne: Text | None = None
    in_: Texts | None = None
    contains: Piece | None = None
    starts_with: Piece | None = None

    def __post_init__(self) -> None:
        _some(self)

    @cached_property
    def among(self) -> frozenset[str] | None:
        """Return `in_` as a set: it is looked up in once for each text there is."""
        return None if self.in_ is None else frozenset(self.in_)


@dataclass(frozen=True)
class DateTest(NodePart):
    """Compares a date; a day begins when it does in the deployment's time zone."""

    eq: date | None = None
    ne: date | None = None
    lt: date | None = None
    lte: date | None = None
    gt: date | None = None
    gte: date | None = None
    between: tuple[date, date] | None = None
    in_last_days: Days | None = None
    """Today and the days before it, so many in all."""
    in_next_days: Days | None = None
    """Tomorrow and the days after it, so many in all."""

    def __post_init__(self) -> None:
        _some(self)
        _ascending(self.between)


@dataclass(frozen=True)
class BooleanTest(NodePart):
    """Compares a boolean."""

    eq: bool


@dataclass(frozen=True)
class Window(NodePart):
    """A span of time that ends at `now` at the latest."""

    last_days: Days | None = None
    """Later than so many times 24 hours before now."""
    since: Moment | None = None
    """At this moment or later."""
    until: Moment | None = None
    """Before this moment."""

    def __post_init__(self) -> None:
        _some(self)
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("`until` must be later than `since`")


@dataclass(frozen=True)
class Counted(NodePart):
    """How many there are of something; at least one where no number is given."""

    at_least: Count | None = None
    at_most: Count | None = None

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
