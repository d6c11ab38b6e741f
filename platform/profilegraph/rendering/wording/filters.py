"""The words by which a filter is a sentence; `{}` is where a value stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from profilegraph.rendering.wording.plurals import Plural

Weekdays: TypeAlias = tuple[str, str, str, str, str, str, str]


@dataclass(frozen=True)
class ComparisonWording:
    """How a value compares, by the operator; {2} is a list."""

    eq: str
    ne: str
    in_: str
    lt: str
    lte: str
    gt: str
    gte: str
    between: str
    contains: str
    starts_with: str
    in_last_days: Plural
    in_next_days: Plural


@dataclass(frozen=True)
class WindowWording:
    """A span of time, by its field."""

    last_days: Plural
    since: str
    until: str


@dataclass(frozen=True)
class TimesWording:
    """How often something was done: {0} times at least, {1} at most."""

    once: str
    at_least: Plural
    at_most: Plural
    exactly: Plural
    between: Plural
    never: str


@dataclass(frozen=True)
class CountWording:
    """How many there are of one thing."""

    once: str
    """That there is one."""
    things: Plural
    """What the thing is called behind a number."""
    never: str
    """That there is none."""


@dataclass(frozen=True)
class CountsWording:
    """How many there are of what leaves count, by the name of the leaf; of consents, `refusal` too.

    The first four say a number: {0} is the least, {1} the most, {2} what is counted.
    """

    at_least: str
    at_most: str
    exactly: str
    between: str
    people: CountWording
    opportunity: CountWording
    follow_up: CountWording
    channel: CountWording
    owner: CountWording
    team: CountWording
    consent: CountWording
    refusal: CountWording
    related: CountWording


@dataclass(frozen=True)
class OpportunityDetails:
    """What is asked of an opportunity, by the field."""

    stages: str
    outcomes: str
    name: str
    amount: str
    close_date: str
    reason: str


@dataclass(frozen=True)
class FollowUpDetails:
    """What is asked of a follow-up, by the field."""

    kinds: str
    employees: str
    note: str
    outcome: str


@dataclass(frozen=True)
class OwnerDetails:
    """What is asked of an owner, by the field."""

    employees: str


@dataclass(frozen=True)
class ConsentDetails:
    """What is asked of a consent, by the field."""

    purposes: str


@dataclass(frozen=True)
class DetailWording:
    """What a leaf asks of each thing that it counts, by the name of the leaf."""

    opportunity: OpportunityDetails
    follow_up: FollowUpDetails
    owner: OwnerDetails
    consent: ConsentDetails


@dataclass(frozen=True)
class FilterWording:
    """The words of filters."""

    not_: str
    everyone: str
    no_one: str
    has: str
    is_: str
    any_of: str
    all_of: str
    none_of: str
    something: str
    nothing: str
    or_above: str
    or_below: str
    exactly_this: str
    confidence: str
    weight: str
    source: str
    tagged_within: Plural
    is_known: str
    is_unknown: str
    did: str
    by_channel: str
    content: str
    amount: str
    who: str
    role: str
    title: str
    influence: str
    stance: str
    chain_depth: str
    works_in: str
    named: str
    or_below_it: str
    person_role: str
    takes_part: str
    total: str
    stopped: str
    stopped_times: Plural
    sequence: str
    within: Plural
    came_by: str
    in_team: str
    or_below_channel: str
    or_below_team: str
    cohort: str
    any_team: str
    relation: str
    steps: Plural
    who_match: str
    in_segment: str
    listed: Plural
    weekdays: Weekdays
    comparisons: ComparisonWording
    times: TimesWording
    windows: WindowWording
    counts: CountsWording
    details: DetailWording
