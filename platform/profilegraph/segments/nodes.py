"""The segment language as frozen data: what can be asked of a customer.

Every leaf is true or false of a customer, never unknown: a value that is missing makes a
comparison false, and the negation of that comparison true. All fields of one leaf that are given
must hold together. `semantics` in docs/segments.md is the readable definition, `explain.py` the
executable one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, ClassVar, TypeAlias

from pydantic import ConfigDict, Field, FiniteFloat
from pydantic.alias_generators import to_camel

from profilegraph.domain.customers import TagSource
from profilegraph.domain.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.values import Key, Moment, Share, SnakeKey, Text, Weekday

Days = Annotated[int, Field(ge=1, le=36_500)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1, max_length=1_000)]
TagNames = Annotated[tuple[str, ...], Field(min_length=1, max_length=1_000)]


def json_name(name: str) -> str:
    """Return what a field is called in JSON and GraphQL: camelCase, and `in` for `in_`."""
    return to_camel(name.rstrip("_"))


class _Part:
    """A part of a filter: camelCase in JSON, and no field that the language does not know."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=json_name, validate_by_name=True, validate_by_alias=True, extra="forbid"
    )

    def given(self) -> dict[str, object]:
        """Return the fields that differ from their defaults, by name."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)  # type: ignore[arg-type]  # every part is a dataclass
            if getattr(self, field.name) != field.default
        }


@dataclass(frozen=True)
class NumberTest(_Part):
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


@dataclass(frozen=True)
class TextTest(_Part):
    """Compares a string, letter case included."""

    eq: Text | None = None
    ne: Text | None = None
    in_: Texts | None = None
    contains: Text | None = None
    starts_with: Text | None = None

    def __post_init__(self) -> None:
        _some(self)


@dataclass(frozen=True)
class DateTest(_Part):
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
class BooleanTest(_Part):
    """Compares a boolean."""

    eq: bool


@dataclass(frozen=True)
class Window(_Part):
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
class Tags(_Part):
    """What tags of one dimension the customer carries now; a tag includes those below it."""

    NAME: ClassVar[str] = "tags"
    dimension: SnakeKey
    any_of: TagNames | None = None
    all_of: TagNames | None = None
    none_of: TagNames | None = None
    has_any: bool | None = None
    """True: at least one tag of the dimension; false: none of it."""
    gte: str | None = None
    """In an ordered dimension: this tag or a greater one."""
    lte: str | None = None
    exact: bool = False
    """Whether a tag stands for itself alone, without those below it."""
    min_confidence: Share | None = None
    min_weight: Share | None = None
    source: TagSource | None = None
    tagged_within_days: Days | None = None
    weekday: Weekday | None = None
    """The tagging names this day of the week; ISO, 1 is Monday."""

    def __post_init__(self) -> None:
        if not {"any_of", "all_of", "none_of", "has_any", "gte", "lte"} & self.given().keys():
            raise ValueError("say which tags: anyOf, allOf, noneOf, hasAny, gte or lte")


@dataclass(frozen=True)
class Attribute(_Part):
    """What a field of the customer says; exactly one of the tests, fitting the field's type."""

    NAME: ClassVar[str] = "attribute"
    key: SnakeKey
    number: NumberTest | None = None
    text: TextTest | None = None
    date: DateTest | None = None
    boolean: BooleanTest | None = None
    exists: bool | None = None

    def __post_init__(self) -> None:
        if len(self.given()) != 2:
            raise ValueError("give exactly one of number, text, date, boolean and exists")

    @property
    def test(self) -> NumberTest | TextTest | DateTest | BooleanTest | None:
        """Return the comparison that was given; None where `exists` was."""
        return self.number or self.text or self.date or self.boolean


@dataclass(frozen=True)
class Metric(_Part):
    """What a number says that a model computed for the customer."""

    NAME: ClassVar[str] = "metric"
    key: SnakeKey
    number: NumberTest | None = None
    exists: bool | None = None

    def __post_init__(self) -> None:
        if len(self.given()) != 2:
            raise ValueError("give exactly one of number and exists")


@dataclass(frozen=True)
class Events(_Part):
    """How often something was done; at least once where no number is given."""

    NAME: ClassVar[str] = "event"
    type: SnakeKey
    at_least: Count | None = None
    at_most: Count | None = None
    window: Window | None = None
    channels: Annotated[tuple[Key, ...], Field(min_length=1, max_length=1_000)] | None = None
    content: TextTest | None = None
    amount: NumberTest | None = None

    def __post_init__(self) -> None:
        _times(self.at_least, self.at_most)


@dataclass(frozen=True)
class DepartmentTest(_Part):
    """In which department a person works; those that are part of it count as it."""

    functions: Annotated[tuple[DepartmentFunction, ...], Field(min_length=1)] | None = None
    name: TextTest | None = None
    exact: bool = False
    """Whether only the person's own department counts, not one that it is part of."""

    def __post_init__(self) -> None:
        if self.functions is None and self.name is None:
            raise ValueError("give functions or name")


@dataclass(frozen=True)
class PersonTest(_Part):
    """What is asked of one decision-maker; all that is given must hold of the same person."""

    roles: Annotated[tuple[DecisionRole, ...], Field(min_length=1)] | None = None
    title: TextTest | None = None
    department: DepartmentTest | None = None
    influence: NumberTest | None = None
    stance: NumberTest | None = None
    chain_depth: NumberTest | None = None
    """How many superiors there are above the person; 0 for the head."""
    did: Events | None = None
    """What this very person did."""


@dataclass(frozen=True)
class People(_Part):
    """How many decision-makers of the customer match; at least one where no number is given."""

    NAME: ClassVar[str] = "people"
    at_least: Count | None = None
    at_most: Count | None = None
    where: PersonTest = PersonTest()

    def __post_init__(self) -> None:
        _times(self.at_least, self.at_most)


@dataclass(frozen=True)
class AllOf:
    """True where every condition is; of no conditions, everyone."""

    NAME: ClassVar[str] = "all"
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    """True where at least one condition is; of no conditions, no one."""

    NAME: ClassVar[str] = "any"
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """True where the condition is not."""

    NAME: ClassVar[str] = "not"
    condition: Node


Leaf: TypeAlias = Tags | Attribute | Metric | Events | People
Node: TypeAlias = AllOf | AnyOf | Not | Leaf
LEAVES: tuple[type[Leaf], ...] = (Tags, Attribute, Metric, Events, People)
EVERYONE = AllOf(())


def children(node: Node) -> tuple[Node, ...]:
    """Return the conditions that a node is made of; none for a leaf."""
    match node:
        case AllOf(conditions) | AnyOf(conditions):
            return conditions
        case Not(condition):
            return (condition,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, each before its children."""
    yield node
    for child in children(node):
        yield from walk(child)


def bounds(at_least: int | None, at_most: int | None) -> tuple[int, int | None]:
    """Return the least and the most number asked for: at least one where neither is given."""
    if at_least is None and at_most is None:
        return 1, None
    return at_least or 0, at_most


def _some(part: _Part) -> None:
    if not part.given():
        names = ", ".join(json_name(field.name) for field in fields(part))  # type: ignore[arg-type]
        raise ValueError(f"say how to compare: give at least one of {names}")


def _ascending(pair: tuple[float, float] | tuple[date, date] | None) -> None:
    if pair is not None and pair[0] > pair[1]:  # type: ignore[operator]  # both ends are of one type
        raise ValueError("the first of `between` must not be greater than the second")


def _times(at_least: int | None, at_most: int | None) -> None:
    if at_least is not None and at_most is not None and at_most < at_least:
        raise ValueError("atMost must not be less than atLeast")
