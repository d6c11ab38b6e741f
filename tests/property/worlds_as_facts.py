"""A world's records as facts, without a database between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from hypothesis import strategies as st

from profilegraph.domain.activity import Event
from profilegraph.domain.customers import Customer, Tagging
from profilegraph.domain.organisation import DecisionMaker, Department
from profilegraph.domain.values import Record, to_units
from profilegraph.segments.facts import DepartmentFact, EventFact, Facts, PersonFact
from tests.property.strategies import worlds
from tests.support.worlds import World

T = TypeVar("T", bound=Record)


def facts_of_worlds() -> st.SearchStrategy[list[Facts]]:
    return worlds().map(facts_of)


def facts_of(world: World) -> list[Facts]:
    return [_facts(world, customer) for customer in _some(world.records, Customer)]


def _facts(world: World, customer: Customer) -> Facts:
    own = [one for one in world.records if getattr(one, "customer", None) == customer.key]
    people = {one.key: one for one in _some(own, DecisionMaker)}
    departments = {one.key: one for one in _some(own, Department)}
    events = _some(own, Event)
    return Facts(
        key=customer.key,
        taggings=tuple(_some(own, Tagging)),
        attributes={key: value for key, value in customer.attributes.items() if value is not None},
        metrics=world.metrics.get(customer.key, {}),
        events=tuple(_event(one) for one in events),
        people=tuple(_person(one, people, departments, events) for one in people.values()),
    )


def _person(
    person: DecisionMaker,
    people: dict[str, DecisionMaker],
    departments: dict[str, Department],
    events: list[Event],
) -> PersonFact:
    above, boss = 0, person.reports_to
    while boss is not None:
        above, boss = above + 1, people[boss].reports_to
    line, place = [], person.department
    while place is not None:
        department = departments[place]
        line.append(DepartmentFact(department.key, department.name, department.function))
        place = department.parent
    return PersonFact(
        key=person.key,
        name=person.name,
        title=person.title,
        role=person.role,
        influence=person.influence,
        stance=person.stance,
        chain_depth=above,
        departments=tuple(line),
        events=tuple(_event(one) for one in events if one.person == person.key),
    )


def _event(event: Event) -> EventFact:
    amount = None if event.amount is None else to_units(event.amount)
    return EventFact(event.key, event.type, event.at, event.channel, event.content, amount)


def _some(records: Iterable[Record], kind: type[T]) -> list[T]:
    return [one for one in records if isinstance(one, kind)]
