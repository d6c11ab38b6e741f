"""Reads everything that filters can read about one customer and its relatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX, prefixed
from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.records.kinds import INDEXED, TAGGING
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.records.stored import StoredKind, ValueType
from profilegraph.domain.values import Record, from_units
from profilegraph.errors import NotFound
from profilegraph.language.facts import (
    FACT_KINDS,
    RECORD_KINDS,
    ArrivalFact,
    DepartmentFact,
    EventFact,
    Facts,
    OpportunityFact,
    OwnerFact,
    ParticipationFact,
    PersonFact,
    RelationFact,
)
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.records.generated import facts_column
from profilegraph.storage.statements import statement

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

F = TypeVar("F", bound="DataclassInstance")
T = TypeVar("T")

_OF_RECORDS: Mapping[ValueType, Callable[[Any], Any]] = MappingProxyType(
    {ValueType.MONEY: from_units, ValueType.LIST: tuple}
)
"""How records have the values that are stored in another form; other facts have these as stored."""


async def read_facts(database: Database, customer: str, reach: int = 0) -> Facts:
    """Return the facts of a customer by its key, and of those up to `reach` relations away.

    Raises NotFound.
    """
    found = await read_neighbourhood(database, [customer], reach)
    if customer not in found:
        raise NotFound(f"no customer has the key {customer!r}.")
    return replace(found[customer], near=found)


async def read_past_facts(database: Database, customer: str, at: datetime) -> Facts:
    """Return the facts of a customer as of a past moment, as far as history is kept.

    Raises NotFound if there is no such customer, or was none at that moment.
    """
    found = await read_past(database, [customer], at)
    if customer not in found:
        raise NotFound(
            f"no customer had the key {customer!r} on {at:%Y-%m-%d}.",
            hint="Ask as of a later moment, or check the key.",
        )
    return found[customer]


async def read_past(database: Database, customers: Iterable[str], at: datetime) -> dict[str, Facts]:
    """Return the facts of customers as of a past moment, by key, without those that did not exist then."""
    parameters = {"keys": sorted(set(customers)), "at": at}
    rows = await database.read(facts_statement(past=True), parameters)
    return {one.key: one for one in map(_facts, rows)}


async def read_neighbourhood(
    database: Database, customers: Iterable[str], reach: int
) -> dict[str, Facts]:
    """Return the facts of customers and of those up to `reach` relations away, by key."""
    found: dict[str, Facts] = {}
    fresh = set(customers)
    for _ in range(reach + 1):
        if not fresh:
            break
        rows = await database.read(facts_statement(past=False), {"keys": sorted(fresh)})
        read = [_facts(row) for row in rows]
        found |= {one.key: one for one in read}
        fresh = {link.other for one in read for link in one.relations} - found.keys()
    return found


def _facts(row: Row) -> Facts:
    customer = row["customer"]
    key = customer["key"]
    return Facts(
        key=key,
        name=customer.get("name"),
        ordinal=customer.get("ordinal"),
        merged_into=row["mergedInto"],
        cohort=customer.get("cohort"),
        taggings=tuple(TAGGING.read(one, customer=key) for one in row["taggings"]),
        attributes=prefixed(ATTRIBUTE_PREFIX, customer),
        metrics=prefixed(METRIC_PREFIX, customer),
        events=tuple(_event(one) for one in row["events"]),
        people=tuple(_person(one) for one in row["people"]),
        opportunities=tuple(_opportunity(one) for one in row["opportunities"]),
        arrivals=tuple(ArrivalFact(one["at"], tuple(one["channels"])) for one in row["arrivals"]),
        owners=tuple(_owner(one) for one in row["owners"]),
        relations=tuple(
            RelationFact(one["other"], RelationKind(one["kind"])) for one in row["relations"]
        ),
        records={
            kind.record: tuple(_RECORDS[kind.plural](one, customer=key) for one in row[kind.plural])
            for kind in RECORD_KINDS
        },
    )


def fact_reader(kind: StoredKind[Any], fact: type[F]) -> Callable[..., F]:
    """Return the function that makes a fact from a node's properties.

    Each field of the fact is the field of the record with that name and its declared type.
    """
    own = {one.name: one.default is MISSING for one in fields(fact) if one.name in kind.values}
    return _reader(kind, fact, own)


def record_reader(kind: StoredKind[Any]) -> Callable[..., Record]:
    """Return the function that makes a record from a node's properties and related keys.

    It is not validated: a filter is decided although a field that it does not ask is damaged.
    """
    own = {name: kind.fields[name].required for name in kind.values | kind.edges.keys()}
    return _reader(kind, kind.record.model_construct, own, _OF_RECORDS)


def _reader(
    kind: StoredKind[Any],
    make: Callable[..., T],
    own: Mapping[str, bool],
    conversions: Mapping[ValueType, Callable[[Any], Any]] = MappingProxyType({}),
) -> Callable[..., T]:
    """Return the function that makes an object of a row; `own` are its fields, and whether each is required."""
    stored = [(kind.fields[name], needed) for name, needed in own.items()]
    converted = [
        (one.name, convert)
        for one, _ in stored
        if (convert := one.choices or conversions.get(one.value_type)) is not None
    ]

    def read(row: Row, **told: Any) -> T:
        values: dict[str, Any] = {
            one.name: row[one.stored_as] if needed else row.get(one.stored_as)
            for one, needed in stored
        }
        for name, convert in converted:
            if values[name] is not None:
                values[name] = convert(values[name])
        return make(**values, **told)

    return read


_event = fact_reader(FACT_KINDS[EventFact], EventFact)
_department = fact_reader(FACT_KINDS[DepartmentFact], DepartmentFact)
_opportunity = fact_reader(FACT_KINDS[OpportunityFact], OpportunityFact)
_known = fact_reader(FACT_KINDS[PersonFact], PersonFact)
_RECORDS = {kind.plural: record_reader(kind) for kind in RECORD_KINDS}


def _person(row: Row) -> PersonFact:
    return _known(
        row["person"],
        chain_depth=row["chainDepth"],
        departments=tuple(_department(one) for one in row["departments"]),
        events=tuple(_event(one) for one in row["events"]),
        takes_part_in=tuple(
            ParticipationFact(DecisionRole(one["role"]), _opportunity(one["opportunity"]))
            for one in row["parts"]
        ),
    )


def _owner(row: Row) -> OwnerFact:
    return OwnerFact(row["key"], row["since"], row["name"], tuple(row["teams"]))


@cache
def facts_statement(*, past: bool) -> str:
    """Return the statement that reads all facts of customers, for now or a past moment."""
    made = (facts_column(kind, past=past) for kind in INDEXED)
    return ",\n  ".join((statement("facts_as_of" if past else "facts").rstrip(), *made))
