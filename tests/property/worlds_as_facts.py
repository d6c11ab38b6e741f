"""A world's records as facts, without a database between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from hypothesis import strategies as st

from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    Opportunity,
    Participation,
)
from profilegraph.domain.records.customers import Customer, Relation, RelationKind, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record, to_units
from profilegraph.engines.reference.evaluator import explain
from profilegraph.language.cohorts import cohort_number
from profilegraph.language.facts import (
    RECORD_KINDS,
    ArrivalFact,
    Context,
    DepartmentFact,
    EventFact,
    Facts,
    OpportunityFact,
    OwnerFact,
    ParticipationFact,
    PersonFact,
    RelationFact,
    Scope,
)
from profilegraph.language.nodes import Node
from profilegraph.language.predicates import visible
from tests.property.random_worlds import worlds
from tests.support.worlds import World

T = TypeVar("T", bound=Record)
_TEAMS = {"li": ("beijing", "north"), "wang": ()}
_CHANNELS = {"ads": ("ads",), "search": ("search", "ads")}


def facts_of_worlds() -> st.SearchStrategy[list[Facts]]:
    return worlds().map(facts_of)


def member(node: Node, facts: Facts, catalogue: Catalogue, context: Context) -> bool:
    """Return whether a customer may be seen and matches, as the definition has it."""
    if context.scope is not None:
        facts = in_scope(facts.near, context.scope)[facts.key]
    return visible(facts) and explain(node, facts, catalogue, context).holds


def scope_of(node: Node | None, catalogue: Catalogue, context: Context) -> Scope | None:
    """Return the scope of those who see the customers that match a filter at present."""
    now = context.present or context.now
    return None if node is None else Scope(node, now, now.date(), catalogue)


def in_scope(found: Mapping[str, Facts], scope: Scope) -> dict[str, Facts]:
    """Return the facts of all customers, with a mark at those that are out of a scope."""
    near: dict[str, Facts] = {}
    for key, facts in found.items():
        one = replace(facts, near=found)
        seen = visible(one) and explain(scope.filter, one, scope.catalogue, scope.context).holds
        near[key] = replace(facts, hidden=not seen, near=near)
    return near


def facts_of(world: World) -> list[Facts]:
    near: dict[str, Facts] = {}
    for ordinal, customer in enumerate(world.customers):
        near[customer.key] = replace(_facts(world, customer), near=near, ordinal=ordinal)
    return list(near.values())


def numbered(customers: Sequence[Facts], step: int) -> list[Facts]:
    """Return customers with ordinals that are so far apart."""
    near: dict[str, Facts] = {}
    for place, facts in enumerate(customers):
        near[facts.key] = replace(facts, ordinal=place * step, near=near)
    return list(near.values())


def one_world(worlds: Sequence[Sequence[Facts]]) -> list[Facts]:
    """Return the customers of many worlds as of one, in which all have the same teams and channels."""
    near: dict[str, Facts] = {}
    for number, world in enumerate(worlds):
        for facts in world:
            near[f"{number}-{facts.key}"] = replace(
                facts,
                key=f"{number}-{facts.key}",
                merged_into=facts.merged_into and f"{number}-{facts.merged_into}",
                owners=tuple(replace(one, teams=_TEAMS[one.key]) for one in facts.owners),
                arrivals=tuple(
                    replace(one, channels=_CHANNELS[one.channels[0]]) for one in facts.arrivals
                ),
                relations=tuple(
                    replace(one, other=f"{number}-{one.other}") for one in facts.relations
                ),
                near=near,
            )
    return numbered(list(near.values()), 1)


def _facts(world: World, customer: Customer) -> Facts:
    own = [one for one in world.records if getattr(one, "customer", None) == customer.key]
    channels = _parents(world, Channel)
    closed = {tag for key, tag, _ in world.closed if key == customer.key}
    return Facts(
        key=customer.key,
        name=customer.name,
        merged_into=dict(world.merged).get(customer.key),
        cohort=cohort_number(customer.key),
        taggings=tuple(one for one in _some(own, Tagging) if one.tag not in closed),
        attributes={key: value for key, value in customer.attributes.items() if value is not None},
        metrics=world.metrics.get(customer.key, {}),
        events=tuple(_event(one) for one in _some(own, Event)),
        people=tuple(_person(one, own, world) for one in _some(own, DecisionMaker)),
        opportunities=tuple(_opportunity(one) for one in _some(own, Opportunity)),
        arrivals=tuple(
            ArrivalFact(one.at, tuple(_line(one.channel, channels))) for one in _some(own, Arrival)
        ),
        owners=tuple(_owner(one, world) for one in _some(own, Ownership)),
        relations=tuple(_relations(customer.key, _some(world.records, Relation))),
        records={kind.record: tuple(_some(own, kind.record)) for kind in RECORD_KINDS},
    )


def _person(person: DecisionMaker, own: list[Record], world: World) -> PersonFact:
    departments = {one.key: one for one in _some(own, Department)}
    bosses = {one.key: one.reports_to for one in _some(own, DecisionMaker)}
    sales = {one.key: _opportunity(one) for one in _some(own, Opportunity)}
    line = _line(person.department, {key: one.parent for key, one in departments.items()})
    return PersonFact(
        key=person.key,
        name=person.name,
        title=person.title,
        role=person.role,
        influence=person.influence,
        stance=person.stance,
        chain_depth=len(list(_line(person.reports_to, bosses))),
        departments=tuple(
            DepartmentFact(key, departments[key].name, departments[key].function) for key in line
        ),
        events=tuple(_event(one) for one in _some(own, Event) if one.person == person.key),
        takes_part_in=tuple(
            ParticipationFact(one.role, sales[one.opportunity])
            for one in _some(world.records, Participation)
            if one.person == person.key
        ),
    )


def _owner(ownership: Ownership, world: World) -> OwnerFact:
    teams = _parents(world, Team)
    [employee] = [one for one in _some(world.records, Employee) if one.key == ownership.employee]
    line = tuple(_line(employee.team, teams))
    return OwnerFact(employee.key, ownership.since, employee.name, line)


def _relations(customer: str, relations: list[Relation]) -> Iterator[RelationFact]:
    mirrored = {
        RelationKind.PARENT: RelationKind.SUBSIDIARY,
        RelationKind.SUBSIDIARY: RelationKind.PARENT,
        RelationKind.PARTNER: RelationKind.PARTNER,
    }
    for one in relations:
        if one.customer == customer:
            yield RelationFact(one.other, one.kind)
        if one.other == customer:
            yield RelationFact(one.customer, mirrored[one.kind])


def _parents(world: World, kind: type[Team] | type[Channel]) -> dict[str, str | None]:
    return {one.key: one.parent for one in world.records if isinstance(one, kind)}


def _line(first: str | None, parents: dict[str, str | None]) -> Iterator[str]:
    """Yield a key and those above it, from the nearest to the root."""
    while first is not None:
        yield first
        first = parents[first]


def _opportunity(sale: Opportunity) -> OpportunityFact:
    amount = None if sale.amount is None else to_units(sale.amount)
    return OpportunityFact(
        sale.key, sale.outcome, sale.name, sale.stage, amount, sale.close_date, sale.reason
    )


def _event(event: Event) -> EventFact:
    amount = None if event.amount is None else to_units(event.amount)
    return EventFact(event.key, event.type, event.at, event.channel, event.content, amount)


def _some(records: Iterable[Record], kind: type[T]) -> list[T]:
    return [one for one in records if isinstance(one, kind)]
