"""What can be measured of a customer: each measure is a number, NaN where nothing is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from profilegraph.domain.records.customers import IdentityKind, TagSource
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.values import AMOUNT_SCALE
from profilegraph.hooks import (
    AttributeTable,
    EventTable,
    FollowUpTable,
    IdentityTable,
    MetricTable,
    OpportunityTable,
    PersonTable,
    Table,
    Tables,
    TaggingTable,
    utc64,
)

Numbers: TypeAlias = NDArray[np.float64]
_DAY = np.timedelta64(1, "D")


class _Measure(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Events(_Measure):
    """How many events of these types there were in the last so many days."""

    of: Literal["events"] = "events"
    types: tuple[str, ...]
    within_days: int = Field(90, ge=1)


class Silence(_Measure):
    """How many days ago the last event was, of these types or of any."""

    of: Literal["silence"] = "silence"
    types: tuple[str, ...] = ()


class Answers(_Measure):
    """How many events of the customer there were for each of our follow-ups."""

    of: Literal["answers"] = "answers"
    within_days: int = Field(90, ge=1)


class Tag(_Measure):
    """What the best tag of a dimension is worth."""

    of: Literal["tag"] = "tag"
    dimension: str
    worth: dict[str, float]
    """Of a tag's key, without its dimension, the number."""


class Attribute(_Measure):
    """What an attribute says: a number as it is, false and true as 0 and 1, a date as days until it."""

    of: Literal["attribute"] = "attribute"
    key: str


class Metric(_Measure):
    """What another model computed."""

    of: Literal["metric"] = "metric"
    key: str


class Identities(_Measure):
    """By how many different kinds of keys we know the customer."""

    of: Literal["identities"] = "identities"
    kinds: tuple[IdentityKind, ...] = tuple(IdentityKind)


class People(_Measure):
    """How many decision-makers of these roles we know."""

    of: Literal["people"] = "people"
    roles: tuple[DecisionRole, ...] = tuple(DecisionRole)


class Departments(_Measure):
    """In how many departments we know somebody."""

    of: Literal["departments"] = "departments"


class Standing(_Measure):
    """How the decision-makers stand towards us, -1 to 1, the influential ones counting more."""

    of: Literal["standing"] = "standing"


class Confidence(_Measure):
    """How sure those are, on average, who tagged the customer; models, this one too, do not count."""

    of: Literal["confidence"] = "confidence"


class Volume(_Measure):
    """The amounts of the opportunities that are not lost, in the currency unit."""

    of: Literal["volume"] = "volume"


class Closing(_Measure):
    """In how many days the nearest open sale is to close; 0 where that day is over."""

    of: Literal["closing"] = "closing"


Measure: TypeAlias = Annotated[
    Events
    | Silence
    | Answers
    | Tag
    | Attribute
    | Metric
    | Identities
    | People
    | Departments
    | Standing
    | Confidence
    | Volume
    | Closing,
    Field(discriminator="of"),
]
NEEDS: frozenset[type[Table]] = frozenset(
    {
        EventTable,
        PersonTable,
        TaggingTable,
        AttributeTable,
        MetricTable,
        IdentityTable,
        FollowUpTable,
        OpportunityTable,
    }
)


def measured(measure: Measure, tables: Tables, now: datetime) -> Numbers:  # noqa: C901  (one small case each)
    """Return what a measure says of each customer, (n,), NaN where nothing is known of it."""
    match measure:
        case Events(types=types, within_days=days):
            return _recent(tables[EventTable], now, days, types).counts().astype(np.float64)
        case Silence(types=types):
            return _silence(tables[EventTable], now, types)
        case Answers(within_days=days):
            return _answers(tables, now, days)
        case Tag():
            return _worth(tables[TaggingTable], measure)
        case Attribute(key=key):
            return _attribute(tables[AttributeTable], key, now.date())
        case Metric(key=key):
            return _metric(tables[MetricTable], key)
        case Identities(kinds=kinds):
            identities = tables[IdentityTable]
            known = identities.where(np.isin(identities.kind, [kind.value for kind in kinds]))
            return _different(known, known.kind)
        case People(roles=roles):
            people = tables[PersonTable]
            mask = np.isin(people.role, [role.value for role in roles])
            return people.where(mask).counts().astype(np.float64)
        case Departments():
            people = tables[PersonTable]
            placed = people.where(_known(people.department))
            return _different(placed, placed.department)
        case Standing():
            return _standing(tables[PersonTable])
        case Confidence():
            taggings = tables[TaggingTable]
            said = taggings.where(taggings.source != TagSource.MODEL.value)
            return _mean(said, said.confidence, np.ones(len(said)))
        case Volume():
            return _volume(tables[OpportunityTable])
        case Closing():
            return _closing(tables[OpportunityTable], now.date())
        case _:
            assert_never(measure)


def _recent(events: EventTable, now: datetime, days: int, types: tuple[str, ...]) -> EventTable:
    moment = utc64(now)
    mask = (events.at <= moment) & (events.at > moment - np.timedelta64(timedelta(days=days), "us"))
    return events.where(mask & np.isin(events.type, types) if types else mask)


def _silence(events: EventTable, now: datetime, types: tuple[str, ...]) -> Numbers:
    mask = events.at <= utc64(now)
    past = events.where(mask & np.isin(events.type, types) if types else mask)
    counts = past.counts()
    found = np.full(len(counts), np.nan)
    # The events of a customer stand together in the order of time: each run ends with the latest.
    last = past.at[np.cumsum(counts)[counts > 0] - 1]
    found[counts > 0] = (utc64(now) - last) / _DAY
    return found


def _answers(tables: Tables, now: datetime, days: int) -> Numbers:
    moment = utc64(now)
    since = moment - np.timedelta64(timedelta(days=days), "us")
    follow_ups = tables[FollowUpTable]
    asked = follow_ups.where((follow_ups.at <= moment) & (follow_ups.at > since)).counts()
    answered = _recent(tables[EventTable], now, days, ()).counts()
    found = np.full(len(asked), np.nan)
    np.divide(answered, asked, out=found, where=asked > 0)
    return found


def _worth(taggings: TaggingTable, measure: Tag) -> Numbers:
    worth = {f"{measure.dimension}/{tag}": value for tag, value in measure.worth.items()}
    carried = taggings.where(np.isin(taggings.tag, list(worth)))
    found = np.full(len(taggings.customers), -np.inf)
    np.maximum.at(found, carried.customer, np.array([worth[t] for t in carried.tag], np.float64))
    return np.where(np.isinf(found), np.nan, found)


def _attribute(attributes: AttributeTable, key: str, today: date) -> Numbers:
    given = attributes.where(attributes.key == key)
    found = np.full(len(attributes.customers), np.nan)
    found[given.customer] = [_number(value, today) for value in given.value]
    return found


def _number(value: Any, today: date) -> float:
    match value:
        case bool() | int() | float():
            return float(value)
        case date():
            return float((value - today).days)
        case _:
            return np.nan


def _metric(metrics: MetricTable, key: str) -> Numbers:
    given = metrics.where(metrics.key == key)
    found = np.full(len(metrics.customers), np.nan)
    found[given.customer] = given.value
    return found


def _different(table: Table, values: NDArray[np.object_]) -> Numbers:
    """Return how many different values each customer has, (n,)."""
    pairs = set(zip(table.customer.tolist(), values.tolist(), strict=True))
    owners = np.array([owner for owner, _ in pairs], np.intp)
    return np.bincount(owners, minlength=len(table.customers)).astype(np.float64)


def _standing(people: PersonTable) -> Numbers:
    known = people.where(~np.isnan(people.stance))
    weight = np.where(np.isnan(known.influence), 0.5, known.influence)
    return _mean(known, known.stance, np.maximum(weight, 0.01))


def _mean(table: Table, values: Numbers, weight: Numbers) -> Numbers:
    size = len(table.customers)
    total = np.bincount(table.customer, weight, minlength=size)
    summed = np.bincount(table.customer, values * weight, minlength=size)
    found = np.full(size, np.nan)
    np.divide(summed, total, out=found, where=total > 0)
    return found


def _volume(opportunities: OpportunityTable) -> Numbers:
    kept = opportunities.where(opportunities.outcome != "LOST")
    sums = np.bincount(kept.customer, kept.amount / AMOUNT_SCALE, minlength=len(kept.customers))
    return np.where(kept.counts() > 0, sums, np.nan)


def _closing(opportunities: OpportunityTable, today: date) -> Numbers:
    dated = ~np.isnat(opportunities.close_date)
    ahead = opportunities.where(dated & (opportunities.outcome == "OPEN"))
    found = np.full(len(ahead.customers), np.inf)
    days = (ahead.close_date - np.datetime64(today, "D")) / _DAY
    np.minimum.at(found, ahead.customer, np.maximum(days, 0.0))
    return np.where(np.isinf(found), np.nan, found)


def _known(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values.tolist()], bool)
