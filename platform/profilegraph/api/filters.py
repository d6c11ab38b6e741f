"""The segment language as GraphQL input: the canonical JSON with types, names and descriptions."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import strawberry
from pydantic.alias_generators import to_camel
from strawberry import UNSET

from profilegraph.api.enums import DecisionRole, DepartmentFunction, TagSource
from profilegraph.api.fields import given
from profilegraph.segments.codec import decode
from profilegraph.segments.nodes import EVERYONE, Node


@strawberry.input(description="Compares a number. All that is given must hold.")
class NumberTest:
    """Compares a number."""

    eq: float | None = given("Equal to.")
    ne: float | None = given("Not equal to.")
    in_: list[float] | None = given("One of these.", "in")
    lt: float | None = given("Less than.")
    lte: float | None = given("Less than or equal to.")
    gt: float | None = given("Greater than.")
    gte: float | None = given("Greater than or equal to.")
    between: list[float] | None = given(
        "From the first to the second of two numbers, both included."
    )


@strawberry.input(description="Compares a text, letter case included. All that is given must hold.")
class TextTest:
    """Compares a text."""

    eq: str | None = given("Equal to.")
    ne: str | None = given("Not equal to.")
    in_: list[str] | None = given("One of these.", "in")
    contains: str | None = given("Has this in it.")
    starts_with: str | None = given("Begins with this.")


@strawberry.input(description="Compares a day. All that is given must hold.")
class DateTest:
    """Compares a day."""

    eq: date | None = given("On this day.")
    ne: date | None = given("On any other day.")
    lt: date | None = given("Before this day.")
    lte: date | None = given("On this day or before it.")
    gt: date | None = given("After this day.")
    gte: date | None = given("On this day or after it.")
    between: list[date] | None = given("From the first to the second of two days, both included.")
    in_last_days: int | None = given("Today or one of the days before it, so many in all.")
    in_next_days: int | None = given("One of so many days from tomorrow on.")


@strawberry.input(description="Compares a value that is true or false.")
class BooleanTest:
    """Compares a boolean."""

    eq: bool = strawberry.field(description="Equal to.")


@strawberry.input(description="A span of time; it never reaches beyond now.")
class Window:
    """A span of time."""

    last_days: int | None = given("The last so many times 24 hours.")
    since: datetime | None = given("At this moment or later.")
    until: datetime | None = given("Before this moment.")


@strawberry.input(
    description="""Which tags of one dimension the customer carries now.

A tag includes those below it. Tags are named within their dimension: `warm`, not
`temperature/warm`. Say at least one of anyOf, allOf, noneOf, hasAny, gte and lte."""
)
class TagsCondition:
    """Which tags of one dimension the customer carries now."""

    dimension: str = strawberry.field(description="Key of the dimension.")
    any_of: list[str] | None = given("At least one of these.")
    all_of: list[str] | None = given("Every one of these.")
    none_of: list[str] | None = given("None of these.")
    has_any: bool | None = given("True: any tag of the dimension; false: none at all.")
    gte: str | None = given("This tag or a greater one, in an ordered dimension.")
    lte: str | None = given("This tag or a smaller one, in an ordered dimension.")
    exact: bool | None = given("Whether tags stand for themselves alone, without those below them.")
    min_confidence: float | None = given("Only taggings that are at least so sure, 0 to 1.")
    min_weight: float | None = given("Only taggings that hold at least so strongly, 0 to 1.")
    source: TagSource | None = given("Only taggings from this source.")
    tagged_within_days: int | None = given("Only taggings of the last so many times 24 hours.")
    weekday: int | None = given("Only taggings that name this day of the week; 1 is Monday.")


@strawberry.input(
    description="What an attribute of the customer says. Give the one test that fits its type, or exists."
)
class AttributeCondition:
    """What an attribute of the customer says."""

    key: str = strawberry.field(description="Key of the attribute.")
    number: NumberTest | None = given("For attributes of the type NUMBER.")
    text: TextTest | None = given("For attributes of the type STRING.")
    date: DateTest | None = given("For attributes of the type DATE.")
    boolean: BooleanTest | None = given("For attributes of the type BOOLEAN.")
    exists: bool | None = given("Whether the customer has a value at all.")


@strawberry.input(description="What a number says that a model computed. Give number or exists.")
class MetricCondition:
    """What a number says that a model computed."""

    key: str = strawberry.field(description="Key of the metric.")
    number: NumberTest | None = given("How the number compares.")
    exists: bool | None = given("Whether the number was computed at all.")


@strawberry.input(
    description="How often something was done: at least once where no number is given."
)
class EventCondition:
    """How often something was done."""

    type: str = strawberry.field(description="Key of the event type.")
    at_least: int | None = given("At least so many times.")
    at_most: int | None = given("At most so many times; 0 for never.")
    window: Window | None = given("When; at any time where left out.")
    channels: list[str] | None = given("Only in these channels.")
    content: TextTest | None = given("Only where the content is so.")
    amount: NumberTest | None = given("Only where the amount of one event is so.")


@strawberry.input(
    description="In which department a person works; departments that are part of it count as it."
)
class DepartmentTest:
    """In which department a person works."""

    functions: list[DepartmentFunction] | None = given("One that does one of these.")
    name: TextTest | None = given("One whose name is so.")
    exact: bool | None = given("Whether only the person's own department counts.")


@strawberry.input(description="What is asked of one decision-maker; all of it of the same person.")
class PersonTest:
    """What is asked of one decision-maker."""

    roles: list[DecisionRole] | None = given("Has one of these roles.")
    title: TextTest | None = given("Has such a job title.")
    department: DepartmentTest | None = given("Works in such a department.")
    influence: NumberTest | None = given("Has so much influence, 0 to 1.")
    stance: NumberTest | None = given("Has such a stance, -1 to 1.")
    chain_depth: NumberTest | None = given("Has so many superiors above; 0 for the head.")
    did: EventCondition | None = given("Did this, the very person.")


@strawberry.input(
    description="How many decision-makers match: at least one where no number is given."
)
class PeopleCondition:
    """How many decision-makers match."""

    at_least: int | None = given("At least so many.")
    at_most: int | None = given("At most so many; 0 for no one.")
    where: PersonTest | None = given("What each of them must be; anyone where left out.")


@strawberry.input(
    one_of=True,
    description="""One condition on customers: exactly one of the fields.

Conditions are combined by `all`, `any` and `not`, up to 8 levels deep and 100 conditions in all.
Every condition is true or false of a customer: of a value that is not known, every comparison is
false, and so its `not` is true.""",
)
class FilterInput:
    """One condition on customers."""

    all: list[FilterInput] | None = given("Every one of these holds; of none: everyone.")
    any: list[FilterInput] | None = given("At least one of these holds; of none: no one.")
    not_: FilterInput | None = given("This does not hold.", "not")
    tags: TagsCondition | None = given("The customer's tags.")
    attribute: AttributeCondition | None = given("The customer's fields.")
    metric: MetricCondition | None = given("The numbers that models computed.")
    event: EventCondition | None = given("What the customer did.")
    people: PeopleCondition | None = given("The customer's decision-makers.")


def to_node(condition: FilterInput | None) -> Node:
    """Return the filter that an input stands for: everyone where there is none.

    Raises InvalidFilter that says at which place what is wrong.
    """
    return EVERYONE if condition is None else decode(_plain(condition))


def _plain(value: object) -> Any:
    if is_dataclass(value):
        return {
            to_camel(field.name.rstrip("_")): _plain(inner)
            for field in fields(value)
            if (inner := getattr(value, field.name)) is not UNSET and inner is not None
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
