"""One customer's facts → true or false for every node of a filter, with the evidence.

This is the readable definition of the language: the other evaluators are held against it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, TypeVar, assert_never

from profilegraph.domain.records.customers import RelationKind, Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language import nodes, predicates
from profilegraph.language.cohorts import PRIME, position, span_of
from profilegraph.language.facts import (
    ArrivalFact,
    ConsentFact,
    Context,
    EventFact,
    Facts,
    FollowUpFact,
    OpportunityFact,
    OwnerFact,
    PersonFact,
)
from profilegraph.language.nodes import (
    AllOf,
    AnyOf,
    AttributeLeaf,
    BooleanTest,
    DateTest,
    InSegment,
    Leaf,
    Listed,
    MetricLeaf,
    Node,
    Not,
    NumberTest,
    TextTest,
)
from profilegraph.language.predicates import enough, events_in
from profilegraph.language.resolve import in_units, tag_groups


@dataclass(frozen=True)
class Value:
    """The value of an attribute or a metric; None where the customer has none."""

    key: str
    value: bool | float | date | str | None


@dataclass(frozen=True)
class Neighbour:
    """A related customer that matched, and by how many steps it is reached."""

    key: str
    name: str | None
    distance: int


@dataclass(frozen=True)
class CohortPlace:
    """Where a salt puts the customer among all, from 0 to 1."""

    salt: str
    share: float


Evidence: TypeAlias = (
    Tagging
    | Value
    | CohortPlace
    | EventFact
    | PersonFact
    | OpportunityFact
    | FollowUpFact
    | ArrivalFact
    | OwnerFact
    | ConsentFact
    | Neighbour
)
_Finding: TypeAlias = tuple[bool, Sequence[Evidence]]


@dataclass(frozen=True)
class Verdict:
    """Whether one node of a filter holds for a customer, and what was found in deciding it."""

    node: Node
    place: str
    holds: bool
    evidence: tuple[Evidence, ...] = ()
    children: tuple[Verdict, ...] = ()
    beside: tuple[Evidence, ...] = ()
    """Of a counted condition that does not hold, the records of its kind that did not count."""


def explain(node: Node, facts: Facts, catalogue: Catalogue, context: Context) -> Verdict:
    """Return the verdict on a filter for one customer, with that of every node below it."""
    return _Judge(facts, catalogue, context).judge(node, "filter")


@dataclass(frozen=True)
class _Judge:
    facts: Facts
    catalogue: Catalogue
    context: Context

    def judge(self, node: Node, place: str) -> Verdict:
        match node:
            case AllOf(conditions):
                children = self._each(conditions, f"{place}.{node.NAME}")
                return Verdict(node, place, all(child.holds for child in children), (), children)
            case AnyOf(conditions):
                children = self._each(conditions, f"{place}.{node.NAME}")
                return Verdict(node, place, any(child.holds for child in children), (), children)
            case Not(condition):
                child = self.judge(condition, f"{place}.{node.NAME}")
                return Verdict(node, place, not child.holds, (), (child,))
            case Listed(ordinals):
                own = self.facts.ordinal
                holds = own is not None and own in ordinals
                return Verdict(node, f"{place}.{node.NAME}", holds)
            case InSegment(key):
                place = f"{place}.{node.NAME}"
                child = self.judge(self.context.library.segment(key).filter, f"{place}.{key}")
                return Verdict(node, place, child.holds, (), (child,))
            case _:
                holds, evidence = self._leaf(node)
                beside = () if holds else tuple(self._beside(node, evidence))
                return Verdict(node, f"{place}.{node.NAME}", holds, tuple(evidence), (), beside)

    def _each(self, conditions: Sequence[Node], place: str) -> tuple[Verdict, ...]:
        return tuple(self.judge(one, f"{place}[{index}]") for index, one in enumerate(conditions))

    def _leaf(self, leaf: Leaf) -> _Finding:
        match leaf:
            case nodes.Tags():
                return self._tags(leaf)
            case AttributeLeaf():
                value = self.facts.attributes.get(leaf.key)
                return _value_holds(leaf, value, self.context), [Value(leaf.key, value)]
            case MetricLeaf():
                number = self.facts.metrics.get(leaf.key)
                return _value_holds(leaf, number, self.context), [Value(leaf.key, number)]
            case nodes.Cohort():
                return self._cohort(leaf)
            case nodes.Events() | nodes.EventTotal() | nodes.Stopped() | nodes.Sequence():
                return self._activity(leaf)
            case nodes.Related():
                found = [one for one, holds in self._neighbours(leaf) if holds]
                return enough(leaf, len(found)), found
            case InSegment():
                raise AssertionError("a reference is judged by its segment's filter")
            case _:
                matching = newest_first(self._counted(leaf))
                return enough(leaf, len(matching)), matching

    def _beside(self, leaf: Leaf, counted: Sequence[Evidence]) -> Iterator[Evidence]:
        """Yield the records of a leaf's kind that are not among those that count."""
        facts = self.facts
        match leaf:
            case nodes.Events(type=kind) | nodes.EventTotal(type=kind):
                records: Sequence[Evidence] = [one for one in facts.events if one.type == kind]
            case nodes.People():
                known = {one.key for one in counted if isinstance(one, PersonFact)}
                others = (one for one in facts.people if one.key not in known)
                records = [predicates.as_asked(leaf.where, one, self.context) for one in others]
            case nodes.Opportunities():
                records = facts.opportunities
            case nodes.FollowUps():
                records = facts.follow_ups
            case nodes.Arrivals():
                records = facts.arrivals
            case nodes.Owners() | nodes.Teams():
                records = facts.owners
            case nodes.Consents():
                records = predicates.latest_words(facts.consents, self.context.now)
            case nodes.Related():
                records = [one for one, holds in self._neighbours(leaf) if not holds]
            case _:
                records = ()
        return (one for one in newest_first(records) if one not in counted)

    def _counted(self, leaf: _CountedLeaf) -> Sequence[Evidence]:
        facts, context = self.facts, self.context
        match leaf:
            case nodes.People(where=where):
                known = (
                    one for one in facts.people if predicates.person_holds(where, one, context)
                )
                return [predicates.as_asked(where, one, context) for one in known]
            case nodes.Opportunities(where=sale):
                sales = facts.opportunities
                return [one for one in sales if predicates.opportunity_holds(sale, one, context)]
            case nodes.FollowUps():
                return [o for o in facts.follow_ups if predicates.follow_up_holds(leaf, o, context)]
            case nodes.Arrivals():
                return [
                    one for one in facts.arrivals if predicates.arrival_holds(leaf, one, context)
                ]
            case nodes.Owners():
                return [one for one in facts.owners if predicates.owner_holds(leaf, one, context)]
            case nodes.Teams():
                return [one for one in facts.owners if predicates.team_holds(leaf, one, context)]
            case nodes.Consents():
                words = predicates.latest_words(facts.consents, context.now)
                return [one for one in words if predicates.consent_holds(leaf, one, context)]
            case _:
                assert_never(leaf)

    def _tags(self, leaf: nodes.Tags) -> _Finding:
        groups = tag_groups(leaf, self.catalogue)
        carried = [one for one in self.facts.taggings if predicates.carried(one, self.context)]
        taggings = [one for one in carried if predicates.tagging_holds(leaf, one, self.context)]
        holds = all(any(t.tag in group for t in taggings) for group in groups.wanted) and not any(
            t.tag in groups.refused for t in taggings
        )
        # Of a condition that fails, what the customer carries now instead is the answer to "why not?".
        shown = taggings if holds else carried
        return holds, [tagging for tagging in shown if tagging.dimension == leaf.dimension]

    def _cohort(self, leaf: nodes.Cohort) -> _Finding:
        if self.facts.cohort is None:
            return False, ()
        place = position(self.facts.cohort, leaf.salt)
        begin, end = span_of(leaf)
        return begin <= place < end, [CohortPlace(leaf.salt, place / PRIME)]

    def _activity(
        self, leaf: nodes.Events | nodes.EventTotal | nodes.Stopped | nodes.Sequence
    ) -> _Finding:
        events, context = newest_first(self.facts.events), self.context
        match leaf:
            case nodes.Events():
                found = events_in(leaf, leaf.window, events, context)
                return enough(leaf, len(found)), found
            case nodes.EventTotal():
                found = events_in(leaf, leaf.window, events, context)
                total = sum(event.amount or 0 for event in found)
                return predicates.number_holds(in_units(leaf.total), total), found
            case nodes.Stopped():
                before = events_in(leaf, leaf.did, events, context)
                since = events_in(leaf, leaf.did_not, events, context)
                return len(before) >= leaf.at_least and not since, since or before
            case nodes.Sequence():
                pair = _pair(leaf, events[::-1], context)
                return bool(pair), pair
            case _:
                assert_never(leaf)

    def _neighbours(self, leaf: nodes.Related) -> Iterator[tuple[Neighbour, bool]]:
        """Yield the related customers that are seen, the nearest first, and whether each matches."""
        for key, distance in _neighbours(leaf, self.facts):
            other = replace(self.facts.near[key], near=self.facts.near)
            judge = _Judge(other, self.catalogue, self.context)
            if predicates.visible(other, self.context):
                yield Neighbour(key, other.name, distance), judge.judge(leaf.where, "").holds


_CountedLeaf: TypeAlias = (
    nodes.People
    | nodes.Opportunities
    | nodes.FollowUps
    | nodes.Arrivals
    | nodes.Owners
    | nodes.Teams
    | nodes.Consents
)


R = TypeVar("R", bound=Evidence)


def newest_first(records: Sequence[R]) -> list[R]:
    """Return records by when they were, those without a moment as they came."""

    def moment(record: Evidence) -> float:
        at = getattr(record, "at", None) or getattr(record, "since", None)
        return -at.timestamp() if isinstance(at, datetime) else 0.0

    return sorted(records, key=moment)


def _pair(
    leaf: nodes.Sequence, events: Sequence[EventFact], context: Context
) -> tuple[EventFact, ...]:
    """Return the first event that was followed, and the first that followed it; none if none was."""
    within = timedelta(days=leaf.within_days)
    followers = events_in(leaf.then, leaf.window, events, context)
    moments = sorted(one.at for one in followers)
    for first in events_in(leaf.first, leaf.window, events, context):
        # Thousands may have followed, or none: it is looked up before they are gone through.
        place = bisect_right(moments, first.at)
        if place < len(moments) and moments[place] <= first.at + within:
            then = next(one for one in followers if first.at < one.at <= first.at + within)
            return first, then
    return ()


def _neighbours(leaf: nodes.Related, facts: Facts) -> Iterator[tuple[str, int]]:
    """Yield the other customers that steps of the asked kinds lead to, the nearest first."""
    kinds = set(RelationKind) if leaf.kinds is None else set(leaf.kinds)
    seen, here = {facts.key}, [facts]
    for distance in range(1, leaf.distance + 1):
        links = [link.other for one in here for link in one.relations if link.kind in kinds]
        fresh = sorted(set(links) - seen)
        yield from ((key, distance) for key in fresh)
        seen.update(fresh)
        here = [facts.near[key] for key in fresh]


def _value_holds(leaf: AttributeLeaf | MetricLeaf, value: Any, context: Context) -> bool:
    if leaf.exists is not None:
        return leaf.exists is (value is not None)
    test = leaf.test if isinstance(leaf, AttributeLeaf) else leaf.number
    match test:
        case NumberTest():
            return predicates.number_holds(test, value)
        case TextTest():
            return predicates.text_holds(test, value)
        case DateTest():
            return predicates.date_holds(test, value, context.today)
        case BooleanTest():
            return value is test.eq
        case None:
            raise AssertionError("a leaf has a test or asks for existence")
        case _:
            assert_never(test)
