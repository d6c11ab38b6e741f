"""What customers carry, tag by tag: for the lists of tags beside those whom filters find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from pyroaring import BitMap

from profilegraph.domain.values import EPOCH
from profilegraph.engines.bitmap.columns import DictionaryColumn
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.taggings import Taggings


@dataclass(frozen=True, slots=True)
class IndexedTagging:
    """A tagging, as far as the index knows it: not by whom, and not what it rests on.

    What it says of itself is read from the columns when it is asked for: a list of tags asks for
    their names, mostly.
    """

    tag: str
    _taggings: Taggings
    _customer: int

    @property
    def since(self) -> datetime:
        """Return since when it holds."""
        since = self._taggings.since
        return _moment(int(since.counts[self._place]) * since.unit)

    @property
    def until(self) -> datetime | None:
        """Return when it ends, None where it does not."""
        (until,) = self._taggings.until.at(np.array([self._place]))
        return None if until is None else _moment(until)

    @property
    def source(self) -> str:
        """Return what put it on."""
        return str(self._of(self._taggings.source))

    @property
    def confidence(self) -> float:
        """Return how sure it is, 0 to 1."""
        return float(self._of(self._taggings.confidence))

    @property
    def weight(self) -> float:
        """Return how strongly it holds, 0 to 1."""
        return float(self._of(self._taggings.weight))

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Return on which days of the week it holds; 1 is Monday, none means any."""
        return tuple(self._of(self._taggings.weekdays))

    @property
    def _place(self) -> int:
        return self._taggings.customers.rank(self._customer) - 1

    def _of(self, column: DictionaryColumn) -> Any:
        return column.values[column.codes[self._place]]


def carried(
    view: IndexSnapshot, keys: Sequence[str], now: datetime
) -> Mapping[str, list[IndexedTagging]]:
    """Return what customers carry at a moment, by key and in no order."""
    found: dict[str, list[IndexedTagging]] = defaultdict(list)
    for level, mine in zip(view.levels, view.valid, strict=True):
        known = ((level.keys.ordinal_of(key), key) for key in keys)
        owners = {one: key for one, key in known if one is not None and one in mine}
        asked = BitMap(owners)
        for tag, taggings in level.tags.items():
            if taggings.customers.intersect(asked):
                for ordinal in taggings.carried(now) & asked:
                    found[owners[ordinal]].append(IndexedTagging(tag, taggings, ordinal))
    return found


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
