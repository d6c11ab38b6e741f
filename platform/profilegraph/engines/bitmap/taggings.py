"""The taggings of one tag: the carriers as a bitmap, with columns for the properties of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

import numpy as np
from pyroaring import BitMap

from profilegraph.engines.bitmap.bitmaps import Mask, Ordinals, bitmap_of, ordinals_of, size_of
from profilegraph.engines.bitmap.columns import DictionaryColumn, Moments, Numbers, microseconds_of
from profilegraph.engines.bitmap.tables import TAGGING, IndexTable
from profilegraph.language.resolve import Span


@dataclass(frozen=True)
class Taggings:
    """The taggings of one tag, at most one per customer, ordered by ordinal."""

    customers: BitMap
    since: Moments
    until: Numbers
    """Microseconds since 1970 UTC; missing if a tagging has no end."""
    source: DictionaryColumn
    confidence: DictionaryColumn
    weight: DictionaryColumn
    weekdays: DictionaryColumn

    @classmethod
    def of(cls, table: IndexTable) -> Self:
        """Return the taggings of a table's rows; of several of one customer, the last."""
        last = np.append(
            table.customer[1:] != table.customer[:-1], np.ones(min(len(table), 1), np.bool_)
        )
        if not last.all():
            table = table.take(np.flatnonzero(last))
        return cls(bitmap_of(table.customer), **table.columns)  # type: ignore[arg-type]  # as TAGGING says

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the taggings take."""
        taken: int = sum(getattr(self, name).nbytes for name in TAGGING)
        return size_of(self.customers) + taken

    def carried(self, now: datetime) -> BitMap:
        """Return the customers that carry the tag at a moment."""
        if self.always_carried(now):
            return self.customers
        return bitmap_of(ordinals_of(self.customers)[self.holds(now)])

    def always_carried(self, now: datetime) -> bool:
        """Return whether every tagging holds at a moment, so that none has to be looked at."""
        return self._always_from <= microseconds_of(now) < self._always_until

    def holds(self, now: datetime) -> Mask:
        """Return the mask of the taggings that hold at a moment."""
        mask = self.since.within(Span(None, None, None, now))
        if self.until.present is None:
            return mask & (self.until.values > microseconds_of(now))
        return mask & (~self.until.present | (self.until.values > microseconds_of(now)))

    def ordinals(self) -> Ordinals:
        """Return the customer of each tagging."""
        return ordinals_of(self.customers)

    def cut(self, customers: BitMap) -> Self:
        """Return the taggings of some customers."""
        kept = self.customers & customers
        if len(kept) == len(self.customers):
            return self
        places = np.flatnonzero(np.isin(self.ordinals(), ordinals_of(kept)))
        return type(self)(kept, **{name: getattr(self, name).take(places) for name in TAGGING})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the taggings of several parts, which must not share customers."""
        if len(parts) == 1:
            return parts[0]
        return cls.of(IndexTable.joined([table_of(part) for part in parts]))

    # From the last beginning to the first end, the bitmap itself is who carries the tag.
    @cached_property
    def _always_from(self) -> int:
        return int(self.since.counts.max()) * self.since.unit if len(self.since) else 0

    @cached_property
    def _always_until(self) -> int:
        ends = (
            self.until.values
            if self.until.present is None
            else self.until.values[self.until.present]
        )
        return int(ends.min()) if len(ends) else 2**63


def table_of(taggings: Taggings) -> IndexTable:
    """Return the taggings of a tag as a table."""
    columns: dict[str, Any] = {name: getattr(taggings, name) for name in TAGGING}
    return IndexTable(taggings.ordinals(), columns)
