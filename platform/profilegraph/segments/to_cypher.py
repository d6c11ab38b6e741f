"""A filter as one Cypher predicate over a customer `c`; every value is a parameter.

The predicate is true or false, never null. It needs nothing but Neo4j: no index of ours, no
procedure, so it runs on any server and cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, assert_never

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.segments.facts import Context
from profilegraph.segments.meaning import Span, in_units, span, tag_groups
from profilegraph.segments.nodes import (
    AllOf,
    AnyOf,
    Attribute,
    BooleanTest,
    DateTest,
    DepartmentTest,
    Events,
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


@dataclass
class Parameters:
    """The values of one query, each under a name of its own."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> str:
        """Return the Cypher name under which a value travels."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(frozen=True)
class Compiler:
    """Turns the nodes of one query's filters into predicates that share its parameters."""

    catalogue: Catalogue
    context: Context
    parameters: Parameters = field(default_factory=Parameters)

    def predicate(self, node: Node) -> str:
        """Return a Cypher expression, true or false for a customer bound to `c`."""
        match node:
            case AllOf(conditions):
                return _joined(" AND ", [self.predicate(one) for one in conditions], "true")
            case AnyOf(conditions):
                return _joined(" OR ", [self.predicate(one) for one in conditions], "false")
            case Not(condition):
                return f"NOT ({self.predicate(condition)})"
            case Tags():
                return self._tags(node)
            case Attribute():
                return self._attribute(node)
            case Metric():
                place = f"c[{self._add(metric_property(node.key))}]"
                return self._number_or_existence(place, node.number, node.exists)
            case Events():
                return self._times("(c)-[:DID]->(e:Event)", self._event(node), node)
            case People():
                return self._times("(c)<-[:OF]-(p:DecisionMaker)", self._person(node.where), node)
            case _:
                assert_never(node)

    def _add(self, value: Any) -> str:
        return self.parameters.add(value)

    def _tags(self, leaf: Tags) -> str:
        groups = tag_groups(leaf, self.catalogue)
        qualifiers = list(self._qualifiers(leaf))
        wanted = [f"EXISTS {{ {self._tagging(group, qualifiers)} }}" for group in groups.wanted]
        refused = (
            [f"NOT EXISTS {{ {self._tagging(groups.refused, qualifiers)} }}"]
            if groups.refused
            else []
        )
        return _joined(" AND ", wanted + refused, "true")

    def _tagging(self, tags: frozenset[str], qualifiers: Sequence[str]) -> str:
        tests = [f"g.key IN {self._add(sorted(tags))}", *qualifiers]
        return f"(c)-[t:TAGGED]->(g:Tag) WHERE {' AND '.join(tests)}"

    def _qualifiers(self, leaf: Tags) -> Iterator[str]:
        now = self._add(self.context.now)
        yield f"t.since <= {now}"
        yield f"(t.until IS NULL OR t.until > {now})"
        if leaf.min_confidence is not None:
            yield f"t.confidence >= {self._add(leaf.min_confidence)}"
        if leaf.min_weight is not None:
            yield f"t.weight >= {self._add(leaf.min_weight)}"
        if leaf.source is not None:
            yield f"t.source = {self._add(leaf.source.value)}"
        if leaf.tagged_within_days is not None:
            yield f"t.since > {self._add(self.context.now - timedelta(days=leaf.tagged_within_days))}"
        if leaf.weekday is not None:
            yield f"{self._add(leaf.weekday)} IN t.weekdays"

    def _attribute(self, leaf: Attribute) -> str:
        place = f"c[{self._add(attribute_property(leaf.key))}]"
        match leaf.test:
            case NumberTest() | None:
                return self._number_or_existence(place, leaf.number, leaf.exists)
            case TextTest() as test:
                return _known(self._text(place, test))
            case DateTest() as test:
                return _known(self._date(place, test))
            case BooleanTest() as test:
                return _known([f"{place} = {self._add(test.eq)}"])
            case _:
                assert_never(leaf.test)

    def _number_or_existence(self, place: str, test: NumberTest | None, exists: bool | None) -> str:
        if test is None:
            return f"{place} IS NOT NULL" if exists else f"{place} IS NULL"
        return _known(self._number(place, test))

    def _times(self, pattern: str, tests: Iterator[str], leaf: Events | People) -> str:
        least, most = bounds(leaf.at_least, leaf.at_most)
        where = _joined(" AND ", list(tests), "true")
        if (least, most) == (1, None):
            return f"EXISTS {{ {pattern} WHERE {where} }}"
        if (least, most) == (0, 0):
            return f"NOT EXISTS {{ {pattern} WHERE {where} }}"
        count = f"COUNT {{ {pattern} WHERE {where} }}"
        if most is None:
            return f"{count} >= {self._add(least)}"
        return f"{self._add(least)} <= {count} <= {self._add(most)}"

    def _event(self, leaf: Events) -> Iterator[str]:
        yield f"e.type = {self._add(leaf.type)}"
        yield from self._span("e.at", span(leaf.window, self.context.now))
        if leaf.channels is not None:
            yield f"e.channel IN {self._add(list(leaf.channels))}"
        if leaf.content is not None:
            yield from self._text("e.content", leaf.content)
        if leaf.amount is not None:
            yield from self._number("e.amount", in_units(leaf.amount))

    def _span(self, place: str, when: Span) -> Iterator[str]:
        yield f"{place} <= {self._add(when.now)}"
        if when.after is not None:
            yield f"{place} > {self._add(when.after)}"
        if when.since is not None:
            yield f"{place} >= {self._add(when.since)}"
        if when.until is not None:
            yield f"{place} < {self._add(when.until)}"

    def _person(self, test: PersonTest) -> Iterator[str]:
        if test.roles is not None:
            yield f"p.role IN {self._add([role.value for role in test.roles])}"
        if test.title is not None:
            yield from self._text("p.title", test.title)
        if test.department is not None:
            yield self._department(test.department)
        if test.influence is not None:
            yield from self._number("p.influence", test.influence)
        if test.stance is not None:
            yield from self._number("p.stance", test.stance)
        if test.chain_depth is not None:
            yield from self._number("COUNT { (p)-[:REPORTS_TO]->{1,}() }", test.chain_depth)
        if test.did is not None:
            yield self._times("(p)-[:DID]->(e:Event)", self._event(test.did), test.did)

    def _department(self, test: DepartmentTest) -> str:
        above = "" if test.exact else "-[:PART_OF]->{0,}(d)"
        own = "(d:Department)" if test.exact else "(:Department)"
        tests = []
        if test.functions is not None:
            tests.append(f"d.function IN {self._add([one.value for one in test.functions])}")
        if test.name is not None:
            tests += self._text("d.name", test.name)
        return f"EXISTS {{ (p)-[:WORKS_IN]->{own}{above} WHERE {' AND '.join(tests)} }}"

    def _number(self, place: str, test: NumberTest) -> Iterator[str]:
        yield from self._compared(place, test)

    def _text(self, place: str, test: TextTest) -> Iterator[str]:
        yield from self._compared(place, test)
        if test.contains is not None:
            yield f"{place} CONTAINS {self._add(test.contains)}"
        if test.starts_with is not None:
            yield f"{place} STARTS WITH {self._add(test.starts_with)}"

    def _date(self, place: str, test: DateTest) -> Iterator[str]:
        yield from self._compared(place, test)
        today = self.context.today
        if test.in_last_days is not None:
            yield f"{place} > {self._add(today - timedelta(days=test.in_last_days))}"
            yield f"{place} <= {self._add(today)}"
        if test.in_next_days is not None:
            yield f"{place} > {self._add(today)}"
            yield f"{place} <= {self._add(today + timedelta(days=test.in_next_days))}"

    def _compared(self, place: str, test: NumberTest | TextTest | DateTest) -> Iterator[str]:
        for name, operator in _OPERATORS.items():
            wanted = getattr(test, name, None)
            if wanted is not None:
                value = list(wanted) if name == "in_" else wanted
                yield f"{place} {operator} {self._add(value)}"
        ends = getattr(test, "between", None)
        if ends is not None:
            yield f"{self._add(ends[0])} <= {place} <= {self._add(ends[1])}"


_OPERATORS = {"eq": "=", "ne": "<>", "in_": "IN", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def _known(tests: Iterator[str] | Sequence[str]) -> str:
    """Return the conjunction of tests as false where a value is missing."""
    return f"coalesce({' AND '.join(tests)}, false)"


def _joined(operator: str, parts: Sequence[str], nothing: str) -> str:
    return f"({operator.join(parts)})" if parts else nothing
