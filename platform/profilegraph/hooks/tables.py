"""The tables that plugins get: typed columns, one table per kind of record.

A plugin declares the tables that it `needs`; nothing else is read. The rows of a table are sorted
by customer, then by the column named by `ORDER` in its class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from profilegraph.domain.records.activity import FollowUp, Opportunity
from profilegraph.domain.records.customers import Identity
from profilegraph.domain.values import Record
from profilegraph.errors import PluginError
from profilegraph.hooks.columns import (
    Days,
    Indexes,
    Moments,
    Numbers,
    Objects,
    Wholes,
    Words,
    column_of,
)

__all__ = [
    "AttributeTable",
    "EventTable",
    "FollowUpTable",
    "IdentityTable",
    "MetricTable",
    "OpportunityTable",
    "PersonTable",
    "Table",
    "Tables",
    "TaggingTable",
]

TableT = TypeVar("TableT", bound="Table")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows about n customers, in columns.

    `customers`: the keys of the n customers, including those without rows. The other columns have
    one value for each of m rows: `customer` (m,) int32 index into customers, and those of the
    class. Raises ValueError if the columns contradict each other.
    """

    ORDER: ClassVar[str]
    """The column by which the rows of one customer are sorted."""
    RECORD: ClassVar[type[Record] | None] = None
    """The kind of record whose fields are the columns, by name; None if there is none."""

    customers: tuple[str, ...]
    customer: Indexes

    def __post_init__(self) -> None:
        """Raise ValueError for wrong types, lengths, values or order of the columns."""
        for name, dtype in _columns(type(self)).items():
            found: NDArray[Any] = getattr(self, name)
            if found.shape != (len(self.customer),):
                raise ValueError(f"the columns of a {_name(self)} must have one length: {name}")
            if (found.dtype.kind != "U") if dtype == "str" else (found.dtype != np.dtype(dtype)):
                raise ValueError(f"{name} of a {_name(self)} must be {dtype}, not {found.dtype}")
        if not len(self.customer):
            return
        if self.customer.min() < 0 or self.customer.max() >= len(self.customers):
            raise ValueError("customer must be an index into customers")
        order = getattr(self, self.ORDER)
        step = np.diff(self.customer)
        if not np.all((step > 0) | ((step == 0) & (order[1:] >= order[:-1]))):
            raise ValueError(f"a {_name(self)} must be sorted by customer, then by {self.ORDER}")

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]], customers: Iterable[str] = ()) -> Self:
        """Return the table of these rows, in any order, and of customers that may have none.

        A row is a customer's key and a value for each column of the class, in order; moments need a
        time zone, None is a missing value. The given customers come first, in their order.
        """
        listed = list(rows)
        index = {key: position for position, key in enumerate(dict.fromkeys(customers))}
        owner = np.array([index.setdefault(row[0], len(index)) for row in listed], np.int32)
        columns = {
            name: column_of([row[place] for row in listed], dtype)
            for place, (name, dtype) in enumerate(_columns(cls).items())
            if place
        }
        # Stable sorts, the last one first: numpy sorts several keys at once only without objects.
        first = np.argsort(columns[cls.ORDER], kind="stable")
        order = first[np.argsort(owner[first], kind="stable")]
        ordered: dict[str, Any] = {name: column[order] for name, column in columns.items()}
        return cls(customers=tuple(index), customer=owner[order], **ordered)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the union of tables of disjoint customers."""
        if not parts:
            return cls.of(())
        starts = np.cumsum([0, *(len(part.customers) for part in parts[:-1])]).astype(np.int32)
        owner = np.concatenate(
            [part.customer + start for part, start in zip(parts, starts, strict=True)]
        )
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in _columns(cls)
            if name != "customer"
        }
        customers = tuple(chain.from_iterable(part.customers for part in parts))
        return cls(customers=customers, customer=owner, **columns)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the columns, without `customer`."""
        return tuple(name for name in _columns(cls) if name != "customer")

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Return the table of the same customers with the rows for which `mask` (m,) is true."""
        columns: dict[str, Any] = {name: getattr(self, name)[mask] for name in _columns(type(self))}
        return replace(self, **columns)

    def counts(self) -> NDArray[np.int64]:
        """Return the number of rows of each customer, (n,)."""
        return np.bincount(self.customer, minlength=len(self.customers)).astype(np.int64)

    def __len__(self) -> int:
        """Return m, the number of rows."""
        return len(self.customer)


@dataclass(frozen=True, eq=False)
class EventTable(Table):
    """What customers did, by time.

    `type` (m,) event type keys; `at` (m,) datetime64[us], UTC; `amount` (m,) int64, ten-thousandths
    of the currency unit, 0 where the event has none.
    """

    ORDER: ClassVar[str] = "at"

    type: Words
    at: Moments
    amount: Wholes

    def totals(self) -> NDArray[np.int64]:
        """Return the sum of the amounts of each customer, (n,), ten-thousandths, exact."""
        sums = np.zeros(len(self.customers), np.int64)
        np.add.at(sums, self.customer, self.amount)
        return sums


@dataclass(frozen=True, eq=False)
class PersonTable(Table):
    """The decision-makers of customers, by key; texts are objects, None if unknown.

    `role` a `DecisionRole`'s name; `influence` 0 to 1 and `stance` -1 to 1, float64, NaN if
    unknown; `department` and `reports_to` keys, the latter of another person; `function` that of
    the department, or of its nearest ancestor that has one.
    """

    ORDER: ClassVar[str] = "key"

    key: Objects
    name: Objects
    title: Objects
    role: Objects
    influence: Numbers
    stance: Numbers
    department: Objects
    function: Objects
    reports_to: Objects


@dataclass(frozen=True, eq=False)
class TaggingTable(Table):
    """The tags that customers carry now, by tag.

    `tag` full keys `dimension/tag`; `since` and `until` datetime64[us], UTC, NaT without an end;
    `source` a `TagSource`'s name; `by` the author, or None; `confidence` and `weight` 0 to 1.
    """

    ORDER: ClassVar[str] = "tag"

    tag: Objects
    since: Moments
    until: Moments
    source: Objects
    by: Objects
    confidence: Numbers
    weight: Numbers


@dataclass(frozen=True, eq=False)
class AttributeTable(Table):
    """The known attributes of customers, by key; `value` a bool, float, str or date."""

    ORDER: ClassVar[str] = "key"

    key: Objects
    value: Objects


@dataclass(frozen=True, eq=False)
class MetricTable(Table):
    """The numbers that models computed of customers, by key; `value` float64."""

    ORDER: ClassVar[str] = "key"

    key: Objects
    value: Numbers


@dataclass(frozen=True, eq=False)
class IdentityTable(Table):
    """The keys by which channels know customers; `kind` an `IdentityKind`'s name."""

    ORDER: ClassVar[str] = "kind"
    RECORD: ClassVar[type[Record] | None] = Identity

    kind: Objects
    value: Objects


@dataclass(frozen=True, eq=False)
class FollowUpTable(Table):
    """Follow-ups with customers, by time; `kind` a `FollowUpKind`'s name, texts None if unknown."""

    ORDER: ClassVar[str] = "at"
    RECORD: ClassVar[type[Record] | None] = FollowUp

    kind: Objects
    at: Moments
    employee: Objects
    note: Objects
    outcome: Objects


@dataclass(frozen=True, eq=False)
class OpportunityTable(Table):
    """Opportunities, by key.

    `outcome` an `OpportunityOutcome`'s name; `amount` int64, ten-thousandths of the currency unit,
    0 if unknown; `close_date` datetime64[D], NaT if unknown.
    """

    ORDER: ClassVar[str] = "key"
    RECORD: ClassVar[type[Record] | None] = Opportunity

    key: Objects
    stage: Objects
    outcome: Objects
    amount: Wholes
    close_date: Days


TABLES: tuple[type[Table], ...] = (
    EventTable,
    PersonTable,
    TaggingTable,
    AttributeTable,
    MetricTable,
    IdentityTable,
    FollowUpTable,
    OpportunityTable,
)
"""Every kind of table."""


class Tables:
    """The requested tables of n customers, by class: `tables[EventTable]`."""

    def __init__(self, customers: Sequence[str], tables: Iterable[Table]) -> None:
        """Hold the tables; raises ValueError if they are about different customers."""
        self.customers = tuple(customers)
        self._tables: Mapping[type[Table], Table] = {type(one): one for one in tables}
        for one in self._tables.values():
            if one.customers != self.customers:
                raise ValueError(f"the {_name(one)} is about other customers")

    @classmethod
    def of(cls, *tables: Table) -> Self:
        """Return tables of the same customers; raises ValueError if the customers differ."""
        return cls(tables[0].customers, tables)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the union of the tables of disjoint customers."""
        kinds = parts[0]._tables
        customers = tuple(chain.from_iterable(part.customers for part in parts))
        return cls(customers, (kind.joined([part[kind] for part in parts]) for kind in kinds))

    def __len__(self) -> int:
        """Return n, the number of customers."""
        return len(self.customers)

    def __getitem__(self, kind: type[TableT]) -> TableT:
        """Return the table of a kind; raises PluginError if it was not requested."""
        found = self._tables.get(kind)
        if not isinstance(found, kind):
            raise PluginError(
                f"the {kind.__name__} was not asked for.", hint="Put it among `needs`."
            )
        return found


def _columns(kind: type[Table]) -> dict[str, str]:
    """Return the types of a table's columns by name, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        one.name: hints[one.name].__metadata__[0] for one in fields(kind) if one.name != "customers"
    }


def _name(table: Table) -> str:
    return type(table).__name__
