"""What a customer is, as Cypher: tags, attributes, metrics, cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import assert_never

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.segments.cohorts import PRIME, coefficients, span_of
from profilegraph.segments.cypher import comparing
from profilegraph.segments.cypher.comparing import joined, known
from profilegraph.segments.cypher.frame import Frame
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

_EVER = "TAGGED|WAS_TAGGED|WAS_SAID"


def tags(leaf: Tags, frame: Frame) -> str:
    """Return the predicate on the tags of one dimension."""
    groups = tag_groups(leaf, frame.catalogue)
    qualifiers = [*_carried_now(frame), *_qualifiers(leaf, frame)]
    wanted = [f"EXISTS {{ {_tagging(group, qualifiers, frame)} }}" for group in groups.wanted]
    refused = (
        [f"NOT EXISTS {{ {_tagging(groups.refused, qualifiers, frame)} }}"]
        if groups.refused
        else []
    )
    return joined(" AND ", wanted + refused, "true")


def _tagging(keys: frozenset[str], qualifiers: Sequence[str], frame: Frame) -> str:
    edge, tag = frame.name("t"), frame.name("g")
    tests = [f"{tag}.key IN {frame.add(sorted(keys))}", *qualifiers]
    kind = _EVER if frame.context.past else "TAGGED"
    return f"({frame.customer})-[{edge}:{kind}]->({tag}:Tag) WHERE {' AND '.join(tests)}"


def carried(keys: frozenset[str], frame: Frame) -> str:
    """Return the pattern of the taggings that the customer carries now, of these full tag keys."""
    return _tagging(keys, list(_carried_now(frame)), frame)


def _carried_now(frame: Frame) -> Iterator[str]:
    edge, now = frame.name("t"), frame.add(frame.context.now)
    yield f"{edge}.since <= {now}"
    yield f"({edge}.until IS NULL OR {edge}.until > {now})"
    if frame.context.past:
        yield f"coalesce({edge}.said, {edge}.since) <= {now}"


def _qualifiers(leaf: Tags, frame: Frame) -> Iterator[str]:
    edge, moment = frame.name("t"), frame.context.now
    if leaf.min_confidence is not None:
        yield f"{edge}.confidence >= {frame.add(leaf.min_confidence)}"
    if leaf.min_weight is not None:
        yield f"{edge}.weight >= {frame.add(leaf.min_weight)}"
    if leaf.source is not None:
        yield f"{edge}.source = {frame.add(leaf.source.value)}"
    if leaf.tagged_within_days is not None:
        yield f"{edge}.since > {frame.add(moment - timedelta(days=leaf.tagged_within_days))}"
    if leaf.weekday is not None:
        yield f"{frame.add(leaf.weekday)} IN {edge}.weekdays"


def attribute(leaf: Attribute, frame: Frame) -> str:
    """Return the predicate on a field of the customer."""
    place = f"{frame.customer}[{frame.add(attribute_property(leaf.key))}]"
    match leaf.test:
        case NumberTest() | None:
            return _number_or_existence(place, leaf.number, leaf.exists, frame)
        case TextTest() as test:
            return known(comparing.text(place, test, frame))
        case DateTest() as test:
            return known(comparing.date(place, test, frame))
        case BooleanTest() as test:
            return known([f"{place} = {frame.add(test.eq)}"])
        case _:
            assert_never(leaf.test)


def metric(leaf: Metric, frame: Frame) -> str:
    """Return the predicate on a number that a model computed."""
    place = f"{frame.customer}[{frame.add(metric_property(leaf.key))}]"
    return _number_or_existence(place, leaf.number, leaf.exists, frame)


def _number_or_existence(
    place: str, test: NumberTest | None, exists: bool | None, frame: Frame
) -> str:
    if test is None:
        return f"{place} IS NOT NULL" if exists else f"{place} IS NULL"
    return known(comparing.number(place, test, frame))


def listed(ordinals: Iterable[int], frame: Frame) -> str:
    """Return the predicate on being one of the customers with these ordinals."""
    return known([f"{frame.customer}.ordinal IN {frame.add(list(ordinals))}"])


def cohort(leaf: Cohort, frame: Frame) -> str:
    """Return the predicate on where the leaf's salt puts the customer."""
    begin, end = span_of(leaf)
    prime, dealt = frame.add(PRIME), f"{frame.customer}.cohort"
    first, *others = (frame.add(one) for one in coefficients(leaf.salt))
    place = first
    for coefficient in others:
        place = f"(({place} * {dealt} + {coefficient}) % {prime})"
    return known([f"{frame.add(begin)} <= {place} < {frame.add(end)}"])
