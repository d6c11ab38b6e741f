"""Builds a run of the index from rows of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from pyroaring import BitMap

from profilegraph.engines.bitmap.columns import Column, DictionaryColumn, Moments, Numbers
from profilegraph.engines.bitmap.keys import Keys
from profilegraph.engines.bitmap.run import IndexRun
from profilegraph.engines.bitmap.tables import EVENT, NUMBER, SCHEMA, WORD, IndexTable, Row
from profilegraph.engines.bitmap.taggings import Taggings
from profilegraph.errors import IndexUnable

_ALIKE: tuple[frozenset[type], ...] = (
    frozenset({int, float}),
    frozenset({str}),
    frozenset({bool}),
    frozenset({date}),
)
"""Types of values that one column can hold."""
_DAY_ZERO = date(1970, 1, 1)


@dataclass
class Rows:
    """The rows read for some customers. Each row begins with the customer's ordinal.

    Moments are whole microseconds since 1970 UTC, amounts whole ten-thousandths of the currency.
    """

    customers: list[Row] = field(default_factory=list)
    """Ordinal, key, cohort number, and whether it was merged into another."""
    values: dict[str, list[Row]] = field(default_factory=dict)
    """By property of the customer (an attribute or a metric): ordinal and value."""
    taggings: list[Sequence[Any]] = field(default_factory=list)
    """Tag, source, ordinals, their moments, and the properties of each.

    These are [until, confidence, weight, weekdays], or None if all have their defaults (none, 1, 1,
    none).
    """
    events: dict[str, list[Row]] = field(default_factory=dict)
    """By type: ordinal, moment, channel, content, amount, person."""
    tables: dict[str, list[Row]] = field(default_factory=dict)
    """By kind: ordinal and the columns of `SCHEMA`; who and what is referred to by key."""


def build(rows: Rows, read: BitMap) -> IndexRun:
    """Return the run that is built of the rows read for some ordinals.

    Raises IndexUnable if a property has values of several types.
    """
    people = _numbered(rows.tables.get("people", ()))
    sales = _numbered(rows.tables.get("opportunities", ()))
    renumbered = {
        "people": _refer(rows.tables.get("people", ()), {1: people}),
        "workplaces": _refer(rows.tables.get("workplaces", ()), {1: people}),
        "parts": _refer(rows.tables.get("parts", ()), {1: people, 3: sales}),
        "opportunities": _refer(rows.tables.get("opportunities", ()), {1: sales}),
    }
    return IndexRun(
        read=read,
        present=BitMap(row[0] for row in rows.customers if not row[3]),
        keys=Keys.of((row[0], row[1]) for row in rows.customers),
        people=Keys.of((number, key) for key, number in people.items()),
        cohorts=IndexTable.of(NUMBER, [(row[0], row[2]) for row in rows.customers]),
        values={key: _values(key, some) for key, some in rows.values.items()},
        tags=_tags(rows.taggings),
        events={
            type_: IndexTable.of(EVENT, _refer(some, {5: people}))
            for type_, some in rows.events.items()
        },
        tables={
            kind: IndexTable.of(schema, renumbered.get(kind, rows.tables.get(kind, ())))
            for kind, schema in SCHEMA.items()
        },
        numbers={"people": len(people), "opportunities": len(sales)},
    )


def _numbered(rows: Iterable[Row]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for row in rows:
        numbers.setdefault(row[1], len(numbers))
    return numbers


def _refer(rows: Iterable[Row], known: Mapping[int, Mapping[str, int]]) -> list[Row]:
    """Return rows with the keys at some places replaced by row numbers, or by None if unknown."""
    return [
        [known[place].get(value) if place in known else value for place, value in enumerate(row)]
        for row in rows
    ]


def _values(key: str, rows: Sequence[Row]) -> IndexTable:
    first = rows[0][1]
    types = {type(value) for _, value in rows}
    if not any(types <= alike for alike in _ALIKE):
        raise IndexUnable(
            f"the property {key!r} of customers has values of several types, or of none that is known.",
            hint="Somebody has written to the graph directly: mend the values, then rebuild.",
        )
    if isinstance(first, bool | str):
        return IndexTable.of(WORD, rows)
    if isinstance(first, date):
        return IndexTable.of(NUMBER, [(ordinal, day_number(day)) for ordinal, day in rows])
    return IndexTable.of(NUMBER, rows)


def day_number(day: date) -> int:
    """Return the number of days from 1970-01-01 to a day."""
    return (day - _DAY_ZERO).days


def _tags(blocks: Iterable[Sequence[Any]]) -> dict[str, Taggings]:
    by_tag: dict[str, list[Sequence[Any]]] = {}
    for block in blocks:
        by_tag.setdefault(block[0], []).append(block[1:])
    return {tag: Taggings.of(_tagging_table(some)) for tag, some in by_tag.items()}


def _tagging_table(blocks: Sequence[Sequence[Any]]) -> IndexTable:
    return IndexTable.joined([_block(*block) for block in blocks])


def _block(
    source: str, customers: Sequence[int], since: Sequence[int], odd: Sequence[Sequence[Any]]
) -> IndexTable:
    size = len(customers)
    columns: dict[str, Column] = {
        "since": Moments.of(since),
        "source": DictionaryColumn.same(source, size),
    }
    if odd:
        until, confidence, weight, weekdays = zip(*odd, strict=True)
        columns["until"] = Numbers.of(until)
        columns["confidence"] = DictionaryColumn.of(confidence)
        columns["weight"] = DictionaryColumn.of(weight)
        columns["weekdays"] = DictionaryColumn.of(map(tuple, weekdays))
    else:
        columns["until"] = Numbers.missing(size)
        columns["confidence"] = columns["weight"] = DictionaryColumn.same(1.0, size)
        columns["weekdays"] = DictionaryColumn.same((), size)
    return IndexTable(np.array(customers, np.uint32), columns)
