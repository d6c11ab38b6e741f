"""The answers in the rows of a query, the same columns for every side that returns rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, assert_never

from benchmarks.questions import Answer, Kind

Rows = Sequence[Sequence[Any]]


def read(kind: Kind, rows: Rows, key: Callable[[Any], str]) -> Answer:
    """Return what the rows say; `key` names the tag that a row holds.

    Rows are one count; a customer's key and tags; one row of counts; a tag and its count; two tags
    and their count.
    """
    match kind:
        case Kind.COUNT:
            return int(rows[0][0])
        case Kind.PAGE:
            return {customer: frozenset(map(key, tags)) for customer, tags in rows}
        case Kind.WATERFALL:
            return tuple(map(int, rows[0]))
        case Kind.BREAKDOWN:
            return {key(tag): count for tag, count in rows}
        case Kind.CROSS_TABLE:
            return {f"{key(row)} × {key(column)}": count for row, column, count in rows}
        case _:
            assert_never(kind)
