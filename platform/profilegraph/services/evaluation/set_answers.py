"""Answers computed from sets of customers, whichever engine found them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from pyroaring import BitMap

from profilegraph.language.answers import Path, Split, WaterfallCounts


def waterfall(everyone: BitMap, sets: Sequence[BitMap]) -> list[WaterfallCounts]:
    """Return a step for the set of each condition, in the given order."""
    before = list(accumulate(sets, BitMap.__and__, initial=everyone))
    after = list(accumulate(reversed(sets), BitMap.__and__, initial=everyone))[::-1]
    sizes = [len(one) for one in before]
    return [
        WaterfallCounts(
            kept=sizes[place + 1],
            removed=sizes[place] - sizes[place + 1],
            unique=before[place].intersection_cardinality(after[place + 1]) - sizes[-1],
        )
        for place in range(len(sets))
    ]


def split(members: BitMap, levels: Sequence[Sequence[BitMap]]) -> Split:
    """Return how many members are in each bucket of buckets, given the members in each by level."""
    found: dict[Path, int] = {(): len(members)} if members else {}
    parts: Mapping[Path, BitMap] = {(): members}
    for parted in levels:
        parts = {
            (*path, number): some
            for path, whole in parts.items()
            for number, part in enumerate(parted)
            if (some := whole & part)
        }
        found.update((path, len(part)) for path, part in parts.items())
    return found
