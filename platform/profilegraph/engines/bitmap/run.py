"""A run of the index: all that filters read about some customers as of one moment; immutable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import ordinals_of, size_of
from profilegraph.engines.bitmap.keys import Keys
from profilegraph.engines.bitmap.tables import SCHEMA, IndexTable, References
from profilegraph.engines.bitmap.taggings import Taggings

_NUMBERED = {"person": "people", "opportunity": "opportunities"}
"""The table that a reference points to; a table of that name numbers its own rows by `number`."""


class MemoryUse(NamedTuple):
    """Bytes of memory by content; the sum is the size of the index."""

    customers: int = 0
    """Customers, keys, attributes, metrics, and everything not listed below."""
    taggings: int = 0
    events: int = 0


@dataclass(frozen=True)
class Hierarchies:
    """The ancestors of employees and channels, by key, the nearest first."""

    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The teams of each employee, the employee's own team first."""
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Each channel itself, then its ancestors."""

    def cover(self, level: IndexRun) -> bool:
        """Return whether all employees and channels that a run's rows name are present.

        Others may have been recorded, together with the rows that name them, after the hierarchies
        were read.
        """
        named = (("owners", "employee", self.teams), ("arrivals", "channel", self.channels))
        return all(
            key in known for kind, name, known in named for key in level.tables[kind][name].values
        )


@dataclass(frozen=True)
class IndexRun:
    """The data of the customers of one run."""

    read: BitMap
    """All ordinals that were read, also those without a customer."""
    present: BitMap
    """The ordinals of customers that are not merged into another."""
    keys: Keys
    people: Keys
    """The keys of decision-makers, by row number."""
    cohorts: IndexTable
    values: Mapping[str, IndexTable]
    """By property in the graph: attributes and metrics."""
    tags: Mapping[str, Taggings]
    events: Mapping[str, IndexTable]
    """By type."""
    tables: Mapping[str, IndexTable]
    """By kind, as in `SCHEMA`."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """The number of row numbers assigned, by kind."""

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the run takes."""
        return sum(self.sizes)

    @cached_property
    def sizes(self) -> MemoryUse:
        """Return how many bytes of memory the run takes, by content."""
        tables = [self.cohorts, *self.values.values(), *self.tables.values()]
        sets = size_of(self.read) + size_of(self.present)
        return MemoryUse(
            customers=sets
            + self.keys.nbytes
            + self.people.nbytes
            + sum(table.nbytes for table in tables),
            taggings=sum(taggings.nbytes for taggings in self.tags.values()),
            events=sum(table.nbytes for table in self.events.values()),
        )


def joined(levels: Sequence[IndexRun], valid: Sequence[BitMap]) -> IndexRun:
    """Return the union of several runs, each restricted to the customers for which it is valid."""
    kept = [cut(level, mine) for level, mine in zip(levels, valid, strict=True)]
    numbers = dict.fromkeys(_NUMBERED.values(), 0)
    moved = []
    for level in kept:
        moved.append(_moved(level, dict(numbers)))
        for kind in numbers:
            numbers[kind] += level.numbers.get(kind, 0)
    return IndexRun(
        read=BitMap.union(*(level.read for level in moved)),
        present=BitMap.union(*(level.present for level in moved)),
        keys=Keys.joined([level.keys for level in moved]),
        people=Keys.joined([level.people for level in moved]),
        cohorts=IndexTable.joined([level.cohorts for level in moved]),
        values=_by_name([level.values for level in moved]),
        tags={
            key: Taggings.joined([level.tags[key] for level in moved if key in level.tags])
            for key in _names([level.tags for level in moved])
        },
        events=_by_name([level.events for level in moved]),
        tables=_by_name([level.tables for level in moved]),
        numbers=numbers,
    )


def cut(level: IndexRun, mine: BitMap) -> IndexRun:
    """Return a run restricted to some of its customers."""
    if mine == level.read:
        return level
    keep = ordinals_of(mine)
    tables = {kind: table.about(keep) for kind, table in level.tables.items()}
    return IndexRun(
        read=mine,
        present=level.present & mine,
        keys=level.keys.take(keep),
        people=level.people.take(tables["people"]["number"].numbers.values),
        cohorts=level.cohorts.about(keep),
        values={key: table.about(keep) for key, table in level.values.items()},
        tags={key: taggings.cut(mine) for key, taggings in level.tags.items()},
        events={key: table.about(keep) for key, table in level.events.items()},
        tables={key: table.about(keep) for key, table in level.tables.items()},
        numbers=level.numbers,
    )


def _moved(level: IndexRun, by: Mapping[str, int]) -> IndexRun:
    if not any(by.values()):
        return level
    tables = {
        kind: table.moved({name: by[to] for name, to in _references(kind)})
        for kind, table in level.tables.items()
    }
    events = {key: table.moved({"person": by["people"]}) for key, table in level.events.items()}
    people = level.people.moved(by["people"])
    return replace(level, people=people, tables=tables, events=events)


def _references(kind: str) -> Iterator[tuple[str, str]]:
    """Yield each column of a table that holds row numbers, and the kind of those rows."""
    for name, column in SCHEMA[kind].items():
        if column is References:
            yield name, _NUMBERED.get(name, kind)


def _by_name(named: Sequence[Mapping[str, IndexTable]]) -> dict[str, IndexTable]:
    return {
        name: IndexTable.joined([tables[name] for tables in named if name in tables])
        for name in _names(named)
    }


def _names(named: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({name for one in named for name in one})
