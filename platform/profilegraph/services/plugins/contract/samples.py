"""Synthetic tables for trying models: the same seed gives the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from profilegraph.domain.records.customers import TagSource
from profilegraph.domain.records.kinds import BY_RECORD
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.records.stored import StoredField, ValueType
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import AMOUNT_SCALE, Record
from profilegraph.hooks.columns import utc64
from profilegraph.hooks.tables import (
    AttributeTable,
    EventTable,
    MetricTable,
    PersonTable,
    Table,
    Tables,
    TaggingTable,
)

Columns: TypeAlias = dict[str, NDArray[Any]]
_DAY = np.timedelta64(1, "D")
_MOST_DAYS = 800


@dataclass(frozen=True)
class Sample:
    """The parameters of synthetic tables."""

    catalogue: Catalogue
    now: datetime
    customers: int
    rows: int
    """The number of rows per table."""
    event_types: frozenset[str] = frozenset()
    """The event types; if empty, all in the catalogue."""
    nulls: float = 0.3
    """The share of unknown values in columns that allow them."""
    seed: int = 1

    def tables(self, kinds: Iterable[type[Table]]) -> Tables:
        """Return tables of these kinds; about a tenth of the customers have no row in each."""
        keys = tuple(f"customer {place}" for place in range(self.customers))
        made = (self._table(kind, keys) for kind in sorted(kinds, key=lambda kind: kind.__name__))
        return Tables(keys, made)

    def _table(self, kind: type[Table], keys: Sequence[str]) -> Table:
        rng = np.random.default_rng([self.seed, *kind.__name__.encode()])
        rows = self.rows if keys else 0
        some = max(1, self.customers * 9 // 10)
        columns: Columns = {"customer": np.sort(rng.integers(0, some, rows)).astype(np.int32)}
        made = _Maker(self, rng, columns["customer"])
        columns |= _MAKERS[kind](made) if kind.RECORD is None else _records(made, kind, kind.RECORD)
        order = columns[kind.ORDER]
        placed = np.lexsort(
            (order.astype(str) if order.dtype == object else order, columns["customer"])
        )
        ordered: Columns = {name: column[placed] for name, column in columns.items()}
        return kind(customers=tuple(keys), **ordered)


@dataclass(frozen=True)
class _Maker:
    """Makes the columns of one table."""

    sample: Sample
    rng: np.random.Generator
    customer: NDArray[np.int32]

    @property
    def size(self) -> int:
        return len(self.customer)

    def chosen(self, words: Iterable[str], *, known: bool = False) -> NDArray[np.object_]:
        """Return a random word per row, None for some unless all are `known`, (m,)."""
        options = np.array(sorted(words), object)
        found = options[self.rng.integers(0, len(options), self.size)]
        return found if known else self.unless_unknown(found)

    def unless_unknown(self, values: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return the values with some replaced by None, (m,)."""
        found = values.copy()
        found[self.rng.random(self.size) < self.sample.nulls] = None
        return found

    def keys(self, prefix: str) -> NDArray[np.object_]:
        """Return a unique key per row, (m,)."""
        return np.array([f"{prefix} {row}" for row in range(self.size)], object)

    def numbers(self, low: float, high: float) -> NDArray[np.float64]:
        """Return random numbers, NaN for some, (m,)."""
        values = self.rng.uniform(low, high, self.size)
        return np.where(self.rng.random(self.size) < self.sample.nulls, np.nan, values)

    def moments(self, *, unknown: bool = False) -> NDArray[np.datetime64]:
        """Return random moments, mostly past ones, (m,); with `unknown`, some are NaT."""
        back = self.rng.integers(-20 * 86_400, _MOST_DAYS * 86_400, self.size)
        found = utc64(self.sample.now) - back.astype("timedelta64[s]")
        if unknown:
            found[self.rng.random(self.size) < self.sample.nulls] = np.datetime64("NaT")
        return found.astype("datetime64[us]")

    def amounts(self) -> NDArray[np.int64]:
        """Return amounts in ten-thousandths, some 0, (m,)."""
        values = self.rng.integers(0, 100_000 * AMOUNT_SCALE, self.size)
        return np.where(self.rng.random(self.size) < self.sample.nulls, 0, values)


def _events(made: _Maker) -> Columns:
    types = made.sample.event_types or made.sample.catalogue.events.keys() or {"something"}
    chosen = made.chosen(types, known=True)
    return {
        "type": chosen.astype(np.str_) if len(chosen) else np.array([], np.str_),
        "at": made.moments(),
        "amount": made.amounts(),
    }


def _people(made: _Maker) -> Columns:
    keys = made.keys("person")
    # Whoever stands before in the same customer may be the superior: lines of reports, no circles.
    before = np.arange(made.size) - 1
    bosses = made.unless_unknown(keys[before])
    bosses[np.diff(made.customer, prepend=np.int32(-1)) != 0] = None
    return {
        "key": keys,
        "name": made.unless_unknown(made.keys("name")),
        "title": made.chosen({"CEO", "CIO", "buyer"}),
        "role": made.chosen(role.value for role in DecisionRole),
        "influence": made.numbers(0, 1),
        "stance": made.numbers(-1, 1),
        "department": made.chosen({"IT", "finance", "board"}),
        "function": made.chosen(function.value for function in DepartmentFunction),
        "reports_to": bosses,
    }


def _taggings(made: _Maker) -> Columns:
    tags = made.sample.catalogue.tags.keys() or {"some/tag"}
    return {
        "tag": made.chosen(tags, known=True),
        "since": made.moments(),
        "until": np.full(made.size, np.datetime64("NaT", "us")),
        "source": made.chosen((source.value for source in TagSource), known=True),
        "by": made.chosen({"somebody", "somebody else"}),
        "confidence": made.rng.random(made.size),
        "weight": made.rng.random(made.size),
    }


def _attributes(made: _Maker) -> Columns:
    known = made.sample.catalogue.attributes
    keys = made.chosen(known or {"something"}, known=True)
    values: Mapping[AttributeType | None, Any] = {
        AttributeType.NUMBER: 12.5,
        AttributeType.BOOLEAN: True,
        AttributeType.DATE: made.sample.now.date(),
    }
    kinds = {key: attribute.type for key, attribute in known.items()}
    found = np.array([None] * made.size, object)
    found[:] = [values.get(kinds.get(key), "some text") for key in keys]
    return {"key": keys, "value": found}


def _metrics(made: _Maker) -> Columns:
    keys = made.chosen(made.sample.catalogue.metrics.keys() or {"something"}, known=True)
    return {"key": keys, "value": made.rng.normal(50, 30, made.size)}


def _records(made: _Maker, table: type[Table], record: type[Record]) -> Columns:
    """Return columns that are fields of a kind of record, by the declared types."""
    known = BY_RECORD[record].fields
    return {name: _field(made, known[name]) for name in table.names()}


def _field(made: _Maker, one: StoredField) -> NDArray[Any]:
    match one.value_type:
        case ValueType.CHOICE:
            choices = one.choices or ()
            return made.chosen((choice.value for choice in choices), known=one.known)
        case ValueType.MONEY:
            return made.amounts()
        case ValueType.NUMBER:
            return made.numbers(0, 1)
        case ValueType.MOMENT:
            return made.moments(unknown=not one.known)
        case ValueType.DAY:
            return made.moments(unknown=not one.known).astype("datetime64[D]")
        case _ if one.known:
            return made.keys(one.name)
        case _:
            return made.chosen({f"a {one.name}", f"another {one.name}"})


_MAKERS: Mapping[type[Table], Callable[[_Maker], Columns]] = {
    EventTable: _events,
    PersonTable: _people,
    TaggingTable: _taggings,
    AttributeTable: _attributes,
    MetricTable: _metrics,
}
