"""All that a filter can ask of one customer and of those near it, read from the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX, prefixed
from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import RelationKind
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.errors import NotFound
from profilegraph.language.facts import (
    ArrivalFact,
    ConsentFact,
    DepartmentFact,
    EventFact,
    Facts,
    FollowUpFact,
    OpportunityFact,
    OwnerFact,
    ParticipationFact,
    PersonFact,
    RelationFact,
)
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.records.kinds import TAGGING
from profilegraph.storage.statements import statement


async def read_facts(database: Database, customer: str, reach: int = 0) -> Facts:
    """Return what is known of a customer by its key, and of those up to `reach` relations away.

    Raises NotFound.
    """
    found = await read_neighbourhood(database, [customer], reach)
    if customer not in found:
        raise NotFound(f"no customer has the key {customer!r}.")
    return replace(found[customer], near=found)


async def read_past_facts(database: Database, customer: str, at: datetime) -> Facts:
    """Return what was known of a customer at a moment of the past, as far as that is kept.

    Raises NotFound where there is no such customer, or was none then.
    """
    found = await read_past(database, [customer], at)
    if customer not in found:
        raise NotFound(
            f"no customer had the key {customer!r} on {at:%Y-%m-%d}.",
            hint="Ask as of a later moment, or check the key.",
        )
    return found[customer]


async def read_past(database: Database, customers: Iterable[str], at: datetime) -> dict[str, Facts]:
    """Return what was known of customers at a moment of the past, by key; absent who was not."""
    parameters = {"keys": sorted(set(customers)), "at": at}
    rows = await database.read(statement("facts_as_of"), parameters)
    return {one.key: one for one in map(_facts, rows)}


async def read_neighbourhood(
    database: Database, customers: Iterable[str], reach: int
) -> dict[str, Facts]:
    """Return what is known of customers and of those up to `reach` relations away, by key."""
    found: dict[str, Facts] = {}
    fresh = set(customers)
    for _ in range(reach + 1):
        if not fresh:
            break
        rows = await database.read(statement("facts"), {"keys": sorted(fresh)})
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
        follow_ups=tuple(_follow_up(one) for one in row["followUps"]),
        arrivals=tuple(ArrivalFact(one["at"], tuple(one["channels"])) for one in row["arrivals"]),
        owners=tuple(_owner(one) for one in row["owners"]),
        consents=tuple(_consent(one) for one in row["consents"]),
        relations=tuple(
            RelationFact(one["other"], RelationKind(one["kind"])) for one in row["relations"]
        ),
    )


def _event(row: Row) -> EventFact:
    return EventFact(
        key=row["key"],
        type=row["type"],
        at=row["at"],
        channel=row.get("channel"),
        content=row.get("content"),
        amount=row.get("amount"),
    )


def _person(row: Row) -> PersonFact:
    person = row["person"]
    return PersonFact(
        key=person["key"],
        name=person.get("name"),
        title=person.get("title"),
        role=DecisionRole(person["role"]) if "role" in person else None,
        influence=person.get("influence"),
        stance=person.get("stance"),
        chain_depth=row["chainDepth"],
        departments=tuple(_department(one) for one in row["departments"]),
        events=tuple(_event(one) for one in row["events"]),
        takes_part_in=tuple(
            ParticipationFact(DecisionRole(one["role"]), _opportunity(one["opportunity"]))
            for one in row["parts"]
        ),
    )


def _department(row: Row) -> DepartmentFact:
    function = row.get("function")
    return DepartmentFact(
        key=row["key"],
        name=row.get("name"),
        function=None if function is None else DepartmentFunction(function),
    )


def _opportunity(row: Row) -> OpportunityFact:
    return OpportunityFact(
        key=row["key"],
        outcome=OpportunityOutcome(row["outcome"]),
        name=row.get("name"),
        stage=row.get("stage"),
        amount=row.get("amount"),
        close_date=row.get("closeDate"),
        reason=row.get("reason"),
    )


def _follow_up(row: Row) -> FollowUpFact:
    return FollowUpFact(
        key=row["key"],
        kind=FollowUpKind(row["kind"]),
        at=row["at"],
        employees=tuple(row["employees"]),
        note=row.get("note"),
        outcome=row.get("outcome"),
    )


def _owner(row: Row) -> OwnerFact:
    return OwnerFact(row["key"], row["since"], row["name"], tuple(row["teams"]))


def _consent(row: Row) -> ConsentFact:
    return ConsentFact(row["key"], row["purpose"], row["granted"], row["at"])
