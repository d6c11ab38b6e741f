"""What a model is given, what it returns, and the check of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from profilegraph.domain.values import AMOUNT_SCALE, Labels
from profilegraph.errors import PluginError

OptionsT = TypeVar("OptionsT", bound=BaseModel)
EventRow = tuple[str, str, datetime, int]
"""Customer key, event type, moment, amount in ten-thousandths of the currency unit."""


@dataclass(frozen=True, eq=False)
class EventTable:
    """Events of many customers in columns, sorted by customer, then by time.

    `customers`: the keys of n customers, also of those without events. The other columns hold one
    value for each of m events: `customer` (m,) int32 index into customers; `type` (m,) event type
    keys; `at` (m,) datetime64[us], UTC; `amount` (m,) int64, ten-thousandths of the currency unit,
    0 where the event has none. Raises ValueError where the columns contradict each other.
    """

    customers: tuple[str, ...]
    customer: NDArray[np.int32]
    type: NDArray[np.str_]
    at: NDArray[np.datetime64]
    amount: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse columns of other types, of different lengths, out of range or out of order."""
        columns = (self.customer, self.type, self.at, self.amount)
        if {column.shape for column in columns} != {(len(self.customer),)}:
            raise ValueError("the columns of an event table must have one length")
        wanted = (np.dtype(np.int32), np.dtype("datetime64[us]"), np.dtype(np.int64))
        if (self.customer.dtype, self.at.dtype, self.amount.dtype) != wanted:
            raise ValueError("customer, at and amount must be int32, datetime64[us] and int64")
        if self.type.dtype.kind != "U":
            raise ValueError("type must be an array of str")
        if not len(self.customer):
            return
        if self.customer.min() < 0 or self.customer.max() >= len(self.customers):
            raise ValueError("customer must be an index into customers")
        step, same = np.diff(self.customer), np.diff(self.at) >= np.timedelta64(0)
        if not np.all((step > 0) | ((step == 0) & same)):
            raise ValueError("events must be sorted by customer, then by time")

    @classmethod
    def of(cls, rows: Iterable[EventRow], customers: Iterable[str] = ()) -> Self:
        """Return the table of these events, in any order, and of customers who may have none.

        The customers given come first, in their order; moments need a time zone.
        """
        index = {key: position for position, key in enumerate(dict.fromkeys(customers))}
        listed = [(index.setdefault(row[0], len(index)), *row[1:]) for row in rows]
        listed.sort(key=lambda row: (row[0], row[2]))
        return cls(
            customers=tuple(index),
            customer=np.array([row[0] for row in listed], np.int32),
            type=np.array([row[1] for row in listed], np.str_),
            at=np.array([utc64(row[2]) for row in listed], "datetime64[us]"),
            amount=np.array([row[3] for row in listed], np.int64),
        )

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Return the table of the same customers with the events for which `mask` (m,) is true."""
        return type(self)(
            self.customers, self.customer[mask], self.type[mask], self.at[mask], self.amount[mask]
        )

    def counts(self) -> NDArray[np.int64]:
        """Return the number of events of each customer, (n,)."""
        return np.bincount(self.customer, minlength=len(self.customers)).astype(np.int64)

    def totals(self) -> NDArray[np.int64]:
        """Return the sum of the amounts of each customer, (n,), ten-thousandths, exact."""
        sums = np.zeros(len(self.customers), np.int64)
        np.add.at(sums, self.customer, self.amount)
        return sums


@dataclass(frozen=True)
class Scores:
    """What a model says of each of the n customers, in the order of the events' customers.

    `metrics`: by metric key (n,) float64, NaN where there is no number. `tags`: by dimension key
    (n,) object, the key of a tag without its dimension, or None. `facts`: what people need to
    know of the run, such as the thresholds that were used.
    """

    metrics: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    tags: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    facts: Mapping[str, float | str] = field(default_factory=dict)


@runtime_checkable
class Model(Protocol[OptionsT]):
    """Code that computes metrics and tags: a pure function of events, `now` and options."""

    @property
    def key(self) -> str:
        """Return the model's key, snake_case, unique over all plugins."""

    @property
    def labels(self) -> Labels:
        """Return what people read instead of the key."""

    @property
    def event_types(self) -> frozenset[str]:
        """Return the types of the events that the model is given; empty for all."""

    @property
    def metrics(self) -> frozenset[str]:
        """Return the keys of the metrics that it computes."""

    @property
    def dimensions(self) -> frozenset[str]:
        """Return the keys of the dimensions that it sets a tag of."""

    @property
    def options(self) -> type[OptionsT]:
        """Return the class of its options; every option has a default."""

    def compute(self, events: EventTable, now: datetime, options: OptionsT) -> Scores:
        """Return the scores as of `now`; later events do not count.

        `now` is in the deployment's time zone, in which a day begins; see `local_days`.
        """


def run_model(model: Model[Any], events: EventTable, now: datetime, options: BaseModel) -> Scores:
    """Return what the model computes; raises PluginError where it fails or breaks its word."""
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    try:
        scores = model.compute(events, now, options)
    except Exception as error:  # a partner's code may raise anything; the cause is kept
        raise PluginError(
            f"the model {model.key!r} failed: {type(error).__name__}: {error}",
            hint="Report it to the plugin's author; the stored scores are unchanged.",
        ) from error
    faults = list(_broken_words(model, len(events.customers), scores))
    if faults:
        raise PluginError(
            f"the model {model.key!r} broke its contract: {'; '.join(faults)}.",
            hint="Report it to the plugin's author; the stored scores are unchanged.",
        )
    return scores


def utc64(moment: datetime) -> np.datetime64:
    """Return a moment with a time zone as numpy's datetime64[us], which is UTC here."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def local_days(at: NDArray[np.datetime64], zone: tzinfo | None) -> NDArray[np.datetime64]:
    """Return the calendar day of each UTC moment in a time zone: (m,) datetime64[D] for (m,)."""
    if zone is None or not len(at):
        return at.astype("datetime64[D]")
    # Clocks change at full quarters of an hour at the finest, so few offsets are looked up.
    quarters = at.astype("datetime64[s]").astype(np.int64) // 900
    distinct, place = np.unique(quarters, return_inverse=True)
    starts = (datetime.fromtimestamp(int(quarter) * 900, UTC) for quarter in distinct)
    offsets = [start.astimezone(zone).utcoffset() or timedelta() for start in starts]
    local: NDArray[np.datetime64] = at + np.array(offsets, "timedelta64[us]")[place]
    return local.astype("datetime64[D]")


def currency_units(amounts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return amounts in ten-thousandths as amounts in the currency unit, both (n,)."""
    return amounts / AMOUNT_SCALE


def _broken_words(model: Model[Any], size: int, scores: Scores) -> Iterable[str]:
    for kind, declared, columns in (
        ("metric", model.metrics, scores.metrics),
        ("dimension", model.dimensions, scores.tags),
    ):
        for key in sorted(columns.keys() ^ declared):
            said = "computed but not declared" if key in columns else "declared but not computed"
            yield f"the {kind} {key!r} is {said}"
        for key, column in columns.items():
            if column.shape != (size,):
                yield f"{key!r} has the shape {column.shape}, not ({size},)"
    for key, numbers in scores.metrics.items():
        if numbers.dtype != np.float64:
            yield f"{key!r} is {numbers.dtype}, not float64"
        elif np.isinf(numbers).any():
            yield f"{key!r} has infinite values"
    for key, tags in scores.tags.items():
        if not all(tag is None or isinstance(tag, str) for tag in tags.tolist()):
            yield f"{key!r} has tags that are neither text nor None"
