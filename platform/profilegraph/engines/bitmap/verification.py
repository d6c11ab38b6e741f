"""Compares two indexes customer by customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pyroaring import BitMap

from profilegraph.engines.bitmap.columns import DictionaryColumn, Moments, Numbers
from profilegraph.engines.bitmap.run import IndexRun, cut
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.engines.bitmap.tables import IndexTable, References
from profilegraph.engines.bitmap.taggings import table_of

_AT_ONCE = 20_000
Facts = dict[int, list[str]]


def differences(one: IndexSnapshot, other: IndexSnapshot) -> BitMap:
    """Return the ordinals of the customers on which two indexes differ."""
    found = BitMap()
    everyone = list(_known(one) | _known(other))
    for start in range(0, len(everyone), _AT_ONCE):
        some = BitMap(everyone[start : start + _AT_ONCE])
        ours, theirs = _facts(one, some), _facts(other, some)
        found.update(who for who in ours.keys() | theirs.keys() if ours[who] != theirs[who])
    return found


def _known(view: IndexSnapshot) -> BitMap:
    return BitMap.union(BitMap(), *(run.present for run in view.runs))


def _facts(view: IndexSnapshot, customers: BitMap) -> Facts:
    """Return all that an index holds on some customers, as sorted texts."""
    found: Facts = defaultdict(list)
    for run, mine in zip(view.runs, view.valid, strict=True):
        for who, fact in _told(cut(run, mine & customers)):
            found[who].append(fact)
    for facts in found.values():
        facts.sort()
    return found


def _told(run: IndexRun) -> Iterator[tuple[int, str]]:
    for who in run.present:
        yield who, "present"
    for rank in range(len(run.keys)):
        yield int(run.keys.ordinal[rank]), f"key {run.keys.key(rank)}"
    people = run.tables["people"]
    ranks = run.people.ranks(people["number"].numbers.values)
    for who, rank in zip(people.customer.tolist(), ranks.tolist(), strict=True):
        yield who, f"person {run.people.key(rank)}"
    named = {kind: _by_number(run.tables[kind]) for kind in ("people", "opportunities")}
    tables: list[tuple[str, IndexTable]] = [("cohort", run.cohorts), *run.tables.items()]
    tables += [(f"value {key}", table) for key, table in run.values.items()]
    tables += [(f"event {key}", table) for key, table in run.events.items()]
    tables += [(f"tag {key}", table_of(taggings)) for key, taggings in run.tags.items()]
    for name, table in tables:
        for who, row in zip(table.customer.tolist(), _rows(table, named), strict=True):
            yield who, f"{name} {row}"


_Named = dict[str, dict[int, tuple[Any, ...]]]


def _by_number(table: IndexTable) -> dict[int, tuple[Any, ...]]:
    """Return the rows of a table by number, without the numbers: these differ between equal indexes."""
    numbers = table["number"].numbers.values.tolist()
    return dict(zip(numbers, _rows(table, {}), strict=True))


def _rows(table: IndexTable, named: _Named) -> Iterator[tuple[Any, ...]]:
    columns = []
    for name, column in table.columns.items():
        if not isinstance(column, References):
            columns.append(_values(column))
        elif name != "number":
            rows = named["people" if name == "person" else "opportunities"]
            columns.append([None if n is None else rows.get(n) for n in _values(column.numbers)])
    return zip(*columns, strict=True) if columns else iter([()] * len(table))


def _values(column: Any) -> list[Any]:
    match column:
        case DictionaryColumn(codes, values):
            return [values[code] for code in codes.tolist()]
        case Moments():
            moments: list[int] = column.microseconds().tolist()
            return moments
        case Numbers(numbers, None):
            return [float(number) for number in numbers.tolist()]
        case Numbers(numbers, present) if present is not None:
            pairs = zip(numbers.tolist(), present.tolist(), strict=True)
            return [float(number) if there else None for number, there in pairs]
        case _:
            raise TypeError(column)
