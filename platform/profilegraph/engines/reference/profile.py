"""Leaves on the profile: tags, attributes, metrics, cohorts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, assert_never

from profilegraph.domain.records.customers import Tagging
from profilegraph.engines.reference.findings import (
    CohortPlace,
    CustomerContext,
    Finding,
    LeafDecision,
    Value,
)
from profilegraph.language.cohorts import PRIME, position, span_of
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
from profilegraph.language.predicates import date_holds, number_holds, text_holds
from profilegraph.language.resolve import tag_groups


def carried(tagging: Tagging, context: Context) -> bool:
    """Return whether a customer carries a tagging now."""
    return tagging.since <= context.now and (tagging.until is None or tagging.until > context.now)


def tagging_holds(leaf: Tags, tagging: Tagging, context: Context) -> bool:
    """Return whether a tagging matches a leaf's qualifiers, regardless of its tag and validity."""
    within = leaf.tagged_within_days
    return (
        (leaf.min_confidence is None or tagging.confidence >= leaf.min_confidence)
        and (leaf.min_weight is None or tagging.weight >= leaf.min_weight)
        and (leaf.source is None or tagging.source is leaf.source)
        and (within is None or tagging.since > context.now - timedelta(days=within))
        and (leaf.weekday is None or leaf.weekday in tagging.weekdays)
    )


def tags(leaf: Tags, here: CustomerContext) -> Finding:
    """Return whether the customer's tags match."""
    groups = tag_groups(leaf, here.catalogue)
    carries = [one for one in here.facts.taggings if carried(one, here.context)]
    taggings = [one for one in carries if tagging_holds(leaf, one, here.context)]
    holds = all(any(t.tag in group for t in taggings) for group in groups.wanted) and not any(
        t.tag in groups.refused for t in taggings
    )
    # Of a condition that fails, what the customer carries now instead is the answer to "why not?".
    shown = taggings if holds else carries
    return Finding(holds, [tagging for tagging in shown if tagging.dimension == leaf.dimension])


def attribute(leaf: AttributeLeaf, here: CustomerContext) -> Finding:
    """Return whether an attribute of the customer matches."""
    value = here.facts.attributes.get(leaf.key)
    return Finding(_value_holds(leaf, value, here.context), [Value(leaf.key, value)])


def metric(leaf: MetricLeaf, here: CustomerContext) -> Finding:
    """Return whether a metric of the customer matches."""
    number = here.facts.metrics.get(leaf.key)
    return Finding(_value_holds(leaf, number, here.context), [Value(leaf.key, number)])


def cohort(leaf: Cohort, here: CustomerContext) -> Finding:
    """Return whether the leaf's salt places the customer into its share."""
    if here.facts.cohort is None:
        return Finding(False)
    place = position(here.facts.cohort, leaf.salt)
    begin, end = span_of(leaf)
    return Finding(begin <= place < end, [CohortPlace(leaf.salt, place / PRIME)])


def _value_holds(leaf: AttributeLeaf | MetricLeaf, value: Any, context: Context) -> bool:
    if leaf.exists is not None:
        return leaf.exists is (value is not None)
    test = leaf.test if isinstance(leaf, AttributeLeaf) else leaf.number
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


LEAVES: Mapping[type[Leaf], LeafDecision] = {
    Tags: tags,
    AttributeLeaf: attribute,
    MetricLeaf: metric,
    Cohort: cohort,
}
