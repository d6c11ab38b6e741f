"""Bulk reads of customers: one query for any number of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX, prefixed
from profilegraph.domain.records import kinds as stored
from profilegraph.domain.records.activity import Arrival, Channel, Event, FollowUp, Opportunity
from profilegraph.domain.records.customers import Consent, CustomerKind, Identity, Relation, Tagging
from profilegraph.domain.records.organisation import DecisionMaker, Department, Employee
from profilegraph.domain.records.stored import StoredKind
from profilegraph.domain.values import EPOCH, Record
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.rows import Row, RunQuery
from profilegraph.storage.records.generated import (
    by_key_statement,
    read_statement,
    timeline_statement,
)
from profilegraph.storage.statements import statement

T = TypeVar("T")
R = TypeVar("R", bound=Record)
ByCustomer = Mapping[str, Sequence[T]]
"""Records by customer key; customers without any are absent."""


@dataclass(frozen=True)
class Profile:
    """A customer with attributes and metrics by key, without the prefixes of the graph."""

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


@dataclass(frozen=True)
class TimelineQuery:
    """A page of a customer's timeline, the newest first."""

    most: int
    kinds: tuple[str, ...] | None = None
    """Only of these types or kinds; None for any."""
    after: tuple[datetime, str] | None = None
    """Only after the record with this moment and key."""

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the statements."""
        at, key = self.after or (None, None)
        kinds = None if self.kinds is None else list(self.kinds)
        return {"most": self.most, "kinds": kinds, "at": at, "after": key}


async def read_profiles(database: Database, keys: Sequence[str]) -> ByCustomer[Profile]:
    """Return each customer, alone in its list."""
    return await _read(database, "read_customers", keys, lambda _, row: _profile(row))


async def read_ordinals(run_query: RunQuery, customers: Collection[str]) -> dict[str, int]:
    """Return the ordinals of those of some customers that exist, by key."""
    rows = await run_query(
        "UNWIND $keys AS key MATCH (c:Customer {key: key}) WHERE c.ordinal IS NOT NULL"
        " RETURN c.key AS key, c.ordinal AS ordinal",
        {"keys": list(customers)},
    )
    return {row["key"]: row["ordinal"] for row in rows}


async def read_names(database: Database, customers: Collection[str]) -> Mapping[str, str]:
    """Return the names of the customers that have one, by key."""
    rows = await database.read(
        "UNWIND $keys AS key MATCH (c:Customer {key: key}) WHERE c.name IS NOT NULL"
        " RETURN c.key AS key, c.name AS name",
        {"keys": sorted(customers)},
    )
    return {row["key"]: row["name"] for row in rows}


async def read_identities(database: Database, keys: Sequence[str]) -> ByCustomer[Identity]:
    """Return the identities of each customer, by kind and value."""
    return await read_owned(database, stored.IDENTITY, keys)


async def read_taggings(
    database: Database, keys: Sequence[str], now: datetime
) -> ByCustomer[Tagging]:
    """Return the taggings that hold at `now`, by dimension and the order of its tags."""
    return await _read(database, "read_taggings", keys, _tagging, now=now)


async def read_all_taggings(database: Database, keys: Sequence[str]) -> ByCustomer[Tagging]:
    """Return all taggings of each customer, including closed ones."""
    rows = await database.read(statement("read_all_taggings"), {"keys": list(keys)})
    found: dict[str, list[Tagging]] = {}
    for row in rows:
        kind: StoredKind[Tagging] = stored.RELATIONSHIPS[row["type"]]
        one = kind.read(row["properties"], customer=row["customer"], tag=row["tag"])
        found.setdefault(one.customer, []).append(one)
    return found


async def read_all_states(database: Database, keys: Sequence[str]) -> ByCustomer[Record]:
    """Return the former states of each customer's departments, decision-makers and opportunities."""
    rows = await database.read(statement("read_all_states"), {"keys": list(keys)})
    found: dict[str, list[Record]] = {}
    for row in rows:
        kind: StoredKind[Record] = stored.NODES[row["label"]]
        one = kind.read(row["properties"], customer=row["customer"])
        found.setdefault(row["customer"], []).append(one)
    return found


async def read_departments(database: Database, keys: Sequence[str]) -> ByCustomer[Department]:
    """Return all departments of each customer, by key."""
    return await _read(database, "read_departments", keys, _record(stored.DEPARTMENT))


async def read_decision_makers(
    database: Database, keys: Sequence[str]
) -> ByCustomer[DecisionMaker]:
    """Return all decision-makers of each customer, the most influential first."""
    return await _read(database, "read_decision_makers", keys, _record(stored.DECISION_MAKER))


async def read_events(
    database: Database, keys: Sequence[str], asked: TimelineQuery
) -> ByCustomer[Event]:
    """Return events of each customer, the newest first."""
    return await _timeline(database, stored.EVENT, "type", keys, asked)


async def read_events_by_key(database: Database, keys: Sequence[str]) -> ByCustomer[Event]:
    """Return the events with these keys, by customer."""
    return await _rows(database, by_key_statement(stored.EVENT), keys, _record(stored.EVENT))


async def read_relations(database: Database, keys: Sequence[str]) -> ByCustomer[Relation]:
    """Return the relations of each customer, seen from the customer."""
    return await _read(database, "read_relations", keys, _record(stored.RELATION))


async def read_owners(database: Database, keys: Sequence[str]) -> ByCustomer[Owner]:
    """Return the owners of each customer, the first one first."""
    return await _read(database, "read_owners", keys, lambda _, row: _owner(row))


async def read_opportunities(database: Database, keys: Sequence[str]) -> ByCustomer[Opportunity]:
    """Return all opportunities of each customer, by key."""
    return await read_owned(database, stored.OPPORTUNITY, keys)


async def read_follow_ups(
    database: Database, keys: Sequence[str], asked: TimelineQuery
) -> ByCustomer[FollowUp]:
    """Return follow-ups with each customer, the newest first."""
    return await _timeline(database, stored.FOLLOW_UP, "kind", keys, asked)


async def read_consents(database: Database, keys: Sequence[str]) -> ByCustomer[Consent]:
    """Return the consent records of each customer, the newest first."""
    return await read_owned(database, stored.CONSENT, keys)


async def read_arrivals(database: Database, keys: Sequence[str]) -> ByCustomer[Arrival]:
    """Return the arrivals of each customer, the first one first."""
    return await _read(database, "read_arrivals", keys, _record(stored.ARRIVAL))


async def read_channels(database: Database, keys: Sequence[str]) -> Mapping[str, Sequence[Channel]]:
    """Return each existing channel, alone in its list, by its key."""
    rows = await database.read(statement("read_channels"), {"keys": list(keys)})
    return {row["key"]: [stored.CHANNEL.read(row)] for row in rows}


async def read_owner_of(database: Database, label: str, key: str) -> str | None:
    """Return the key of the customer of a department or decision-maker, by its key, or None."""
    queries = {
        "Department": "MATCH (:Department {key: $key})-[:OF]->(c:Customer) RETURN c.key AS key",
        "DecisionMaker": "MATCH (:DecisionMaker {key: $key})-[:OF]->(c:Customer) RETURN c.key AS key",
    }
    rows = await database.read(queries[label], {"key": key})
    return rows[0]["key"] if rows else None


async def read_activity(database: Database, kind: type[R], key: str) -> R | None:
    """Return a record by its key, of a kind that belongs to customers, or None."""
    declared: StoredKind[R] = stored.BY_RECORD[kind]
    found = await _rows(database, by_key_statement(declared), [key], _record(declared))
    return next((one for some in found.values() for one in some), None)


async def read_identified(database: Database, identity: str) -> str | None:
    """Return the key of the customer with an identity, by its key, or None."""
    rows = await database.read(
        "MATCH (:Identity {key: $key})-[:IDENTIFIES]->(c:Customer) RETURN c.key AS key",
        {"key": identity},
    )
    return rows[0]["key"] if rows else None


async def read_owned(database: Database, kind: StoredKind[R], keys: Sequence[str]) -> ByCustomer[R]:
    """Return all records of a kind of each customer, in the order that the kind declares."""
    return await _rows(database, read_statement(kind), keys, _record(kind))


async def _timeline(
    database: Database, kind: StoredKind[R], field: str, keys: Sequence[str], asked: TimelineQuery
) -> ByCustomer[R]:
    query = timeline_statement(kind, field)
    return await _rows(database, query, keys, _record(kind), **asked.parameters)


async def _read(
    database: Database,
    name: str,
    keys: Sequence[str],
    parse: Callable[[str, Row], T],
    **parameters: Any,
) -> ByCustomer[T]:
    return await _rows(database, statement(name), keys, parse, **parameters)


async def _rows(
    database: Database,
    query: str,
    keys: Sequence[str],
    parse: Callable[[str, Row], T],
    **parameters: Any,
) -> ByCustomer[T]:
    rows = await database.read(query, {"keys": list(keys), **parameters})
    return {
        row["customer"]: [parse(row["customer"], item) for item in row["items"]] for row in rows
    }


def _record(kind: StoredKind[R]) -> Callable[[str, Row], R]:
    """Return the function that makes a record of a row that includes its customer."""
    return lambda customer, row: kind.read(row, customer=customer)


def _tagging(customer: str, row: Row) -> Tagging:
    until = row["until"]
    ends = None if until is None else _moment(until)
    return stored.TAGGING.read(row, customer=customer, since=_moment(row["since"]), until=ends)


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _profile(row: Row) -> Profile:
    return Profile(
        key=row["key"],
        kind=CustomerKind(row["kind"]),
        name=row.get("name"),
        created_at=_moment(row["createdAt"]),
        attributes=prefixed(ATTRIBUTE_PREFIX, row),
        metrics=prefixed(METRIC_PREFIX, row),
    )


def _owner(row: Row) -> Owner:
    return Owner(
        stored.EMPLOYEE.read({"key": row["key"], "name": row["name"], "team": row["team"]}),
        row["since"],
    )
