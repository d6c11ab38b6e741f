"""Rows of queries as Python values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from types import NoneType
from typing import Any, TypeAlias

from neo4j import Record
from neo4j.time import Date, DateTime

Row = dict[str, Any]
Parameters = Mapping[str, Any]
RunQuery: TypeAlias = Callable[[str, Parameters], Awaitable[list[Row]]]
"""Runs a read query, on a database or within a transaction."""
ALL = 2**31 - 1
"""The fetch size that means all records."""
_PLAIN = frozenset({str, int, float, bool, NoneType})


def row(record: Record) -> Row:
    """Return a record as a dict by column name."""
    return {key: native(value) for key, value in zip(record.keys(), record, strict=True)}


def native(value: Any) -> Any:
    """Return a driver value as a Python value: dates, moments (UTC), and containers of them."""
    if type(value) in _PLAIN:
        return value
    match value:
        case dict():
            return {key: native(item) for key, item in value.items()}
        case list():
            return [native(item) for item in value]
        case DateTime():
            return value.to_native().astimezone(UTC)
        case Date():
            return value.to_native()
        case _:
            return value
