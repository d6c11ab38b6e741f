"""Customers' facts as the rows that the index is built of, without a database between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pyroaring import BitMap

from profilegraph.domain.properties import attribute_property, metric_property
from profilegraph.domain.records.stored import StoredKind, ValueType
from profilegraph.domain.values import to_units
from profilegraph.engines.bitmap.building import Rows, build, day_number
from profilegraph.engines.bitmap.columns import microseconds_of
from profilegraph.engines.bitmap.run import Hierarchies, IndexRun
from profilegraph.engines.bitmap.tables import Row
from profilegraph.language.facts import RECORD_KINDS, Facts, OpportunityFact, PersonFact


def run_of(customers: Mapping[int, Facts], places: Mapping[str, int] | None = None) -> IndexRun:
    """Return the level of some customers by ordinal; `places` has the ordinals of all there are."""
    rows = Rows()
    known = places or {facts.key: ordinal for ordinal, facts in customers.items()}
    for ordinal, facts in customers.items():
        _put(rows, ordinal, facts, known)
    return build(rows, BitMap(customers))


def trees_of(customers: Sequence[Facts]) -> Hierarchies:
    """Return what stands above the employees and channels that facts name, as far as they do."""
    owners = [owner for facts in customers for owner in facts.owners]
    chains = [arrival.channels for facts in customers for arrival in facts.arrivals]
    return Hierarchies(
        {one.key: one.teams for one in owners}, {chain[0]: chain for chain in chains}
    )


def _put(rows: Rows, ordinal: int, facts: Facts, places: Mapping[str, int]) -> None:
    rows.customers.append((ordinal, facts.key, facts.cohort, facts.merged_into is not None))
    for key, value in facts.attributes.items():
        rows.values.setdefault(attribute_property(key), []).append((ordinal, value))
    for key, value in facts.metrics.items():
        rows.values.setdefault(metric_property(key), []).append((ordinal, value))
    for one in facts.taggings:
        odd = [_moment(one.until), one.confidence, one.weight, list(one.weekdays)]
        plain = odd == [None, 1.0, 1.0, []]
        since = [microseconds_of(one.since)]
        rows.taggings.append([one.tag, one.source.value, [ordinal], since, [] if plain else [odd]])
    doers = {event.key: f"{ordinal} {who.key}" for who in facts.people for event in who.events}
    for event in facts.events:
        row = [ordinal, _moment(event.at), event.channel, event.content, event.amount]
        rows.events.setdefault(event.type, []).append([*row, doers.get(event.key)])
    for kind, record in _records(ordinal, facts, places):
        rows.tables.setdefault(kind, []).append([ordinal, *record])


def _records(ordinal: int, facts: Facts, places: Mapping[str, int]) -> Iterator[tuple[str, Row]]:
    for person in facts.people:
        yield from _person(ordinal, person)
    for sale in facts.opportunities:
        yield "opportunities", _opportunity(ordinal, sale)
    for kind in RECORD_KINDS:
        for record in facts.of(kind.record):
            yield (
                kind.plural,
                [_indexed(kind, name, getattr(record, name)) for name in kind.indexed],
            )
    for arrival in facts.arrivals:
        yield "arrivals", (_moment(arrival.at), arrival.channels[0])
    for owner in facts.owners:
        yield "owners", (_moment(owner.since), owner.key)
    for relation in facts.relations:
        yield "relations", (places[relation.other], relation.kind.value)


# People and opportunities are referred to by keys that are different for each customer: customers
# of several worlds may have people of equal keys.
def _person(ordinal: int, one: PersonFact) -> Iterator[tuple[str, Row]]:
    key, role = f"{ordinal} {one.key}", one.role and one.role.value
    yield "people", (key, role, one.title, one.influence, one.stance, one.chain_depth)
    for level, place in enumerate(one.departments):
        function = place.function and place.function.value
        yield "workplaces", (key, level, function, place.name)
    for part in one.takes_part_in:
        yield "parts", (key, part.role.value, (ordinal, part.opportunity.key))


def _opportunity(ordinal: int, sale: OpportunityFact) -> list[Any]:
    closes = None if sale.close_date is None else day_number(sale.close_date)
    outcome = sale.outcome.value
    return [(ordinal, sale.key), sale.stage, outcome, sale.name, sale.amount, closes, sale.reason]


def _indexed(kind: StoredKind[Any], name: str, value: Any) -> Any:
    """Return the value of a field as the index has it."""
    match kind.fields[name].value_type:
        case _ if name in kind.edges:
            return () if value is None else (value,)
        case ValueType.MOMENT:
            return _moment(value)
        case ValueType.DAY:
            return None if value is None else day_number(value)
        case ValueType.MONEY:
            return None if value is None else to_units(value)
        case ValueType.CHOICE:
            return None if value is None else value.value
        case _:
            return value


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds_of(moment)
