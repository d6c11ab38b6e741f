"""Rows of queries as plain values of Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from types import NoneType
from typing import Any

from neo4j import Record
from neo4j.time import Date, DateTime

Row = dict[str, Any]
Parameters = Mapping[str, Any]
ALL = 2**31 - 1
"""How many records to fetch in order to have them all."""
_PLAIN = frozenset({str, int, float, bool, NoneType})


def row(record: Record) -> Row:
    """Return a record as a dict by column name."""
    return {key: native(value) for key, value in zip(record.keys(), record, strict=True)}


def native(value: Any) -> Any:
    """Return a value of the driver as one of Python: dates, moments (UTC), and what holds them."""
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
