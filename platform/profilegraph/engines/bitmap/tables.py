"""Tables of the index: rows about customers, sorted by customer and time, in typed columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from profilegraph.domain.records.kinds import INDEXED
from profilegraph.domain.records.stored import StoredField, StoredKind, ValueType
from profilegraph.engines.bitmap.bitmaps import Mask, Ordinals
from profilegraph.engines.bitmap.columns import Column, DictionaryColumn, Moments, Numbers, Places

Row = Sequence[Any]
"""An ordinal, then a value for each column of the table's kind."""


@dataclass(frozen=True)
class References:
    """Row numbers of another table of the same run; None for a row without a reference."""

    numbers: Numbers

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the column takes."""
        return self.numbers.nbytes

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, chosen: Mask) -> Mask:
        """Return the mask of the rows that refer to a selected row, by number."""
        mask = chosen[self.numbers.values] if len(chosen) else np.zeros(len(self), np.bool_)
        return mask if self.numbers.present is None else mask & self.numbers.present

    def counted(self, rows: Mask, size: int) -> NDArray[np.int64]:
        """Return how often the rows of a mask refer to each number below `size`, shape (size,)."""
        if self.numbers.present is not None:
            rows = rows & self.numbers.present
        return np.bincount(self.numbers.values[rows], minlength=size)

    def take(self, places: Places) -> Self:
        """Return the column of the rows at some indexes."""
        return type(self)(self.numbers.take(places))

    @classmethod
    def joined(cls, columns: Sequence[Self]) -> Self:
        """Return the concatenation of columns."""
        return cls(Numbers.joined([column.numbers for column in columns]))

    def moved(self, by: int) -> Self:
        """Return the column with `by` added to every number."""
        values = self.numbers.values.astype(np.int64) + by
        return type(self)(Numbers(values, self.numbers.present))


def columns_of(kind: StoredKind[Any]) -> dict[str, type]:
    """Return the columns of a kind of record; its key, which others refer to, becomes a number."""
    columns = {name: _column_of(kind.fields[name]) for name in kind.indexed if name != "key"}
    return ({"number": References} if "key" in kind.indexed else {}) | columns


def _column_of(one: StoredField) -> type:
    match one.value_type:
        case ValueType.NUMBER | ValueType.MONEY | ValueType.DAY:
            return Numbers
        case ValueType.MOMENT:
            return Moments if one.known else Numbers
        case _:
            return DictionaryColumn


SCHEMA: Mapping[str, Mapping[str, type]] = MappingProxyType(
    {
        "people": {
            "number": References,
            "role": DictionaryColumn,
            "title": DictionaryColumn,
            "influence": Numbers,
            "stance": Numbers,
            "depth": Numbers,
        },
        "workplaces": {
            "person": References,
            "run": Numbers,
            "function": DictionaryColumn,
            "name": DictionaryColumn,
        },
        "parts": {"person": References, "role": DictionaryColumn, "opportunity": References},
        "arrivals": {"at": Moments, "channel": DictionaryColumn},
        "owners": {"since": Moments, "employee": DictionaryColumn},
        "relations": {"other": Numbers, "kind": DictionaryColumn},
        **{kind.plural: columns_of(kind) for kind in INDEXED},
    }
)
"""The columns of each kind of table; all event tables share theirs, and so do all value tables."""
EVENT: Mapping[str, type] = MappingProxyType(
    {
        "at": Moments,
        "channel": DictionaryColumn,
        "content": DictionaryColumn,
        "amount": Numbers,
        "person": References,
    }
)
TAGGING: Mapping[str, type] = MappingProxyType(
    {
        "since": Moments,
        "until": Numbers,
        "source": DictionaryColumn,
        "confidence": DictionaryColumn,
        "weight": DictionaryColumn,
        "weekdays": DictionaryColumn,
    }
)
NUMBER: Mapping[str, type] = MappingProxyType({"value": Numbers})
WORD: Mapping[str, type] = MappingProxyType({"value": DictionaryColumn})


@dataclass(frozen=True)
class IndexTable:
    """Rows of one kind, ordered by customer ordinal, then by time."""

    customer: Ordinals
    columns: Mapping[str, Column]

    @classmethod
    def of(cls, schema: Mapping[str, type], rows: Sequence[Row]) -> Self:
        """Return the table of some rows, given in any order."""
        values = list(zip(*rows, strict=True)) or [()] * (len(schema) + 1)
        customer = np.array(values[0], np.uint32)
        columns = {
            name: made(kind, column)
            for (name, kind), column in zip(schema.items(), values[1:], strict=True)
        }
        return cls(customer, columns).ordered()

    def __getitem__(self, name: str) -> Any:
        """Return a column."""
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the table takes."""
        return self.customer.nbytes + sum(column.nbytes for column in self.columns.values())

    @cached_property
    def _is_dense(self) -> bool:
        """Return whether the customers are consecutive and have one row each."""
        return len(self) > 0 and bool((np.diff(self.customer) == 1).all())

    def everything(self) -> Mask:
        """Return the mask of all rows."""
        return np.ones(len(self), np.bool_)

    def ordered(self) -> Self:
        """Return the table with its rows sorted; the sort is stable."""
        # First by customer alone: joined tables are sorted runs, whose order is found in no time.
        own = self.customer
        if (own[1:] < own[:-1]).any():
            return self.take(np.argsort(own, kind="stable")).ordered()
        at: Moments | None = self.columns.get("at")  # type: ignore[assignment]  # as every schema has it
        if at is None:
            return self
        when = at.counts
        if ((own[1:] > own[:-1]) | (when[1:] >= when[:-1])).all():
            return self
        return self.take(np.lexsort((when, own)))

    def take(self, places: Places) -> Self:
        """Return the table of the rows at some indexes."""
        columns = {name: column.take(places) for name, column in self.columns.items()}
        return type(self)(self.customer[places], columns)

    def about(self, customers: Ordinals) -> Self:
        """Return the table of the rows about some customers, given in ascending order."""
        if self._is_dense:
            ends = np.searchsorted(customers, self.customer[[0, -1]] + np.array([0, 1], np.uint32))
            return self.take(customers[slice(*ends)] - self.customer[0])
        first = np.searchsorted(self.customer, customers)
        many = np.searchsorted(self.customer, customers, side="right") - first
        # The rows of one customer lie side by side: from its first on, as many as it has.
        skipped = np.cumsum(many) - many
        return self.take(np.repeat(first - skipped, many) + np.arange(many.sum()))

    @classmethod
    def joined(cls, tables: Sequence[Self]) -> Self:
        """Return the concatenation of tables; their row numbers must be disjoint."""
        tables = [table for table in tables if len(table)] or tables[:1]
        if len(tables) == 1:
            return tables[0].ordered()
        columns: dict[str, Column] = {}
        for name, column in tables[0].columns.items():
            columns[name] = type(column).joined([table.columns[name] for table in tables])
        customer = np.concatenate([table.customer for table in tables])
        return cls(customer, columns).ordered()

    def moved(self, by: Mapping[str, int]) -> Self:
        """Return the table with an offset added to the numbers of some of its references."""
        columns = {
            name: column.moved(by[name]) if isinstance(column, References) else column
            for name, column in self.columns.items()
        }
        return type(self)(self.customer, columns)


def made(kind: type, values: Sequence[Any]) -> Column:
    """Return a column of a kind with some values."""
    if kind is References:
        return References(Numbers.of(values))
    column: Column = kind.of(values)  # type: ignore[attr-defined]  # every other kind has it
    return column
