"""All that a filter can ask of one customer, read from the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profilegraph.domain.customers import Tagging
from profilegraph.domain.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX
from profilegraph.errors import NotFound
from profilegraph.segments.facts import DepartmentFact, EventFact, Facts, PersonFact
from profilegraph.storage.database import Database, Row
from profilegraph.storage.statements import statement


async def read_facts(database: Database, customer: str) -> Facts:
    """Return what is known of a customer by its key; raises NotFound."""
    rows = await database.read(statement("facts"), {"key": customer})
    if not rows:
        raise NotFound(f"no customer has the key {customer!r}.")
    row = rows[0]
    return Facts(
        key=customer,
        taggings=tuple(tagging(customer, one) for one in row["taggings"]),
        attributes=_prefixed(ATTRIBUTE_PREFIX, row["customer"]),
        metrics=_prefixed(METRIC_PREFIX, row["customer"]),
        events=tuple(_event(one) for one in row["events"]),
        people=tuple(_person(one) for one in row["people"]),
    )


def tagging(customer: str, row: Row) -> Tagging:
    """Return the tagging that a `TAGGED` edge's properties, with its `tag` key, stand for."""
    return Tagging.model_validate({**row, "customer": customer})


def _prefixed(prefix: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in properties.items()
        if name.startswith(prefix)
    }


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
    )


def _department(row: Row) -> DepartmentFact:
    function = row.get("function")
    return DepartmentFact(
        key=row["key"],
        name=row.get("name"),
        function=None if function is None else DepartmentFunction(function),
    )
