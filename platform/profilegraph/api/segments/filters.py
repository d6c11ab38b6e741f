"""The segment language as GraphQL input: the canonical JSON with types, names and descriptions."""

from __future__ import annotations

from typing import Any

import strawberry
from cachetools import LRUCache

from profilegraph.api.runtime.definitions import input_type
from profilegraph.api.runtime.enums import FollowUpKind, RelationKind, TagSource
from profilegraph.api.runtime.fields import optional, parse_with
from profilegraph.api.segments.canonical import canonical
from profilegraph.api.segments.filter_parts import (
    BooleanTest,
    DateTest,
    EventCondition,
    EventTest,
    NumberTest,
    OpportunityTest,
    PersonTest,
    TextTest,
    Window,
)
from profilegraph.language.codec import Conditions, decode
from profilegraph.language.nodes import Node

_MOST_REMEMBERED = 256
_LONGEST_REMEMBERED = 4_000
_remembered: LRUCache[str, Node] = LRUCache(_MOST_REMEMBERED)
"""Filters by their text: a page asks for the same one again and again, and of each it is one tree."""


def _read(value: Any, conditions: Conditions) -> Node:
    """Return the filter that an input stands for, as GraphQL has checked it; raises InvalidFilter."""
    text = repr(value)
    known = _remembered.get(text)
    if known is not None:
        return known
    node = decode(canonical(value), conditions)
    # What a plugin makes of its condition is asked of it each time.
    if len(text) <= _LONGEST_REMEMBERED and not any(f"'{name}':" in text for name in conditions):
        _remembered[text] = node
    return node


@input_type
class TagsCondition:
    """Which tags of one dimension the customer carries now.

    A tag includes those below it. Tags are named within their dimension: `warm`, not
    `temperature/warm`. Say at least one of anyOf, allOf, noneOf, hasAny, gte and lte.
    """

    dimension: str = strawberry.field(description="Key of the dimension.")
    any_of: list[str] | None = optional("At least one of these.")
    all_of: list[str] | None = optional("Every one of these.")
    none_of: list[str] | None = optional("None of these.")
    has_any: bool | None = optional("True: any tag of the dimension; false: none at all.")
    gte: str | None = optional("This tag or a greater one, in an ordered dimension.")
    lte: str | None = optional("This tag or a smaller one, in an ordered dimension.")
    exact: bool | None = optional(
        "Whether tags stand for themselves alone, without those below them."
    )
    min_confidence: float | None = optional("Only taggings that are at least so sure, 0 to 1.")
    min_weight: float | None = optional("Only taggings that hold at least so strongly, 0 to 1.")
    source: TagSource | None = optional("Only taggings from this source.")
    tagged_within_days: int | None = optional("Only taggings of the last so many times 24 hours.")
    weekday: int | None = optional("Only taggings that name this day of the week; 1 is Monday.")


@input_type
class AttributeCondition:
    """What an attribute of the customer says.

    Give the one test that fits its type, or exists.
    """

    key: str = strawberry.field(description="Key of the attribute.")
    number: NumberTest | None = optional("For attributes of the type NUMBER.")
    text: TextTest | None = optional("For attributes of the type STRING.")
    date: DateTest | None = optional("For attributes of the type DATE.")
    boolean: BooleanTest | None = optional("For attributes of the type BOOLEAN.")
    exists: bool | None = optional("Whether the customer has a value at all.")


@input_type
class MetricCondition:
    """What a number says that a model computed.

    Give number or exists.
    """

    key: str = strawberry.field(description="Key of the metric.")
    number: NumberTest | None = optional("How the number compares.")
    exists: bool | None = optional("Whether the number was computed at all.")


@input_type
class PeopleCondition:
    """How many decision-makers match: at least one where no number is given."""

    at_least: int | None = optional("At least so many.")
    at_most: int | None = optional("At most so many; 0 for no one.")
    where: PersonTest | None = optional("What each of them must be; anyone where left out.")


@input_type
class EventTotalCondition(EventTest):
    """What the amounts of events add up to; of no event, 0."""

    window: Window | None = optional("When; at any time where left out.")
    total: NumberTest = strawberry.field(description="How the sum compares.")


@input_type
class StoppedCondition(EventTest):
    """That something was done in one span of time and not once in a newer one."""

    at_least: int | None = optional("How often at least it was done; once where left out.")
    did: Window = strawberry.field(description="When it was done.")
    did_not: Window = strawberry.field(description="When it was not done.")


@input_type
class SequenceCondition:
    """That after one event another followed, later."""

    first: EventTest = strawberry.field(description="What came first.")
    then: EventTest = strawberry.field(description="What followed.")
    within_days: int = strawberry.field(description="Within so many times 24 hours.")
    window: Window | None = optional("When both happened; at any time where left out.")


@input_type
class OpportunityCondition:
    """How many opportunities match: at least one where no number is given."""

    at_least: int | None = optional("At least so many.")
    at_most: int | None = optional("At most so many; 0 for none.")
    where: OpportunityTest | None = optional("What each of them must be; any where left out.")


@input_type
class FollowUpCondition:
    """How often we met the customer: at least once where no number is given."""

    at_least: int | None = optional("At least so many times.")
    at_most: int | None = optional("At most so many times; 0 for never.")
    kinds: list[FollowUpKind] | None = optional("Only in these ways.")
    window: Window | None = optional("When; at any time where left out.")
    employees: list[str] | None = optional("Only by one of these employees, by key.")
    note: TextTest | None = optional("Only where the note is so.")
    outcome: TextTest | None = optional("Only where the outcome is so.")


@input_type
class ChannelCondition:
    """How often the customer came to us: at least once where no number is given."""

    at_least: int | None = optional("At least so many times.")
    at_most: int | None = optional("At most so many times; 0 for never.")
    channels: list[str] | None = optional("Only by one of these channels, by key, or one below it.")
    exact: bool | None = optional(
        "Whether channels stand for themselves, without those below them."
    )
    window: Window | None = optional("When; at any time where left out.")


@input_type
class OwnerCondition:
    """How many of us own the customer: at least one where none is given."""

    at_least: int | None = optional("At least so many.")
    at_most: int | None = optional("At most so many; 0 for no one.")
    employees: list[str] | None = optional("Only these employees, by key.")
    window: Window | None = optional("When the ownership began.")


@input_type
class TeamCondition:
    """How many owners of the customer are in a team: at least one where none is given."""

    at_least: int | None = optional("At least so many.")
    at_most: int | None = optional("At most so many; 0 for no one.")
    teams: list[str] | None = optional("In one of these teams, by key, or one below it.")
    exact: bool | None = optional("Whether only the owner's own team counts.")


@input_type
class ConsentCondition:
    """For how many purposes the customer's latest word is a consent, or a refusal.

    At least one where no number is given. Of two words at the same moment, the refusal counts.
    """

    at_least: int | None = optional("For at least so many.")
    at_most: int | None = optional("For at most so many; 0 for none.")
    purposes: list[str] | None = optional("Only these purposes.")
    granted: bool | None = optional("False: the latest word is a refusal.")
    window: Window | None = optional("When the latest word was given.")


@input_type
class CohortCondition:
    """Whether the customer lies in a stable random share of all customers.

    Shares of one salt that do not overlap have no customer in common; another salt deals anew.
    """

    salt: str = strawberry.field(description="Any name; it decides how customers are dealt out.")
    from_: float | None = optional("Where the share begins, 0 to 1; 0 where left out.", "from")
    to: float | None = optional("Where the share ends, not included; 1 where left out.")


@input_type
class RelatedCondition:
    """How many other customers match that are related: at least one where none is given."""

    at_least: int | None = optional("At least so many.")
    at_most: int | None = optional("At most so many; 0 for none.")
    kinds: list[RelationKind] | None = optional("What each step leads to; anyone where left out.")
    distance: int | None = optional("How many steps away at most, 1 to 5; 1 where left out.")
    where: FilterInput | None = optional("What each of them must be; anyone where left out.")


@input_type
class SegmentCondition:
    """Whether the customer is a member of a saved segment."""

    key: str = strawberry.field(description="Key of the segment; its newest version counts.")


@parse_with(lambda value, context: _read(value, context.conditions))
@input_type
class FilterInput:
    """One condition on customers: exactly one of the fields is given, and not null.

    Conditions are combined by `all`, `any` and `not`, up to 8 levels deep and 100 conditions in
    all. Every condition is true or false of a customer: of a value that is not known, every
    comparison is false, and so its `not` is true.
    """

    all: list[FilterInput] | None = optional("Every one of these holds; of none: everyone.")
    any: list[FilterInput] | None = optional("At least one of these holds; of none: no one.")
    not_: FilterInput | None = optional("This does not hold.", "not")
    tags: TagsCondition | None = optional("The customer's tags.")
    attribute: AttributeCondition | None = optional("The customer's fields.")
    metric: MetricCondition | None = optional("The numbers that models computed.")
    event: EventCondition | None = optional("What the customer did.")
    people: PeopleCondition | None = optional("The customer's decision-makers.")
    event_total: EventTotalCondition | None = optional("What the customer spent.")
    stopped: StoppedCondition | None = optional("What the customer does no more.")
    sequence: SequenceCondition | None = optional("What the customer did one after the other.")
    opportunity: OpportunityCondition | None = optional("The opportunities with the customer.")
    follow_up: FollowUpCondition | None = optional("What we did with the customer.")
    channel: ChannelCondition | None = optional("How the customer came to us.")
    owner: OwnerCondition | None = optional("Who of us owns the customer.")
    team: TeamCondition | None = optional("Which of our teams owns the customer.")
    consent: ConsentCondition | None = optional("What the customer allowed or forbade.")
    cohort: CohortCondition | None = optional("A random share of all customers.")
    related: RelatedCondition | None = optional("The customers related to this one.")
    segment: SegmentCondition | None = optional("The members of a saved segment.")
