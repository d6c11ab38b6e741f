"""Which customers are related, asked of all levels at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from profilegraph.domain.customers import RelationKind
from profilegraph.errors import IndexUnable
from profilegraph.index.bitmaps import Ordinals, ordinals_of
from profilegraph.index.leaves import occurring
from profilegraph.index.tables import Table
from profilegraph.segments.nodes import Related

MOST_PAIRS = 20_000_000
"""Pairs of customers that one condition may lead to; of more, Neo4j is asked."""
_Pairs = NDArray[np.uint64]
_LOW = np.uint64(0xFFFF_FFFF)
_HIGH = np.uint64(32)


@dataclass(frozen=True)
class Relations:
    """Who is what to whom, in the order of the customers."""

    table: Table

    @classmethod
    def of(cls, tables: Sequence[tuple[Table, BitMap]]) -> Self:
        """Return the relations of levels' tables, each of the customers that its level speaks for."""
        return cls(Table.joined([table.about(ordinals_of(mine)) for table, mine in tables]))

    def with_matching(self, leaf: Related, matching: BitMap, everyone: BitMap) -> BitMap:
        """Return who has as many related customers among `matching` as are asked for.

        Raises IndexUnable where the relations lead to too many.
        """
        pairs = self._reached(leaf)
        others = (pairs & _LOW).astype(np.uint32)
        customers = (pairs >> _HIGH).astype(np.uint32)
        return occurring(leaf, customers[np.isin(others, ordinals_of(matching))], everyone)

    def _reached(self, leaf: Related) -> _Pairs:
        """Return each pair of a customer and another that steps of the asked kinds lead to."""
        kinds = frozenset(RelationKind if leaf.kinds is None else leaf.kinds)
        rows = self.table["kind"].where(lambda kind: kind in kinds)
        starts = self.table.customer[rows]
        ends = self.table["other"].values[rows].astype(np.uint32)
        found = fresh = _different(_pairs(starts, ends))
        for _ in range(leaf.distance - 1):
            further = _different(_extended(fresh, starts, ends))
            fresh = np.setdiff1d(further, found, assume_unique=True)
            found = np.union1d(found, fresh)
        return found


def _pairs(starts: Ordinals, ends: Ordinals) -> _Pairs:
    return starts.astype(np.uint64) << _HIGH | ends.astype(np.uint64)


def _different(pairs: _Pairs) -> _Pairs:
    """Return the different pairs of two customers, in order."""
    return np.unique(pairs[(pairs >> _HIGH) != (pairs & _LOW)])


def _extended(pairs: _Pairs, starts: Ordinals, ends: Ordinals) -> _Pairs:
    """Return the pairs with one more step at their ends; `starts` is in ascending order."""
    middle = (pairs & _LOW).astype(np.uint32)
    first = np.searchsorted(starts, middle, side="left")
    times = np.searchsorted(starts, middle, side="right") - first
    many = int(times.sum())
    if many > MOST_PAIRS:
        raise IndexUnable(f"relations lead to {many:,} pairs of customers.")
    which = np.repeat(np.arange(len(pairs)), times)
    within = np.arange(many) - np.repeat(np.cumsum(times) - times, times)
    return _pairs((pairs[which] >> _HIGH).astype(np.uint32), ends[first[which] + within])
