"""The types of the columns of tables, and columns made of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from profilegraph.domain.values import EPOCH

Indexes = Annotated[NDArray[np.int32], "int32"]
Wholes = Annotated[NDArray[np.int64], "int64"]
Numbers = Annotated[NDArray[np.float64], "float64"]
Words = Annotated[NDArray[np.str_], "str"]
Objects = Annotated[NDArray[np.object_], "object"]
Moments = Annotated[NDArray[np.datetime64], "datetime64[us]"]
Days = Annotated[NDArray[np.datetime64], "datetime64[D]"]

_NOT_A_TIME = np.iinfo(np.int64).min
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = EPOCH.date().toordinal()
_NOTHING: Mapping[str, float] = {"float64": np.nan, "int64": 0}
"""The missing value of each type of column."""


def utc64(moment: datetime) -> np.datetime64:
    """Return a moment with a time zone as numpy's datetime64[us], which is UTC here."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def column_of(values: Sequence[Any], dtype: str) -> NDArray[Any]:
    """Return m values as a column of a type, (m,); None is a missing value."""
    if dtype.startswith("datetime64"):
        count = _microseconds if dtype.endswith("[us]") else _days
        return np.array([count(value) for value in values], np.int64).view(dtype)
    nothing = _NOTHING.get(dtype)
    return np.array([nothing if value is None else value for value in values], dtype)


def _microseconds(moment: datetime | int | None) -> int:
    if moment is None:
        return _NOT_A_TIME
    return moment if isinstance(moment, int) else (moment - EPOCH) // _MICROSECOND


def _days(day: date | int | None) -> int:
    if day is None:
        return _NOT_A_TIME
    return day if isinstance(day, int) else day.toordinal() - _FIRST_DAY
