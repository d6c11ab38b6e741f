"""One customer's facts → true or false for every node of a filter, with the evidence.

This is the readable definition of the language: the other evaluators are held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias, assert_never

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.customers import Tagging
from profilegraph.segments.facts import Context, EventFact, Facts, PersonFact
from profilegraph.segments.meaning import in_units, span, tag_groups
from profilegraph.segments.nodes import (
    AllOf,
    AnyOf,
    Attribute,
    BooleanTest,
    DateTest,
    DepartmentTest,
    Events,
    Leaf,
    Metric,
    Node,
    Not,
    NumberTest,
    People,
    PersonTest,
    Tags,
    TextTest,
    bounds,
)


@dataclass(frozen=True)
class Value:
    """The value of an attribute or a metric; None where the customer has none."""

    key: str
    value: bool | float | date | str | None


Evidence: TypeAlias = Tagging | Value | EventFact | PersonFact


@dataclass(frozen=True)
class Verdict:
    """Whether one node of a filter holds for a customer, and what was found in deciding it."""

    node: Node
    place: str
    holds: bool
    evidence: tuple[Evidence, ...] = ()
    children: tuple[Verdict, ...] = ()


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
            case _:
                holds, evidence = self._leaf(node)
                return Verdict(node, f"{place}.{node.NAME}", holds, tuple(evidence))

    def _each(self, conditions: Sequence[Node], place: str) -> tuple[Verdict, ...]:
        return tuple(self.judge(one, f"{place}[{index}]") for index, one in enumerate(conditions))

    def _leaf(self, leaf: Leaf) -> tuple[bool, Sequence[Evidence]]:
        match leaf:
            case Tags():
                return self._tags(leaf)
            case Attribute():
                value = self.facts.attributes.get(leaf.key)
                return _value_holds(leaf, value, self.context), [Value(leaf.key, value)]
            case Metric():
                number = self.facts.metrics.get(leaf.key)
                return _value_holds(leaf, number, self.context), [Value(leaf.key, number)]
            case Events():
                found = _events(leaf, self.facts.events, self.context)
                return _enough(leaf, found), found
            case People():
                people = [
                    p for p in self.facts.people if _person_holds(leaf.where, p, self.context)
                ]
                return _enough(leaf, people), people
            case _:
                assert_never(leaf)

    def _tags(self, leaf: Tags) -> tuple[bool, Sequence[Tagging]]:
        groups = tag_groups(leaf, self.catalogue)
        carried = [t for t in self.facts.taggings if _carried(t, self.context)]
        taggings = [t for t in carried if _tagging_counts(leaf, t, self.context)]
        holds = all(any(t.tag in group for t in taggings) for group in groups.wanted) and not any(
            t.tag in groups.refused for t in taggings
        )
        # Of a condition that fails, what the customer carries now instead is the answer to "why not?".
        shown = taggings if holds else carried
        return holds, [tagging for tagging in shown if tagging.dimension == leaf.dimension]


def _carried(tagging: Tagging, context: Context) -> bool:
    return tagging.since <= context.now and (tagging.until is None or tagging.until > context.now)


def _tagging_counts(leaf: Tags, tagging: Tagging, context: Context) -> bool:
    within = leaf.tagged_within_days
    return (
        (leaf.min_confidence is None or tagging.confidence >= leaf.min_confidence)
        and (leaf.min_weight is None or tagging.weight >= leaf.min_weight)
        and (leaf.source is None or tagging.source is leaf.source)
        and (within is None or tagging.since > context.now - timedelta(days=within))
        and (leaf.weekday is None or leaf.weekday in tagging.weekdays)
    )


def _value_holds(leaf: Attribute | Metric, value: Any, context: Context) -> bool:
    if leaf.exists is not None:
        return leaf.exists is (value is not None)
    test = leaf.test if isinstance(leaf, Attribute) else leaf.number
    match test:
        case NumberTest():
            return number_holds(test, value)
        case TextTest():
            return text_holds(test, value)
        case DateTest():
            return date_holds(test, value, context.today)
        case BooleanTest():
            return value is test.eq
        case None:
            raise AssertionError("a leaf has a test or asks for existence")
        case _:
            assert_never(test)


def _events(leaf: Events, events: Iterable[EventFact], context: Context) -> list[EventFact]:
    when = span(leaf.window, context.now)
    amount = None if leaf.amount is None else in_units(leaf.amount)
    return [
        event
        for event in events
        if event.type == leaf.type
        and event.at in when
        and (leaf.channels is None or event.channel in leaf.channels)
        and (leaf.content is None or text_holds(leaf.content, event.content))
        and (amount is None or number_holds(amount, event.amount))
    ]


def _person_holds(test: PersonTest, person: PersonFact, context: Context) -> bool:
    return (
        (test.roles is None or person.role in test.roles)
        and (test.title is None or text_holds(test.title, person.title))
        and (test.department is None or _works_in(test.department, person))
        and (test.influence is None or number_holds(test.influence, person.influence))
        and (test.stance is None or number_holds(test.stance, person.stance))
        and (test.chain_depth is None or number_holds(test.chain_depth, person.chain_depth))
        and (test.did is None or _enough(test.did, _events(test.did, person.events, context)))
    )


def _works_in(test: DepartmentTest, person: PersonFact) -> bool:
    departments = person.departments[:1] if test.exact else person.departments
    return any(
        (test.functions is None or department.function in test.functions)
        and (test.name is None or text_holds(test.name, department.name))
        for department in departments
    )


def _enough(leaf: Events | People, found: Sequence[object]) -> bool:
    least, most = bounds(leaf.at_least, leaf.at_most)
    return least <= len(found) and (most is None or len(found) <= most)


def number_holds(test: NumberTest, value: float | None) -> bool:
    """Return whether a number passes every comparison that is given; false of no number."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.in_, lambda numbers: value in numbers),
        (test.lt, lambda limit: value < limit),
        (test.lte, lambda limit: value <= limit),
        (test.gt, lambda limit: value > limit),
        (test.gte, lambda limit: value >= limit),
        (test.between, lambda ends: ends[0] <= value <= ends[1]),
    )


def text_holds(test: TextTest, value: str | None) -> bool:
    """Return whether a string passes every comparison that is given; false of no string."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.in_, lambda texts: value in texts),
        (test.contains, lambda part: part in value),
        (test.starts_with, lambda start: value.startswith(start)),
    )


def date_holds(test: DateTest, value: date | None, today: date) -> bool:
    """Return whether a date passes every comparison that is given; false of no date."""
    return value is not None and _all_hold(
        (test.eq, lambda eq: value == eq),
        (test.ne, lambda ne: value != ne),
        (test.lt, lambda limit: value < limit),
        (test.lte, lambda limit: value <= limit),
        (test.gt, lambda limit: value > limit),
        (test.gte, lambda limit: value >= limit),
        (test.between, lambda ends: ends[0] <= value <= ends[1]),
        (test.in_last_days, lambda days: today - timedelta(days=days) < value <= today),
        (test.in_next_days, lambda days: today < value <= today + timedelta(days=days)),
    )


def _all_hold(*comparisons: tuple[Any, Callable[[Any], bool]]) -> bool:
    return all(holds(wanted) for wanted, holds in comparisons if wanted is not None)
