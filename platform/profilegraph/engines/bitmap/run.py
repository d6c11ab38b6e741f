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

    def cover(self, run: IndexRun) -> bool:
        """Return whether all employees and channels that a run's rows name are present.

        Others may have been recorded, together with the rows that name them, after the hierarchies
        were read.
        """
        named = (("owners", "employee", self.teams), ("arrivals", "channel", self.channels))
        return all(
            key in known for kind, name, known in named for key in run.tables[kind][name].values
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


def joined(runs: Sequence[IndexRun], valid: Sequence[BitMap]) -> IndexRun:
    """Return the union of several runs, each restricted to the customers for which it is valid."""
    kept = [cut(run, mine) for run, mine in zip(runs, valid, strict=True)]
    numbers = dict.fromkeys(_NUMBERED.values(), 0)
    moved = []
    for run in kept:
        moved.append(_moved(run, dict(numbers)))
        for kind in numbers:
            numbers[kind] += run.numbers.get(kind, 0)
    return IndexRun(
        read=BitMap.union(*(run.read for run in moved)),
        present=BitMap.union(*(run.present for run in moved)),
        keys=Keys.joined([run.keys for run in moved]),
        people=Keys.joined([run.people for run in moved]),
        cohorts=IndexTable.joined([run.cohorts for run in moved]),
        values=_by_name([run.values for run in moved]),
        tags={
            key: Taggings.joined([run.tags[key] for run in moved if key in run.tags])
            for key in _names([run.tags for run in moved])
        },
        events=_by_name([run.events for run in moved]),
        tables=_by_name([run.tables for run in moved]),
        numbers=numbers,
    )


def cut(run: IndexRun, mine: BitMap) -> IndexRun:
    """Return a run restricted to some of its customers."""
    if mine == run.read:
        return run
    keep = ordinals_of(mine)
    tables = {kind: table.about(keep) for kind, table in run.tables.items()}
    return IndexRun(
        read=mine,
        present=run.present & mine,
        keys=run.keys.take(keep),
        people=run.people.take(tables["people"]["number"].numbers.values),
        cohorts=run.cohorts.about(keep),
        values={key: table.about(keep) for key, table in run.values.items()},
        tags={key: taggings.cut(mine) for key, taggings in run.tags.items()},
        events={key: table.about(keep) for key, table in run.events.items()},
        tables={key: table.about(keep) for key, table in run.tables.items()},
        numbers=run.numbers,
    )


def _moved(run: IndexRun, by: Mapping[str, int]) -> IndexRun:
    if not any(by.values()):
        return run
    tables = {
        kind: table.moved({name: by[to] for name, to in _references(kind)})
        for kind, table in run.tables.items()
    }
    events = {key: table.moved({"person": by["people"]}) for key, table in run.events.items()}
    people = run.people.moved(by["people"])
    return replace(run, people=people, tables=tables, events=events)


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
