"""What a customer is, as Cypher: tags, attributes, metrics, cohorts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import assert_never

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.segments.cohorts import PRIME, coefficients, span_of
from profilegraph.segments.cypher import comparing
from profilegraph.segments.cypher.comparing import joined, known
from profilegraph.segments.cypher.scope import Scope
from profilegraph.segments.meaning import tag_groups
from profilegraph.segments.nodes import (
    Attribute,
    BooleanTest,
    Cohort,
    DateTest,
    Metric,
    NumberTest,
    Tags,
    TextTest,
)


def tags(leaf: Tags, scope: Scope) -> str:
    """Return the predicate on the tags of one dimension."""
    groups = tag_groups(leaf, scope.catalogue)
    qualifiers = list(_qualifiers(leaf, scope))
    wanted = [f"EXISTS {{ {_tagging(group, qualifiers, scope)} }}" for group in groups.wanted]
    refused = (
        [f"NOT EXISTS {{ {_tagging(groups.refused, qualifiers, scope)} }}"]
        if groups.refused
        else []
    )
    return joined(" AND ", wanted + refused, "true")


def _tagging(keys: frozenset[str], qualifiers: Sequence[str], scope: Scope) -> str:
    edge, tag = scope.name("t"), scope.name("g")
    tests = [f"{tag}.key IN {scope.add(sorted(keys))}", *qualifiers]
    return f"({scope.customer})-[{edge}:TAGGED]->({tag}:Tag) WHERE {' AND '.join(tests)}"


def _qualifiers(leaf: Tags, scope: Scope) -> Iterator[str]:
    edge, moment = scope.name("t"), scope.context.now
    now = scope.add(moment)
    yield f"{edge}.since <= {now}"
    yield f"({edge}.until IS NULL OR {edge}.until > {now})"
    if leaf.min_confidence is not None:
        yield f"{edge}.confidence >= {scope.add(leaf.min_confidence)}"
    if leaf.min_weight is not None:
        yield f"{edge}.weight >= {scope.add(leaf.min_weight)}"
    if leaf.source is not None:
        yield f"{edge}.source = {scope.add(leaf.source.value)}"
    if leaf.tagged_within_days is not None:
        yield f"{edge}.since > {scope.add(moment - timedelta(days=leaf.tagged_within_days))}"
    if leaf.weekday is not None:
        yield f"{scope.add(leaf.weekday)} IN {edge}.weekdays"


def attribute(leaf: Attribute, scope: Scope) -> str:
    """Return the predicate on a field of the customer."""
    place = f"{scope.customer}[{scope.add(attribute_property(leaf.key))}]"
    match leaf.test:
        case NumberTest() | None:
            return _number_or_existence(place, leaf.number, leaf.exists, scope)
        case TextTest() as test:
            return known(comparing.text(place, test, scope))
        case DateTest() as test:
            return known(comparing.date(place, test, scope))
        case BooleanTest() as test:
            return known([f"{place} = {scope.add(test.eq)}"])
        case _:
            assert_never(leaf.test)


def metric(leaf: Metric, scope: Scope) -> str:
    """Return the predicate on a number that a model computed."""
    place = f"{scope.customer}[{scope.add(metric_property(leaf.key))}]"
    return _number_or_existence(place, leaf.number, leaf.exists, scope)


def _number_or_existence(
    place: str, test: NumberTest | None, exists: bool | None, scope: Scope
) -> str:
    if test is None:
        return f"{place} IS NOT NULL" if exists else f"{place} IS NULL"
    return known(comparing.number(place, test, scope))


def cohort(leaf: Cohort, scope: Scope) -> str:
    """Return the predicate on where the leaf's salt puts the customer."""
    begin, end = span_of(leaf)
    prime, dealt = scope.add(PRIME), f"{scope.customer}.cohort"
    first, *others = (scope.add(one) for one in coefficients(leaf.salt))
    place = first
    for coefficient in others:
        place = f"(({place} * {dealt} + {coefficient}) % {prime})"
    return known([f"{scope.add(begin)} <= {place} < {scope.add(end)}"])
