"""Pages of members in the order of their keys, without a query to the graph."""

from __future__ import annotations

from heapq import merge
from itertools import islice

import numpy as np
from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import ordinals_of
from profilegraph.engines.bitmap.keys import Keys
from profilegraph.engines.bitmap.snapshot import IndexSnapshot


def page_by_key(
    view: IndexSnapshot, members: BitMap, first: int, after: str | None, *, descending: bool
) -> list[str]:
    """Return the keys of at most `first` members in order, after the key `after`."""
    pages = [
        _page(run.keys, members & mine, first, after, descending=descending)
        for run, mine in zip(view.runs, view.valid, strict=True)
    ]
    return list(islice(merge(*pages, reverse=descending), first))


def _page(
    keys: Keys, members: BitMap, first: int, after: str | None, *, descending: bool
) -> list[str]:
    ranks = keys.ranks(ordinals_of(members)).astype(np.int64)
    if after is not None:
        # A key's own rank lies between the two when it is here, and neither side has it.
        ranks = ranks[ranks < keys.at(after)] if descending else ranks[ranks >= keys.behind(after)]
    if descending:
        ranks = -ranks
    if len(ranks) > first:
        ranks = np.partition(ranks, first - 1)[:first]
    return [keys.key(abs(rank)) for rank in np.sort(ranks).tolist()]
