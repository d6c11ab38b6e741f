"""Cypher of leaves on the profile: tags, attributes, metrics, cohorts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, assert_never

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher import comparisons
from profilegraph.engines.cypher.comparisons import FIRST
from profilegraph.engines.cypher.queries import FOUND, LeafCompiler, LeafQueries, Query
from profilegraph.language.cohorts import PRIME, coefficients, span_of
from profilegraph.language.facts import Context
from profilegraph.language.nodes import (
    AttributeLeaf,
    BooleanTest,
    Cohort,
    DateTest,
    Leaf,
    MetricLeaf,
    NumberTest,
    Tags,
    TextTest,
)
from profilegraph.language.resolve import tag_groups

CARRIED = {
    False: "t.since <= $q.now AND coalesce(t.until > $q.now, true)",
    True: "t.since <= $q.now AND coalesce(t.until > $q.now, true)"
    " AND coalesce(t.said, t.since) <= $q.now",
}
"""The predicate that a tagging holds, now or (True) at a moment of the past."""
TAGGINGS = {False: "TAGGED", True: "TAGGED|WAS_TAGGED|WAS_SAID"}
_QUALIFIED = (
    "($q.confidence IS NULL OR t.confidence >= $q.confidence)"
    " AND ($q.weight IS NULL OR t.weight >= $q.weight)"
    " AND ($q.source IS NULL OR t.source = $q.source)"
    " AND t.since > $q.after"
    " AND ($q.weekday IS NULL OR $q.weekday IN t.weekdays)"
)
_TAGS = {
    past: f"MATCH (c:Customer)-[t:{TAGGINGS[past]}]->(g:Tag) WHERE g.key IN $q.keys"
    f" AND {CARRIED[past]} AND {_QUALIFIED} {FOUND}"
    for past in (False, True)
}
_HEAD = "MATCH (c:Customer) WITH c, c[$q.property] AS value"
_NUMBER = f"{_HEAD} WHERE {comparisons.number('value', '$q.test')} {FOUND}"
_TEXT = f"{_HEAD} WHERE {comparisons.text('value', '$q.test')} {FOUND}"
_DATE = f"{_HEAD} WHERE {comparisons.day('value', '$q.test')} {FOUND}"
_BOOLEAN = f"{_HEAD} WHERE value = $q.test {FOUND}"
_EXISTS = f"{_HEAD} WHERE value IS NOT NULL {FOUND}"
_PLACE = "$q.c0"
for _one in ("$q.c1", "$q.c2", "$q.c3"):
    _PLACE = f"(({_PLACE} * c.cohort + {_one}) % $q.prime)"
_COHORT = (
    f"MATCH (c:Customer) WITH c, {_PLACE} AS place"
    f" WHERE $q.begin <= place AND place < $q.end {FOUND}"
)

STATEMENTS = (*_TAGS.values(), _NUMBER, _TEXT, _DATE, _BOOLEAN, _EXISTS, _COHORT)
"""All statements of this module."""


def tags(leaf: Tags, catalogue: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the tags of one dimension: one per group of tags."""
    groups = tag_groups(leaf, catalogue)
    qualified = _qualifiers(leaf, context)

    def carriers(keys: frozenset[str]) -> Query:
        return Query(_TAGS[context.past], {**qualified, "keys": sorted(keys)})

    refused = (carriers(groups.refused),) if groups.refused else ()
    return LeafQueries(tuple(map(carriers, groups.wanted)), refused)


def _qualifiers(leaf: Tags, context: Context) -> Mapping[str, Any]:
    days = leaf.tagged_within_days
    return {
        "now": context.now,
        "confidence": leaf.min_confidence,
        "weight": leaf.min_weight,
        "source": None if leaf.source is None else leaf.source.value,
        "after": FIRST if days is None else context.now - timedelta(days=days),
        "weekday": leaf.weekday,
    }


def attribute(leaf: AttributeLeaf, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on an attribute."""
    name = attribute_property(leaf.key)
    match leaf.test:
        case NumberTest() | None:
            return _number_or_existence(name, leaf.number, leaf.exists)
        case TextTest() as test:
            return _valued(_TEXT, name, comparisons.text_values(test))
        case DateTest() as test:
            return _valued(_DATE, name, comparisons.day_values(test, context.today))
        case BooleanTest() as test:
            return _valued(_BOOLEAN, name, test.eq)
        case _:
            assert_never(leaf.test)


def metric(leaf: MetricLeaf, _catalogue: Catalogue, _context: Context) -> LeafQueries:
    """Return the queries of a leaf on a metric."""
    return _number_or_existence(metric_property(leaf.key), leaf.number, leaf.exists)


def _number_or_existence(name: str, test: NumberTest | None, exists: bool | None) -> LeafQueries:
    if test is not None:
        return _valued(_NUMBER, name, comparisons.number_values(test))
    known = (Query(_EXISTS, {"property": name}),)
    return LeafQueries(required=known) if exists else LeafQueries(excluded=known)


def _valued(statement: str, name: str, test: Any) -> LeafQueries:
    return LeafQueries((Query(statement, {"property": name, "test": test}),))


def cohort(leaf: Cohort, _catalogue: Catalogue, _context: Context) -> LeafQueries:
    """Return the query of a leaf on the share of a salt."""
    begin, end = span_of(leaf)
    named = {f"c{power}": one for power, one in enumerate(coefficients(leaf.salt))}
    return LeafQueries((Query(_COHORT, {**named, "prime": PRIME, "begin": begin, "end": end}),))


LEAVES: Mapping[type[Leaf], LeafCompiler] = {
    Tags: tags,
    AttributeLeaf: attribute,
    MetricLeaf: metric,
    Cohort: cohort,
}
