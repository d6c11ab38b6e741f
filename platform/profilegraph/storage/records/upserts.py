"""How each kind of record is written, apart from its declaration.

A statement takes `$rows` and returns as `done` the indexes of the written rows, null for all: a row
that names something missing, or contradicts stored data, is left out as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from profilegraph.domain.properties import attribute_property
from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    Opportunity,
    Participation,
)
from profilegraph.domain.records.customers import (
    Customer,
    Identity,
    Relation,
    RelationKind,
    Tagging,
)
from profilegraph.domain.records.kinds import (
    BY_RECORD,
    CUSTOMER,
    DECISION_MAKER,
    DEPARTMENT,
    EVENT,
    KINDS,
    OPPORTUNITY,
    TAGGING,
)
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.records.stored import StoredKind
from profilegraph.domain.values import EPOCH, Record
from profilegraph.language.cohorts import cohort_number
from profilegraph.storage.feed.change_feed import ChangedPart, Touched
from profilegraph.storage.records.generated import upsert_statement
from profilegraph.storage.statements import statement

Values = dict[str, Any]
_SINCE = " or `since` is still to come, or before what is known of it: tell its history in order."


@dataclass(frozen=True)
class Upsert:
    """How one kind of record is written; defaults follow from its declaration."""

    row: Callable[[Any], Values] | None = None
    """The parameters of one record; by default its key, its references and its properties."""
    file: str | None = None
    """The statement file; by default the statement is generated from the declaration."""
    apart: Callable[[Any], Hashable] = lambda record: record.key
    """Records of a batch with an equal value are written one after the other."""
    conflict: str = "it contradicts what is stored."
    """Why a row is refused although everything that it names exists."""
    touches: Callable[[Any], Touched] = lambda record: Touched(customers={record.customer})
    """What a record changes for readers."""

    def statement(self, kind: StoredKind[Any]) -> str:
        """Return the statement that writes rows of a kind."""
        return upsert_statement(kind) if self.file is None else statement(self.file)

    def rows(self, kind: StoredKind[Any]) -> Callable[[Any], Values]:
        """Return the function that makes the parameters of one record of a kind."""
        return self.row or _row_of(kind)


def _moment(moment: datetime | None) -> Values | None:
    # What Cypher's datetime() takes. The driver needs 40 µs to pack a datetime and 1 µs for this.
    if moment is None:
        return None
    since = moment - EPOCH
    seconds = since.days * 86_400 + since.seconds
    return {"epochSeconds": seconds, "nanosecond": since.microseconds * 1_000}


def _row_of(kind: StoredKind[Any]) -> Callable[[Any], Values]:
    """Return the function that makes a record's parameters: its key, references and properties."""
    names = ("key", *kind.needs)

    def row(record: Record) -> Values:
        values: Values = {"set": kind.write(record), "initial": kind.initial}
        return {name: getattr(record, name) for name in names} | values

    return row


def _customer(record: Customer) -> Values:
    attributes = {attribute_property(key): value for key, value in record.attributes.items()}
    return {
        "key": record.key,
        "kind": record.kind.value,
        "cohort": cohort_number(record.key),
        "createdAt": _moment(record.created_at),
        "set": CUSTOMER.write(record) | attributes,
    }


def _relation(record: Relation) -> Values:
    # A parent's edge is its subsidiary's, seen from the other end: the graph keeps it once.
    ends = (record.customer, record.other)
    start, end = reversed(ends) if record.kind is RelationKind.SUBSIDIARY else ends
    if record.kind is RelationKind.PARTNER:
        start, end = sorted(ends)
    return {
        "from": start,
        "to": end,
        "kind": record.kind,
        "group": record.kind is not RelationKind.PARTNER,
    }


def _tagging(record: Tagging) -> Values:
    values = TAGGING.write(record, whole=True)
    return {
        "customer": record.customer,
        "tag": record.tag,
        "since": _moment(record.since),
        "until": _moment(record.until),
        "set": {name: value for name, value in values.items() if value is not None},
    }


def _department(record: Department) -> Values:
    return {
        "key": record.key,
        "customer": record.customer,
        "parent": record.parent,
        "since": _moment(record.since),
        "moves": "parent" in record.model_fields_set,
        "set": DEPARTMENT.write(record),
    }


def _decision_maker(record: DecisionMaker) -> Values:
    return {
        "key": record.key,
        "customer": record.customer,
        "department": record.department,
        "boss": record.reports_to,
        "moves": "department" in record.model_fields_set,
        "changesBoss": "reports_to" in record.model_fields_set,
        "since": _moment(record.since),
        "set": DECISION_MAKER.write(record),
    }


def _placed(record: Team | Employee | Channel) -> Values:
    """Return the parameters of a record with one place in a tree, which stays unless given."""
    kind = BY_RECORD[type(record)]
    (place,) = kind.needs
    moves = place in record.model_fields_set
    return {
        "key": record.key,
        place: getattr(record, place),
        "moves": moves,
        "set": kind.write(record),
    }


def _event(record: Event) -> Values:
    return {
        "key": record.key,
        "customer": record.customer,
        "person": record.person,
        "at": _moment(record.at),
        "set": EVENT.write(record, whole=True),
    }


def _opportunity(record: Opportunity) -> Values:
    return {
        "key": record.key,
        "customer": record.customer,
        "since": _moment(record.since),
        "outcome": record.outcome.value,
        "set": OPPORTUNITY.write(record),
    }


def _participation(record: Participation) -> Values:
    return record.model_dump() | {"since": _moment(record.since)}


def owned(kind: StoredKind[Any]) -> Upsert:
    """Return how a kind is written that just belongs to a customer."""
    return Upsert(conflict=f"this {kind.noun} belongs to another customer already.")


def _plain(record: Record) -> Values:
    return record.model_dump()


# Those of which the declaration does not say all.
_WAYS: Mapping[type[Record], Upsert] = {
    Customer: Upsert(
        file="customers",
        row=_customer,
        conflict="`created_at` is still to come.",
        touches=lambda record: Touched(customers={record.key}),
    ),
    Identity: Upsert(
        file="identities",
        row=lambda record: record.model_dump(exclude={"region"}) | {"key": record.key},
        conflict="this identity belongs to another customer already; leave it out, or record the row under that customer's key.",
    ),
    Tagging: Upsert(
        file="taggings",
        row=_tagging,
        apart=lambda record: (record.customer, record.dimension),
    ),
    Relation: Upsert(
        file="relations",
        row=_relation,
        apart=lambda record: frozenset((record.customer, record.other)),
        touches=lambda record: Touched(customers={record.customer, record.other}),
        conflict="a company would be a subsidiary of its own subsidiary.",
    ),
    Department: Upsert(
        file="departments",
        row=_department,
        conflict="the department or its parent belongs to another customer, or it would be part of itself,"
        + _SINCE,
    ),
    DecisionMaker: Upsert(
        file="decision_makers",
        row=_decision_maker,
        conflict="the person, department or superior belongs to another customer, or the line of reports would be a circle,"
        + _SINCE,
    ),
    Team: Upsert(
        file="teams",
        row=_placed,
        conflict="the team would be part of itself.",
        touches=lambda _: Touched(parts={ChangedPart.ORGANISATION}),
    ),
    Employee: Upsert(
        file="employees",
        row=_placed,
        touches=lambda _: Touched(parts={ChangedPart.ORGANISATION}),
    ),
    Ownership: Upsert(
        file="ownerships",
        row=_plain,
        apart=lambda record: (record.employee, record.customer),
    ),
    Channel: Upsert(
        file="channels",
        row=_placed,
        conflict="the channel would be part of itself.",
        touches=lambda _: Touched(parts={ChangedPart.CHANNELS}),
    ),
    Arrival: Upsert(
        file="arrivals",
        row=_plain,
        apart=lambda record: (record.customer, record.channel, record.at),
    ),
    Event: Upsert(
        file="events",
        row=_event,
        conflict="this event belongs to another customer already, or the person does.",
    ),
    Opportunity: Upsert(
        file="opportunities",
        row=_opportunity,
        conflict="this opportunity belongs to another customer already," + _SINCE,
    ),
    Participation: Upsert(
        file="participations",
        row=_participation,
        apart=lambda record: (record.person, record.opportunity),
        conflict="the person and the opportunity belong to different customers," + _SINCE,
        touches=lambda record: Touched(people={record.person}),
    ),
}
UPSERTS: Mapping[type[Record], Upsert] = MappingProxyType(
    {kind.record: _WAYS.get(kind.record) or owned(kind) for kind in KINDS}
)
"""How each kind is written, ordered so that referenced kinds come first."""
