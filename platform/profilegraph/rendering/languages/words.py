"""What a language needs to say for filters to be sentences in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import RelationKind, TagSource
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction


@dataclass(frozen=True)
class Wording:
    """The words of one language; `{}` is where a value stands."""

    and_: str
    or_: str
    not_: str
    group: str
    comma: str
    semicolon: str
    space: str
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
    tagged_within: str
    is_known: str
    is_unknown: str
    yes: str
    no: str
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
    tagging: str
    known: str
    unknown: str
    gone: str
    event: str
    of: str
    person_role: str
    takes_part: str
    total: str
    stopped: str
    stopped_times: str
    sequence: str
    within: str
    came_by: str
    in_team: str
    or_below_channel: str
    or_below_team: str
    cohort: str
    any_team: str
    relation: str
    steps: str
    who_match: str
    in_segment: str
    place: str
    sale: str
    met: str
    came: str
    owner: str
    consented: str
    refused: str
    neighbour: str
    none: str
    wanted: str
    unwanted: str
    has_count: str
    has_total: str
    sureness: str
    counted: str
    more: str
    nearest: str
    parts: Mapping[str, str]
    distances: Mapping[str, str]
    untagged: str
    valueless: str
    unmatched: str
    band_below: str
    band_between: str
    band_from: str
    band_whole: str
    listed: str
    customers_added: str
    customers_removed: str
    added: str
    added_alternative: str
    removed: str
    removed_alternative: str
    changed: str
    rewritten: str
    inside: str
    no_segment: str
    one_segment: str
    first_segment: str
    ranked: str
    heaviest_segment: str
    weighed: str
    plan_headings: tuple[str, ...]
    plan_empty: str
    plan_taggings: str
    plan_apply: str
    plan_breaks: str
    comparisons: Mapping[str, str]
    times: Mapping[str, str]
    windows: Mapping[str, str]
    counts: Mapping[str, Mapping[str, str]]
    """How many are said of what a leaf counts, by the leaf's name; of consents refused, `refusal`."""
    details: Mapping[str, Mapping[str, str]]
    """What a leaf asks of each thing that it counts, by the leaf's name and the field."""
    sources: Mapping[TagSource, str]
    weekdays: tuple[str, ...]
    roles: Mapping[DecisionRole, str]
    functions: Mapping[DepartmentFunction, str]
    sale_outcomes: Mapping[OpportunityOutcome, str]
    meetings: Mapping[FollowUpKind, str]
    relations: Mapping[RelationKind, str]

    @property
    def values(self) -> Mapping[type[Enum], Mapping[Any, str]]:
        """Return what the members of enums are called."""
        return {
            TagSource: self.sources,
            DecisionRole: self.roles,
            DepartmentFunction: self.functions,
            OpportunityOutcome: self.sale_outcomes,
            FollowUpKind: self.meetings,
            RelationKind: self.relations,
        }


def counted(one: str, many: str, none: str, words: tuple[str, str, str, str]) -> dict[str, str]:
    """Return how numbers of something are said; `words` say at least, at most, exactly, from to."""
    least, most, exactly, between = words
    return {
        "once": one,
        "at_least": least.format("{0}") + many,
        "at_most": most.format("{1}") + many,
        "exactly": exactly.format("{0}") + many,
        "between": between.format("{0}", "{1}") + many,
        "never": none,
    }
