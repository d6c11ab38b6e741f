"""What is known of customers, read for many of them at once: one query, whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from profilegraph.domain.activity import Arrival, Event, FollowUp, Opportunity
from profilegraph.domain.customers import (
    Consent,
    CustomerKind,
    Identity,
    Relation,
    Tagging,
)
from profilegraph.domain.organisation import DecisionMaker, Department, Employee
from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX, prefixed
from profilegraph.domain.values import EPOCH, Record, from_units
from profilegraph.storage.database import Database, Row
from profilegraph.storage.statements import statement

T = TypeVar("T")
R = TypeVar("R", bound=Record)
ByCustomer = Mapping[str, Sequence[T]]
"""What was found, by customer key; a customer of whom nothing was found is absent."""
_ACTIVITY: Mapping[type[Record], str] = {
    Opportunity: "MATCH (c:Customer)-[:HAS]->(n:Opportunity {key: $key})"
    " RETURN c.key AS customer, properties(n) AS item",
    FollowUp: "MATCH (c:Customer)-[:FOLLOWED_UP_BY]->(n:FollowUp {key: $key})"
    " OPTIONAL MATCH (n)-[:BY]->(e:Employee)"
    " RETURN c.key AS customer, n {.*, employee: e.key} AS item",
    Consent: "MATCH (c:Customer)-[:GAVE]->(n:Consent {key: $key})"
    " RETURN c.key AS customer, properties(n) AS item",
}


@dataclass(frozen=True)
class Profile:
    """A customer as the graph has it: attributes and metrics by their keys, without prefixes."""

    key: str
    kind: CustomerKind
    name: str | None
    created_at: datetime
    attributes: Mapping[str, bool | float | date | str]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Owner:
    """An employee who is responsible for a customer, and since when."""

    employee: Employee
    since: datetime


async def read_profiles(database: Database, keys: Sequence[str]) -> ByCustomer[Profile]:
    """Return each customer, alone in its list."""
    return await _read(database, "read_customers", keys, lambda _, row: _profile(row))


async def read_identities(database: Database, keys: Sequence[str]) -> ByCustomer[Identity]:
    """Return the identities of each customer, by kind and value."""
    return await _read(database, "read_identities", keys, _record(Identity))


async def read_taggings(
    database: Database, keys: Sequence[str], now: datetime
) -> ByCustomer[Tagging]:
    """Return the taggings that hold at `now`, by dimension and the order of its tags."""
    return await _read(database, "read_taggings", keys, _tagging, now=now)


async def read_departments(database: Database, keys: Sequence[str]) -> ByCustomer[Department]:
    """Return all departments of each customer, by key."""
    return await _read(database, "read_departments", keys, _record(Department))


async def read_decision_makers(
    database: Database, keys: Sequence[str]
) -> ByCustomer[DecisionMaker]:
    """Return all decision-makers of each customer, the most influential first."""
    return await _read(database, "read_decision_makers", keys, _record(DecisionMaker))


async def read_events(database: Database, keys: Sequence[str], most: int) -> ByCustomer[Event]:
    """Return the newest `most` events of each customer, the newest first."""
    return await _read(database, "read_events", keys, _record(Event), most=most)


async def read_events_by_key(database: Database, keys: Sequence[str]) -> ByCustomer[Event]:
    """Return the events of these keys (those of the events), by customer."""
    return await _read(database, "read_events_by_key", keys, _record(Event))


async def read_relations(database: Database, keys: Sequence[str]) -> ByCustomer[Relation]:
    """Return how other customers are related to each, seen from the customer."""
    return await _read(database, "read_relations", keys, _record(Relation))


async def read_owners(database: Database, keys: Sequence[str]) -> ByCustomer[Owner]:
    """Return the employees who are responsible for each customer, the first one first."""
    return await _read(database, "read_owners", keys, lambda _, row: _owner(row))


async def read_opportunities(database: Database, keys: Sequence[str]) -> ByCustomer[Opportunity]:
    """Return all opportunities of each customer, by key."""
    return await _read(database, "read_opportunities", keys, _record(Opportunity))


async def read_follow_ups(
    database: Database, keys: Sequence[str], most: int
) -> ByCustomer[FollowUp]:
    """Return the newest `most` follow-ups with each customer, the newest first."""
    return await _read(database, "read_follow_ups", keys, _record(FollowUp), most=most)


async def read_consents(database: Database, keys: Sequence[str]) -> ByCustomer[Consent]:
    """Return what each customer allowed or forbade, the newest first."""
    return await _read(database, "read_consents", keys, _record(Consent))


async def read_arrivals(database: Database, keys: Sequence[str]) -> ByCustomer[Arrival]:
    """Return by which channels each customer came to us, the first one first."""
    return await _read(database, "read_arrivals", keys, _record(Arrival))


async def read_owner_of(database: Database, label: str, key: str) -> str | None:
    """Return the key of the customer whose department or decision-maker has this key, if any."""
    queries = {
        "Department": "MATCH (:Department {key: $key})-[:OF]->(c:Customer) RETURN c.key AS key",
        "DecisionMaker": "MATCH (:DecisionMaker {key: $key})-[:OF]->(c:Customer) RETURN c.key AS key",
    }
    rows = await database.read(queries[label], {"key": key})
    return rows[0]["key"] if rows else None


async def read_activity(database: Database, kind: type[R], key: str) -> R | None:
    """Return the opportunity, follow-up or consent of a key, if there is one."""
    rows = await database.read(_ACTIVITY[kind], {"key": key})
    return _record(kind)(rows[0]["customer"], rows[0]["item"]) if rows else None


async def read_identified(database: Database, identity: str) -> str | None:
    """Return the key of the customer that an identity, by its key, belongs to, if any."""
    rows = await database.read(
        "MATCH (:Identity {key: $key})-[:IDENTIFIES]->(c:Customer) RETURN c.key AS key",
        {"key": identity},
    )
    return rows[0]["key"] if rows else None


async def _read(
    database: Database,
    name: str,
    keys: Sequence[str],
    parse: Callable[[str, Row], T],
    **parameters: Any,
) -> ByCustomer[T]:
    rows = await database.read(statement(name), {"keys": list(keys), **parameters})
    return {
        row["customer"]: [parse(row["customer"], item) for item in row["items"]] for row in rows
    }


def _record(kind: type[R]) -> Callable[[str, Row], R]:
    """Return what makes a record of a row; times that the graph added are no part of it."""
    fields = kind.model_fields.keys()

    def parse(customer: str, row: Row) -> R:
        values = {_snake(name): value for name, value in row.items()}
        if values.get("amount") is not None:
            values["amount"] = from_units(values["amount"])
        known = {name: value for name, value in values.items() if name in fields}
        return kind.model_validate(known | {"customer": customer})

    return parse


def _tagging(customer: str, row: Row) -> Tagging:
    until = row["until"]
    moments = {"since": _moment(row["since"]), "until": None if until is None else _moment(until)}
    return Tagging.model_validate({**row, **moments, "customer": customer})


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _snake(name: str) -> str:
    return "close_date" if name == "closeDate" else name


def _profile(row: Row) -> Profile:
    return Profile(
        key=row["key"],
        kind=CustomerKind(row["kind"]),
        name=row.get("name"),
        created_at=row["createdAt"],
        attributes=prefixed(ATTRIBUTE_PREFIX, row),
        metrics=prefixed(METRIC_PREFIX, row),
    )


def _owner(row: Row) -> Owner:
    employee = Employee(key=row["key"], name=row["name"], team=row["team"])
    return Owner(employee, row["since"])
