"""Simulates a change of tags on the index; the index itself is not changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from pyroaring import BitMap

from profilegraph.domain.taxonomy_changes.retagging import CarriedTagging, Rule, settled
from profilegraph.engines.bitmap.columns import microseconds_of
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.engines.bitmap.taggings import Taggings, table_of


@dataclass(frozen=True)
class RetaggingStep:
    """A rule, and the customers whose taggings it applies to; None for all."""

    rule: Rule
    customers: BitMap | None = None


@dataclass(frozen=True)
class Retagged:
    """A snapshot after some steps, and what they changed."""

    view: IndexSnapshot
    touched: BitMap
    """Customers with a changed tagging."""
    taggings: int
    """The number of changed taggings."""
    lost: Mapping[str, BitMap]
    """By tag, the customers that lose it because another of their tags replaces it."""


def retagged(view: IndexSnapshot, steps: Iterable[RetaggingStep], now: datetime) -> Retagged:
    """Return the snapshot after some steps, applied in order."""
    done = _Done()
    runs = list(view.runs)
    for step in steps:
        for place, (run, mine) in enumerate(zip(runs, view.valid, strict=True)):
            runs[place] = _after(run, mine, step, microseconds_of(now), done)
    view = IndexSnapshot(tuple(runs), view.trees)
    return Retagged(view, done.touched, done.taggings, dict(done.lost))


@dataclass
class _Done:
    touched: BitMap = field(default_factory=BitMap)
    taggings: int = 0
    lost: dict[str, BitMap] = field(default_factory=lambda: defaultdict(BitMap))


def _after(run: IndexRun, mine: BitMap, step: RetaggingStep, now: int, done: _Done) -> IndexRun:
    customers = mine if step.customers is None else mine & step.customers
    tables = {key: table_of(run.tags[key]) for key in _concerned(run, step.rule)}
    gone: dict[str, list[int]] = defaultdict(list)
    come: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for ordinal, some in _by_customer(tables, customers).items():
        for fate in settled(some, step.rule, now):
            tag, place = fate.tagging.tag, fate.tagging.handle
            gone[tag].append(place)
            done.touched.add(ordinal)
            done.taggings += 1
            if fate.to is not None:
                come[fate.to].append((tag, place))
            elif fate.lost:
                done.lost[tag].add(ordinal)
    if not gone:
        return run
    tags = dict(run.tags)
    for key in {*gone, *come}:
        parts = _kept(tables.get(key), gone.get(key, ()))
        parts += _arriving(tables, come.get(key, ()))
        tags.pop(key, None)
        if parts:
            tags[key] = Taggings.of(IndexTable.joined(parts))
    return replace(run, tags=tags)


def _concerned(run: IndexRun, rule: Rule) -> list[str]:
    """Return the tags that a rule reads."""
    named, rivals = rule.tags, rule.rivals
    return [key for key in run.tags if key in named or key.partition("/")[0] in rivals]


def _by_customer(
    tables: Mapping[str, IndexTable], customers: BitMap
) -> dict[int, list[CarriedTagging[int]]]:
    found: dict[int, list[CarriedTagging[int]]] = defaultdict(list)
    for key, table in tables.items():
        since = table["since"].microseconds().tolist()
        until = table["until"]
        ends = until.values.tolist()
        given = [True] * len(ends) if until.present is None else until.present.tolist()
        for place, ordinal in enumerate(table.customer.tolist()):
            if ordinal in customers:
                end = int(ends[place]) if given[place] else None
                found[ordinal].append(CarriedTagging(key, since[place], end, place))
    return found


def _kept(table: IndexTable | None, gone: Iterable[int]) -> list[IndexTable]:
    if table is None:
        return []
    mask = table.everything()
    mask[list(gone)] = False
    return [table.take(np.flatnonzero(mask))] if mask.any() else []


def _arriving(
    tables: Mapping[str, IndexTable], come: Iterable[tuple[str, int]]
) -> list[IndexTable]:
    places: dict[str, list[int]] = defaultdict(list)
    for tag, place in come:
        places[tag].append(place)
    return [tables[tag].take(np.array(sorted(some), np.intp)) for tag, some in places.items()]
