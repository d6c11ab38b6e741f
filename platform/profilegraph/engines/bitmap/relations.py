"""Leaves on related customers, for all runs at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from profilegraph.domain.records.customers import RelationKind
from profilegraph.engines.bitmap.bitmaps import (
    Ordinals,
    bitmap_of,
    first_places,
    ordinals_of,
    size_of,
)
from profilegraph.engines.bitmap.interruption import check
from profilegraph.engines.bitmap.profile import occurring, often_enough
from profilegraph.engines.bitmap.tables import IndexTable
from profilegraph.errors import IndexUnable
from profilegraph.language.nodes import Related, bounds

MOST_PAIRS = 20_000_000
"""Most pairs of related customers in memory at once; beyond, Neo4j evaluates the leaf."""
MOST_BYTES = 256 * 1024**2
"""Most memory for sets of related customers; beyond, Neo4j evaluates the leaf."""
FEW = 32
"""Up to this many related customers are counted as pairs, more as sets."""
_Pairs = NDArray[np.uint64]
_LOW = np.uint64(0xFFFF_FFFF)
_HIGH = np.uint64(32)


@dataclass(frozen=True)
class Relations:
    """The relations between customers, sorted by customer."""

    table: IndexTable

    @classmethod
    def of(cls, tables: Sequence[tuple[IndexTable, BitMap]]) -> Self:
        """Return the relations in the tables of runs, each for the customers for which its run is valid."""
        return cls(IndexTable.joined([table.about(ordinals_of(mine)) for table, mine in tables]))

    def among(self, some: BitMap) -> Relations:
        """Return the relations between some customers alone."""
        inside = np.zeros(1 + (some.max() if some else 0), dtype=bool)
        inside[ordinals_of(some)] = True
        others = self.table["other"].values
        kept = _inside(self.table.customer, inside) & _inside(others, inside)
        return Relations(self.table.take(np.flatnonzero(kept)))

    def with_matching(self, leaf: Related, matching: BitMap, everyone: BitMap) -> BitMap:
        """Return the customers with a matching number of related customers in `matching`.

        Raises IndexUnable if the relations lead to too many customers.
        """
        least, most = bounds(leaf)
        if least == 0 and most is None:
            return everyone
        enough = least if most is None else most + 1
        starts, ends = self._steps(leaf)
        if enough <= FEW:
            pairs = _reached(starts, ends, matching, leaf.distance, enough)
            return occurring(leaf, (pairs >> _HIGH).astype(np.uint32), everyone)
        who, times = _counted(starts, ends, matching, leaf.distance)
        found = bitmap_of(who[often_enough(leaf, times)])
        return found if least else found | (everyone - bitmap_of(who))

    def _steps(self, leaf: Related) -> tuple[Ordinals, Ordinals]:
        """Return the starts of the relations of the leaf's kinds, ascending, and their ends."""
        kinds = frozenset(RelationKind if leaf.kinds is None else leaf.kinds)
        rows = self.table["kind"].where(lambda kind: kind in kinds)
        steps = _different(
            _pairs(self.table.customer[rows], self.table["other"].values[rows].astype(np.uint32))
        )
        return (steps >> _HIGH).astype(np.uint32), (steps & _LOW).astype(np.uint32)


# Whom a customer reaches within k steps are those whom it reaches within k - 1, and those whom its
# neighbours do. A customer at a hub reaches all others there, so that all pairs of them are the
# square of their number; neither of the following makes them. Where few are enough, no more are
# carried on from any customer: what one step makes is then in proportion to the relations. Where
# many are asked for, those of one customer are a bitmap, and so is what a step makes of them.


def _reached(
    starts: Ordinals, ends: Ordinals, matching: BitMap, distance: int, enough: int
) -> _Pairs:
    """Return pairs, sorted, of each customer and the others in `matching` that it reaches.

    For a customer that reaches `enough` others, at least that many pairs are returned.
    """
    own = ordinals_of(matching)
    pairs = _pairs(own, own)
    for step in range(distance):
        check()
        # One more than is enough: the customer itself may be among them, and does not count.
        known = pairs if step == 0 else _first(pairs, enough + 1)
        pairs = _different(np.concatenate([known, _extended(known, starts, ends)]))
        if len(pairs) == len(known):
            break  # nobody reaches anyone new, nor would by a further step
    others: _Pairs = pairs[(pairs >> _HIGH) != (pairs & _LOW)]
    return others


def _extended(pairs: _Pairs, starts: Ordinals, ends: Ordinals) -> _Pairs:
    """Return the pairs extended by one relation at their start."""
    firsts = (pairs >> _HIGH).astype(np.uint32)
    begin = np.searchsorted(firsts, ends, side="left")
    times = np.searchsorted(firsts, ends, side="right") - begin
    many = int(times.sum())
    if many > MOST_PAIRS:
        raise IndexUnable(f"relations lead to {many:,} pairs of customers.")
    within = np.arange(many) - np.repeat(np.cumsum(times) - times, times)
    return _pairs(np.repeat(starts, times), pairs[np.repeat(begin, times) + within] & _LOW)


def _first(pairs: _Pairs, many: int) -> _Pairs:
    """Return at most `many` of sorted pairs for each first element."""
    places = first_places((pairs >> _HIGH).astype(np.uint32))
    sizes = np.diff(np.append(places, len(pairs)))
    rank = np.arange(len(pairs)) - np.repeat(places, sizes)
    first: _Pairs = pairs[rank < many]
    return first


def _counted(
    starts: Ordinals, ends: Ordinals, matching: BitMap, distance: int
) -> tuple[Ordinals, NDArray[np.int64]]:
    """Return the customers with a relation, ascending, and how many others in `matching` each reaches."""
    places = first_places(starts)
    who = starts[places]
    limits = [*places.tolist(), len(starts)]
    around = {
        one: ends[begin:end]
        for one, (begin, end) in zip(who.tolist(), pairwise(limits), strict=True)
    }
    single = {one: BitMap([one]) for one in BitMap(who) | BitMap(ends) if one in matching}
    reached = single
    for _ in range(distance - 1):
        reached = single | _held(
            (one, _together(one, others, reached)) for one, others in around.items()
        )
    last = (_together(one, others, reached) for one, others in around.items())
    counts = [len(found) - (one in matching) for one, found in zip(around, last, strict=True)]
    return who, np.array(counts, np.int64)


def _together(one: int, others: Ordinals, reached: dict[int, BitMap]) -> BitMap:
    """Return the customers that a customer and its neighbours reach together."""
    check()
    return BitMap.union(BitMap(), *(reached[it] for it in (one, *others.tolist()) if it in reached))


def _held(found: Iterator[tuple[int, BitMap]]) -> dict[int, BitMap]:
    """Return sets by customer; raises IndexUnable if they take too much memory."""
    held: dict[int, BitMap] = {}
    taken = 0
    for one, members in found:
        taken += size_of(members)
        if taken > MOST_BYTES:
            raise IndexUnable("relations lead to more customers than there is memory for.")
        held[one] = members
    return held


def _inside(ordinals: NDArray[Any], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each ordinal whether it is marked; beyond the marks none is."""
    near = ordinals < len(inside)
    found: NDArray[np.bool_] = near & inside[np.where(near, ordinals, 0)]
    return found


def _pairs(starts: Ordinals, ends: Ordinals) -> _Pairs:
    return starts.astype(np.uint64) << _HIGH | ends.astype(np.uint64)


def _different(pairs: _Pairs) -> _Pairs:
    """Return the distinct pairs, sorted."""
    # Sorted in place: `np.unique` puts them into a table of hashes first, which takes many times as long.
    ordered = np.sort(pairs)
    different: _Pairs = ordered[
        np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)]
    ]
    return different
