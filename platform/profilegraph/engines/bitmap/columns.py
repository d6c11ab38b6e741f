"""Columns of the index: the values of many rows in as few bytes as possible.

There are three kinds: values with many duplicates (`DictionaryColumn`), numbers (`Numbers`) and
moments (`Moments`). All are immutable and can be sliced and joined, so whole tables can be, too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from profilegraph.domain.values import EPOCH
from profilegraph.engines.bitmap.bitmaps import Mask, masked
from profilegraph.language.nodes import NumberTest
from profilegraph.language.resolve import Span

Places = NDArray[np.intp]
_SECOND = 1_000_000
_WIDEST = 8
_UNITS = (86_400 * _SECOND, _SECOND, 1)


class Column(Protocol):
    """The values of rows, by row index."""

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the column takes."""

    def __len__(self) -> int: ...

    def take(self, places: Places) -> Self:
        """Return the column of the rows at some indexes."""

    @classmethod
    def joined(cls, columns: Sequence[Self]) -> Self:
        """Return the concatenation of columns."""


def packed(values: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers, shape (n,), in the smallest type that holds them; other values unchanged."""
    if not len(values):
        return values.astype(np.int8) if values.dtype.kind in "iu" else values
    if values.dtype.kind == "f":
        whole = np.abs(values) < 2**53  # the whole numbers that a float holds exactly
        if not (whole.all() and (values == np.floor(values)).all()):
            return values
        values = values.astype(np.int64)
    least, most = int(values.min()), int(values.max())
    kind = np.result_type(np.min_scalar_type(least), np.min_scalar_type(most))
    if kind.itemsize == _WIDEST:  # never unsigned: with a negative number that makes a float
        kind = np.dtype(np.int64)
    if least == most:  # one number in memory, however many rows
        return repeated(np.array(least, kind), len(values))
    return values.astype(kind)


def repeated(value: NDArray[Any] | np.generic, size: int) -> NDArray[Any]:
    """Return one number repeated `size` times, shape (size,), in the memory of one."""
    # What `np.broadcast_to` returns, in a tenth of its time: a change makes hundreds of these.
    array: NDArray[Any] = np.ndarray((size,), value.dtype, value, strides=(0,))
    array.flags.writeable = False
    return array


def size_of(array: NDArray[Any]) -> int:
    """Return how many bytes of memory an array takes."""
    return array.itemsize if array.strides == (0,) else array.nbytes


def _mask(present: Mask) -> Mask | None:
    """Return a mask as it is stored: None if it is true everywhere."""
    if present.all():
        return None
    return present if present.any() else repeated(np.False_, len(present))


def _renumbered(codes: NDArray[Any], size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the codes below `size` that occur, ascending, and the codes as indexes into those."""
    if len(codes) < size:
        return np.unique(codes, return_inverse=True)
    seen = np.zeros(size, np.bool_)  # sorting many codes takes six times as long
    seen[codes] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[codes]


@dataclass(frozen=True)
class DictionaryColumn:
    """Values with many duplicates, or None: each value is stored once, with a code per row."""

    codes: NDArray[Any]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, values: Iterable[Hashable]) -> Self:
        """Return the column of some values."""
        known: dict[Hashable, int] = {}
        codes = [known.setdefault(value, len(known)) for value in values]
        return cls(packed(np.array(codes, np.int64)), tuple(known))

    @classmethod
    def same(cls, value: Hashable, size: int) -> Self:
        """Return the column of `size` rows that all have one value."""
        return cls(repeated(np.int8(0), size), (value,))

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the column takes; a value counts by its text."""
        return size_of(self.codes) + 64 * len(self.values) + self.characters

    @cached_property
    def characters(self) -> int:
        """Return how many characters the distinct values have together, as texts."""
        return sum(len(str(value)) for value in self.values)

    def __len__(self) -> int:
        return len(self.codes)

    def where(self, test: Callable[[Any], bool]) -> Mask:
        """Return the mask of the rows whose value passes a test; each distinct value is tested once."""
        passes = np.fromiter((test(value) for value in self.values), np.bool_, len(self.values))
        mask: Mask = passes[self.codes]
        return mask

    def take(self, places: Places) -> Self:
        """Return the column of the rows at some indexes, without values that no row has."""
        if len(self.values) == 1 and len(places):
            return type(self).same(self.values[0], len(places))
        used, fresh = _renumbered(self.codes[places], len(self.values))
        values = tuple(self.values[code] for code in used.tolist())
        return type(self)(packed(fresh.astype(np.int64)), values)

    @classmethod
    def joined(cls, columns: Sequence[Self]) -> Self:
        """Return the concatenation of columns."""
        one = columns[0].values
        if len(one) == 1 and all(column.values == one for column in columns):
            return cls.same(one[0], sum(map(len, columns)))
        known: dict[Hashable, int] = {}
        codes = []
        for column in columns:
            fresh = [known.setdefault(value, len(known)) for value in column.values]
            codes.append(np.array(fresh, np.int64)[column.codes])
        return cls(packed(np.concatenate(codes)), tuple(known))


@dataclass(frozen=True)
class Numbers:
    """Numbers, some of which may be missing."""

    values: NDArray[Any]
    present: Mask | None = None
    """Mask of the rows that have a number; None if all have one."""

    @classmethod
    def of(cls, values: Sequence[float | None]) -> Self:
        """Return the column of some numbers; integers stay exact up to 2⁶³."""
        present = np.fromiter((value is not None for value in values), np.bool_, len(values))
        known = [0 if value is None else value for value in values]
        whole = all(isinstance(value, int) for value in known)
        array = np.array(known, np.int64 if whole else np.float64)
        return cls(packed(array), _mask(present))

    @classmethod
    def missing(cls, size: int) -> Self:
        """Return the column of `size` rows without a number."""
        return cls(repeated(np.int8(0), size), repeated(np.False_, size))

    @property
    def _all_missing(self) -> bool:
        return self.present is not None and self.present.strides == (0,)

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the column takes."""
        return size_of(self.values) + (0 if self.present is None else size_of(self.present))

    def __len__(self) -> int:
        return len(self.values)

    def where(self, test: NumberTest) -> Mask:
        """Return the mask of the rows whose number passes every comparison of a test."""
        mask = numbers_hold(test, self.values)
        return mask if self.present is None else mask & self.present

    def at(self, places: Places) -> list[Any]:
        """Return the numbers of the rows at some indexes, None for a missing one."""
        present = None if self.present is None else self.present[places]
        if present is not None and not present.any():
            return [None] * len(places)
        values: list[Any] = self.values[places].tolist()
        if present is None:
            return values
        known = zip(values, present.tolist(), strict=True)
        return [value if here else None for value, here in known]

    def take(self, places: Places) -> Self:
        """Return the column of the rows at some indexes."""
        if self._all_missing:
            return type(self).missing(len(places))
        present = None if self.present is None else _mask(self.present[places])
        return type(self)(packed(self.values[places]), present)

    @classmethod
    def joined(cls, columns: Sequence[Self]) -> Self:
        """Return the concatenation of columns."""
        if all(column._all_missing for column in columns):
            return cls.missing(sum(map(len, columns)))
        values = packed(np.concatenate([column.values for column in columns]))
        if all(column.present is None for column in columns):
            return cls(values)
        masks = [
            np.ones(len(column), np.bool_) if column.present is None else column.present
            for column in columns
        ]
        return cls(values, _mask(np.concatenate(masks)))


@dataclass(frozen=True)
class Moments:
    """Moments as integers in the largest unit that divides all: days, seconds or microseconds."""

    counts: NDArray[Any]
    """Units since 1970 UTC."""
    unit: int
    """Microseconds per unit."""

    @classmethod
    def of(cls, microseconds: Iterable[int] | NDArray[np.int64]) -> Self:
        """Return the column of some moments, in microseconds since 1970 UTC."""
        given = np.asarray(
            microseconds if isinstance(microseconds, np.ndarray | list) else list(microseconds),
            np.int64,
        )
        unit = next(unit for unit in _UNITS if not (given % unit).any())
        return cls(packed(given // unit), unit)

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the column takes."""
        return size_of(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    def microseconds(self) -> NDArray[np.int64]:
        """Return the moments, shape (n,), in microseconds since 1970 UTC."""
        return self.counts.astype(np.int64) * self.unit

    def microseconds_at(self, rows: Mask) -> NDArray[np.int64]:
        """Return the moments of the rows of a mask, shape (k,), in microseconds since 1970 UTC."""
        return masked(self.counts, rows).astype(np.int64) * self.unit

    def within(self, span: Span) -> Mask:
        """Return the mask of the moments within a span of time."""
        mask = self.counts <= self._floor(span.now)
        if span.after is not None:
            mask &= self.counts > self._floor(span.after)
        if span.since is not None:
            mask &= self.counts >= self._ceiling(span.since)
        if span.until is not None:
            mask &= self.counts < self._ceiling(span.until)
        return mask

    def later(self, moment: datetime) -> Mask:
        """Return the mask of the moments later than another."""
        return self.counts > self._floor(moment)

    def take(self, places: Places) -> Self:
        """Return the column of the rows at some indexes."""
        return type(self)(packed(self.counts[places]), self.unit)

    @classmethod
    def joined(cls, columns: Sequence[Self]) -> Self:
        """Return the concatenation of columns."""
        if len({column.unit for column in columns}) == 1:
            counts = np.concatenate([column.counts for column in columns])
            return cls(packed(counts), columns[0].unit)
        return cls.of(np.concatenate([column.microseconds() for column in columns]))

    # A count of whole units is later than a moment just if it is greater than the moment's units
    # rounded down, and not earlier just if it is not less than those rounded up.
    def _floor(self, moment: datetime) -> int:
        return microseconds_of(moment) // self.unit

    def _ceiling(self, moment: datetime) -> int:
        return -(-microseconds_of(moment) // self.unit)


def microseconds_of(moment: datetime) -> int:
    """Return a moment in microseconds since 1970 UTC."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def numbers_hold(test: NumberTest, values: NDArray[Any]) -> Mask:
    """Return the mask of the numbers that pass every comparison of a test."""
    mask = np.ones(len(values), np.bool_)
    if test.eq is not None:
        mask &= values == test.eq
    if test.ne is not None:
        mask &= values != test.ne
    if test.in_ is not None:
        mask &= np.isin(values, test.in_)
    if test.lt is not None:
        mask &= values < test.lt
    if test.lte is not None:
        mask &= values <= test.lte
    if test.gt is not None:
        mask &= values > test.gt
    if test.gte is not None:
        mask &= values >= test.gte
    if test.between is not None:
        mask &= (values >= test.between[0]) & (values <= test.between[1])
    return mask
