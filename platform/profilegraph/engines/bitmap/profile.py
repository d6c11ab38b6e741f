"""Leaves on the profile, for one run of the index: one function per leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.bitmap.bitmaps import (
    Mask,
    Ordinals,
    bitmap_of,
    bitmap_where,
    first_places,
    masked,
    ordinals_of,
    united,
)
from profilegraph.engines.bitmap.building import day_number
from profilegraph.engines.bitmap.columns import numbers_hold
from profilegraph.engines.bitmap.run import Hierarchies, IndexRun
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.engines.bitmap.taggings import Taggings
from profilegraph.language import nodes
from profilegraph.language.cohorts import PRIME, coefficients, span_of
from profilegraph.language.facts import Context
from profilegraph.language.nodes import BooleanTest, DateTest, NumberTest, TextTest, bounds
from profilegraph.language.nodes.parts import Counted
from profilegraph.language.predicates import text_holds
from profilegraph.language.resolve import tag_groups

FEWER = 8
"""The row lookup is used if the selected customers are fewer than all by this factor."""


@dataclass(frozen=True)
class LeafContext:
    """Where a leaf is evaluated: a run, its valid customers, the context and the catalogue."""

    run: IndexRun
    everyone: BitMap
    catalogue: Catalogue
    context: Context
    trees: Hierarchies

    def among(self, some: BitMap) -> LeafContext:
        """Return the same context restricted to some customers."""
        return replace(self, everyone=self.everyone & some)


LeafFunction: TypeAlias = Callable[[Any, LeafContext], BitMap]
"""Returns the customers of one run that match a leaf of one type."""


def counted(counted: Counted, table: IndexTable, rows: Mask, here: LeafContext) -> BitMap:
    """Return the customers with a matching number of rows of a mask."""
    return occurring(counted, masked(table.customer, rows), here.everyone)


def occurring(counted: Counted, customers: Ordinals, everyone: BitMap) -> BitMap:
    """Return the customers that occur a matching number of times in ascending ordinals."""
    least, most = bounds(counted)
    if (least, most) == (1, None):
        return bitmap_of(customers)
    who, times = grouped(customers)
    if least == 0:
        return everyone if most is None else everyone - bitmap_of(who[times > most])
    return bitmap_of(who[often_enough(counted, times)])


def often_enough(counted: Counted, times: NDArray[np.int64]) -> Mask:
    """Return the mask of the counts within the bounds of a leaf."""
    least, most = bounds(counted)
    return times >= least if most is None else (times >= least) & (times <= most)


def grouped(customers: Ordinals) -> tuple[Ordinals, NDArray[np.int64]]:
    """Return the distinct values of some ordinals, ascending, and the count of each, both of shape (k,)."""
    starts = first_places(customers)
    return customers[starts], np.diff(np.append(starts, len(customers)))


def tags(leaf: nodes.Tags, here: LeafContext) -> BitMap:
    """Return the customers that match a condition on the tags of one dimension."""
    groups = tag_groups(leaf, here.catalogue)
    wanted = [_carriers(leaf, group, here) for group in groups.wanted] or [here.everyone]
    found = reduce(BitMap.__and__, wanted)
    return found - _carriers(leaf, groups.refused, here) if groups.refused else found


def _carriers(leaf: nodes.Tags, keys: frozenset[str], here: LeafContext) -> BitMap:
    known = here.run.tags
    return united([_qualified(leaf, known[key], here.context) for key in keys if key in known])


def is_qualified(leaf: nodes.Tags) -> bool:
    """Return whether a leaf asks for more of a tagging than that it holds."""
    qualifiers = (leaf.min_confidence, leaf.min_weight, leaf.source, leaf.weekday)
    return leaf.tagged_within_days is not None or any(one is not None for one in qualifiers)


def _qualified(leaf: nodes.Tags, taggings: Taggings, context: Context) -> BitMap:
    tests = list(_qualifiers(leaf, taggings, context))
    if not tests:
        return taggings.carried(context.now)
    mask = np.logical_and.reduce([taggings.holds(context.now), *tests])
    return bitmap_of(masked(taggings.ordinals(), mask))


def _qualifiers(leaf: nodes.Tags, taggings: Taggings, context: Context) -> list[Mask]:
    confidence, weight, day = leaf.min_confidence, leaf.min_weight, leaf.weekday
    masks = []
    if confidence is not None:
        masks.append(taggings.confidence.where(lambda value: value >= confidence))
    if weight is not None:
        masks.append(taggings.weight.where(lambda value: value >= weight))
    if leaf.source is not None:
        masks.append(taggings.source.where(lambda value: value == leaf.source))
    if leaf.tagged_within_days is not None:
        since = context.now - timedelta(days=leaf.tagged_within_days)
        masks.append(taggings.since.later(since))
    if day is not None:
        masks.append(taggings.weekdays.where(lambda value: day in value))
    return masks


def attribute(leaf: nodes.AttributeLeaf, here: LeafContext) -> BitMap:
    """Return the customers whose attribute matches."""
    return _value(attribute_property(leaf.key), leaf.test, leaf.exists, here)


def metric(leaf: nodes.MetricLeaf, here: LeafContext) -> BitMap:
    """Return the customers whose metric matches."""
    return _value(metric_property(leaf.key), leaf.number, leaf.exists, here)


_Test = NumberTest | TextTest | DateTest | BooleanTest


def _value(key: str, test: _Test | None, exists: bool | None, here: LeafContext) -> BitMap:
    table = here.run.values.get(key)
    if test is None:
        known = BitMap() if table is None else bitmap_of(table.customer)
        return known if exists else here.everyone - known
    if table is None:
        return BitMap()
    if len(here.everyone) * FEWER < len(table):
        table = table.about(ordinals_of(here.everyone))
    return bitmap_where(table.customer, _passes(test, table["value"], here.context))


def _passes(test: _Test, column: Any, context: Context) -> Mask:
    match test:
        case NumberTest():
            mask: Mask = column.where(test)
            return mask
        case DateTest():
            return dates_hold(test, column.values, context)
        case TextTest():
            words: Mask = column.where(lambda value: text_holds(test, value))
            return words
        case BooleanTest():
            facts: Mask = column.where(lambda value: value is test.eq)
            return facts


def dates_hold(test: DateTest, days: NDArray[Any], context: Context) -> Mask:
    """Return the mask of the days, as numbers, that pass every comparison of a test."""
    exact = ("eq", "ne", "lt", "lte", "gt", "gte")
    numbers = {name: day_number(day) for name in exact if (day := getattr(test, name)) is not None}
    between = None if test.between is None else tuple(map(day_number, test.between))
    mask = np.ones(len(days), np.bool_)
    if numbers or between:
        mask &= numbers_hold(NumberTest(**numbers, between=between), days)  # type: ignore[arg-type]
    today = day_number(context.today)
    if test.in_last_days is not None:
        mask &= (days > today - test.in_last_days) & (days <= today)
    if test.in_next_days is not None:
        mask &= (days > today) & (days <= today + test.in_next_days)
    return mask


def cohort(leaf: nodes.Cohort, here: LeafContext) -> BitMap:
    """Return the customers that the leaf's salt places into its share."""
    table = here.run.cohorts
    numbers = table["value"]
    begin, end = span_of(leaf)
    place = np.zeros(len(table), np.int64)
    for coefficient in coefficients(leaf.salt):
        place = (place * numbers.values + coefficient) % PRIME
    mask = (begin <= place) & (place < end)
    return bitmap_where(table.customer, mask if numbers.present is None else mask & numbers.present)


LEAVES: Mapping[type[nodes.Leaf], LeafFunction] = {
    nodes.Tags: tags,
    nodes.AttributeLeaf: attribute,
    nodes.MetricLeaf: metric,
    nodes.Cohort: cohort,
}
