"""The index at one moment: runs, newer ones taking precedence; immutable, like all its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pyroaring import BitMap

from profilegraph.engines.bitmap.relations import Relations
from profilegraph.engines.bitmap.run import Hierarchies, IndexRun, MemoryUse, joined

_GROWTH = 4
"""A run is merged with the next newer one unless it is larger by this factor."""


@dataclass(frozen=True)
class IndexSnapshot:
    """The index at one moment; for each customer, the newest run that has read it is valid."""

    runs: tuple[IndexRun, ...]
    """The oldest first."""
    trees: Hierarchies

    @cached_property
    def valid(self) -> tuple[BitMap, ...]:
        """Return for each run the customers for which it is valid."""
        found: list[BitMap] = []
        newer = BitMap()
        for run in reversed(self.runs):
            found.append(run.read - newer)
            newer = newer | run.read
        return tuple(reversed(found))

    @cached_property
    def relations(self) -> Relations:
        """Return the relations between customers."""
        tables = [run.tables["relations"] for run in self.runs]
        return Relations.of(list(zip(tables, self.valid, strict=True)))

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the index takes."""
        return sum(self.sizes)

    @property
    def sizes(self) -> MemoryUse:
        """Return how many bytes of memory the index takes, by content."""
        return MemoryUse(*map(sum, zip(*(run.sizes for run in self.runs), strict=True)))

    @cached_property
    def customers(self) -> int:
        """Return the number of customers in the index."""
        runs = zip(self.runs, self.valid, strict=True)
        return sum(run.present.intersection_cardinality(mine) for run, mine in runs)

    def with_run(self, run: IndexRun) -> Self:
        """Return the snapshot with a new run on top.

        Runs are merged so that each is several times as large as the next: there are few of them,
        and each row is copied few times.
        """
        runs = [*self.runs, run]
        while len(runs) > 1 and len(runs[-2].read) < _GROWTH * len(runs[-1].read):
            older, newer = runs[-2:]
            runs[-2:] = [joined([older, newer], [older.read - newer.read, newer.read])]
        return type(self)(tuple(runs), self.trees)

    def with_trees(self, trees: Hierarchies) -> Self:
        """Return the snapshot with other hierarchies of teams and channels."""
        return type(self)(self.runs, trees)
