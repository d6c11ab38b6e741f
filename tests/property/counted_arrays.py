"""Arrays that count how many numbers are read and written of them, whatever reads and writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from math import log2
from typing import Any, ClassVar

import numpy as np

_ORDERING = frozenset({np.sort, np.argsort, np.lexsort, np.searchsorted, np.unique, np.isin})
"""Functions that look at each number several times."""


class CountedArray(np.ndarray[Any, Any]):
    """An array whose results are counted arrays, too."""

    numbers: ClassVar[int] = 0
    """How many numbers were read and written since the count began."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        given = {name: _plain(value) for name, value in options.items()}
        found = getattr(ufunc, method)(*map(_plain, inputs), **given)
        return _count(found, inputs)

    def __array_function__(self, func: Any, _: Any, args: Any, options: Any) -> Any:
        found = func(*_plain(args), **_plain(options))
        sorts = log2(2 + max((one.size for one in _arrays(args)), default=0))
        return _count(found, args, times=sorts if func in _ORDERING else 1)

    def __getitem__(self, place: Any) -> Any:
        return _count(np.asarray(self)[_plain(place)], (place,))

    def compress(self, mask: Any, *rest: Any, **options: Any) -> Any:  # type: ignore[override]
        """Count what is looked at and what is kept."""
        return _count(np.asarray(self).compress(_plain(mask), *rest, **options), (self,))

    def astype(self, *kind: Any, **options: Any) -> Any:
        """Count what is converted."""
        return _count(np.asarray(self).astype(*kind, **options), (self,))


@contextmanager
def counting() -> Iterator[None]:
    """Count from zero."""
    CountedArray.numbers = 0
    yield


def with_counted_arrays(value: Any) -> Any:
    """Return a value of dataclasses and mappings with its arrays counted."""
    if isinstance(value, np.ndarray):
        return value.view(CountedArray)
    if isinstance(value, Mapping):
        return {key: with_counted_arrays(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{one.name: with_counted_arrays(getattr(value, one.name)) for one in fields(value)},
        )
    return value


def _count(found: Any, inputs: Any, times: float = 1) -> Any:
    read = sum(one.size for one in _arrays(inputs))
    written = sum(one.size for one in _arrays(found))
    CountedArray.numbers += int(times * (read + written))
    return _wrapped(found)


def _wrapped(found: Any) -> Any:
    if isinstance(found, tuple):
        return tuple(map(_wrapped, found))
    return found.view(CountedArray) if isinstance(found, np.ndarray) else found


def _plain(value: Any) -> Any:
    match value:
        case np.ndarray():
            return np.asarray(value)
        case tuple() | list():
            return type(value)(map(_plain, value))
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return value


def _arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    match value:
        case np.ndarray():
            yield value
        case tuple() | list():
            for one in value:
                yield from _arrays(one)
