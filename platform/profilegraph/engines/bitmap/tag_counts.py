"""The tags that customers carry, for lists of customers that filters find."""

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
    """A tagging as the index has it: without author and evidence.

    Its fields are read from the columns on access, because a list of tags mostly shows names only.
    """

    tag: str
    _taggings: Taggings
    _customer: int

    @property
    def since(self) -> datetime:
        """Return the moment from which it holds."""
        since = self._taggings.since
        return _moment(int(since.counts[self._place]) * since.unit)

    @property
    def until(self) -> datetime | None:
        """Return the moment at which it ends; None if it has no end."""
        (until,) = self._taggings.until.at(np.array([self._place]))
        return None if until is None else _moment(until)

    @property
    def source(self) -> str:
        """Return its source."""
        return str(self._of(self._taggings.source))

    @property
    def confidence(self) -> float:
        """Return its confidence, 0 to 1."""
        return float(self._of(self._taggings.confidence))

    @property
    def weight(self) -> float:
        """Return its weight, 0 to 1."""
        return float(self._of(self._taggings.weight))

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Return the days of the week on which it holds, 1 for Monday; empty for any."""
        return tuple(self._of(self._taggings.weekdays))

    @property
    def _place(self) -> int:
        return self._taggings.customers.rank(self._customer) - 1

    def _of(self, column: DictionaryColumn) -> Any:
        return column.values[column.codes[self._place]]


def carried(
    view: IndexSnapshot, keys: Sequence[str], now: datetime
) -> Mapping[str, list[IndexedTagging]]:
    """Return the taggings that hold at a moment, by customer key, unordered."""
    found: dict[str, list[IndexedTagging]] = defaultdict(list)
    for run, mine in zip(view.runs, view.valid, strict=True):
        known = ((run.keys.ordinal_of(key), key) for key in keys)
        owners = {one: key for one, key in known if one is not None and one in mine}
        asked = BitMap(owners)
        for tag, taggings in run.tags.items():
            if taggings.customers.intersect(asked):
                for ordinal in taggings.carried(now) & asked:
                    found[owners[ordinal]].append(IndexedTagging(tag, taggings, ordinal))
    return found


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
