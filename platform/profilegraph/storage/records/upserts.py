"""What each kind of record needs to be written by the statement file of its name.

A statement takes `$rows` and returns as `done` the indexes of those that it wrote, null for all: a
row whose references do not exist, or that contradicts what is stored, is left out as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from profilegraph.domain.properties import attribute_property
from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    Opportunity,
    Participation,
)
from profilegraph.domain.records.customers import (
    Consent,
    Customer,
    Identity,
    Relation,
    RelationKind,
    Tagging,
)
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import EPOCH, Record, to_units
from profilegraph.language.cohorts import cohort_number
from profilegraph.storage.feed.change_feed import ChangedPart, Touched
from profilegraph.storage.records.kinds import OPPORTUNITY, TAGGING

Values = dict[str, Any]
_SINCE = " or `since` is still to come, or before what is known of it: tell its history in order."


@dataclass(frozen=True)
class Upsert:
    """How one kind of record is written."""

    kind: str
    """Plural name of the kind, and of its statement file."""
    row: Callable[[Any], Values]
    """The parameters of one record."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """Field name → label of the node it must name."""
    parent: str | None = None
    """The field that names a record of the same kind: such records are written parents first."""
    apart: Callable[[Any], Hashable] = lambda record: record.key
    """Records of one batch in which this is equal are written one after the other."""
    conflict: str = "it contradicts what is stored."
    """Why a row is refused although all that it names exists."""
    touches: Callable[[Any], Touched] = lambda record: Touched(customers={record.customer})
    """What a record changes for those who ask."""


def _moment(moment: datetime | None) -> Values | None:
    # What Cypher's datetime() takes. The driver needs 40 µs to pack a datetime and 1 µs for this.
    if moment is None:
        return None
    since = moment - EPOCH
    seconds = since.days * 86_400 + since.seconds
    return {"epochSeconds": seconds, "nanosecond": since.microseconds * 1_000}


def _customer(record: Customer) -> Values:
    attributes = {attribute_property(key): value for key, value in record.attributes.items()}
    kind = record.kind.value  # the driver forms the repr of every value, and an enum's is slow
    values = record.given("name") | attributes
    if "kind" in record.model_fields_set:
        values["kind"] = kind
    return {
        "key": record.key,
        "kind": kind,
        "cohort": cohort_number(record.key),
        "createdAt": _moment(record.created_at),
        "set": values,
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


_TAGGING = set(TAGGING.values - {"since", "until"})
"""The fields that are written as they are."""


def _tagging(record: Tagging) -> Values:
    values = record.model_dump(include=_TAGGING, exclude_none=True)
    values["source"] = record.source.value
    values["weekdays"] = list(record.weekdays)
    return {
        "customer": record.customer,
        "tag": record.tag,
        "since": _moment(record.since),
        "until": _moment(record.until),
        "set": values,
    }


def _department(record: Department) -> Values:
    return {
        "key": record.key,
        "customer": record.customer,
        "parent": record.parent,
        "since": _moment(record.since),
        "moves": "parent" in record.model_fields_set,
        "set": record.given("name", "function"),
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
        "set": record.given("name", "title", "role", "influence", "stance"),
    }


def _team(record: Team) -> Values:
    moves = "parent" in record.model_fields_set
    return {"key": record.key, "parent": record.parent, "moves": moves, "set": record.given("name")}


def _employee(record: Employee) -> Values:
    moves = "team" in record.model_fields_set
    return {"key": record.key, "team": record.team, "moves": moves, "set": record.given("name")}


def _event(record: Event) -> Values:
    amount = None if record.amount is None else to_units(record.amount)
    return {
        "key": record.key,
        "customer": record.customer,
        "person": record.person,
        "at": _moment(record.at),
        "set": {
            "type": record.type,
            "channel": record.channel,
            "content": record.content,
            "amount": amount,
        },
    }


def _channel(record: Channel) -> Values:
    moves = "parent" in record.model_fields_set
    return {"key": record.key, "parent": record.parent, "moves": moves, "set": record.given("name")}


def _opportunity(record: Opportunity) -> Values:
    values = record.given("name", "stage", "outcome", "reason")
    if "amount" in record.model_fields_set:
        values["amount"] = None if record.amount is None else to_units(record.amount)
    if "close_date" in record.model_fields_set:
        values[OPPORTUNITY.names["close_date"]] = record.close_date
    return {
        "key": record.key,
        "customer": record.customer,
        "since": _moment(record.since),
        "outcome": record.outcome,
        "set": values,
    }


def _follow_up(record: FollowUp) -> Values:
    return {
        "key": record.key,
        "customer": record.customer,
        "employee": record.employee,
        "set": {"kind": record.kind, "at": record.at} | record.given("note", "outcome"),
    }


def _consent(record: Consent) -> Values:
    values = {"purpose": record.purpose, "granted": record.granted, "at": record.at}
    return {
        "key": record.key,
        "customer": record.customer,
        "set": values | record.given("channel", "source"),
    }


def _participation(record: Participation) -> Values:
    return record.model_dump() | {"since": _moment(record.since)}


def _plain(record: Record) -> Values:
    return record.model_dump()


UPSERTS: Mapping[type[Record], Upsert] = MappingProxyType(
    {
        Customer: Upsert(
            kind="customers",
            row=_customer,
            conflict="`created_at` is still to come.",
            touches=lambda record: Touched(customers={record.key}),
        ),
        Identity: Upsert(
            kind="identities",
            row=lambda record: record.model_dump(exclude={"region"}) | {"key": record.key},
            needs={"customer": "Customer"},
            conflict="this identity belongs to another customer already; leave it out, or record the row under that customer's key.",
        ),
        Tagging: Upsert(
            kind="taggings",
            row=_tagging,
            needs={"customer": "Customer", "tag": "Tag"},
            apart=lambda record: (record.customer, record.dimension),
        ),
        Relation: Upsert(
            kind="relations",
            row=_relation,
            needs={"customer": "Customer", "other": "Customer"},
            apart=lambda record: frozenset((record.customer, record.other)),
            touches=lambda record: Touched(customers={record.customer, record.other}),
            conflict="a company would be a subsidiary of its own subsidiary.",
        ),
        Consent: Upsert(
            kind="consents",
            row=_consent,
            needs={"customer": "Customer"},
            conflict="this consent belongs to another customer already.",
        ),
        Department: Upsert(
            kind="departments",
            row=_department,
            needs={"customer": "Customer", "parent": "Department"},
            parent="parent",
            conflict="the department or its parent belongs to another customer, or it would be part of itself,"
            + _SINCE,
        ),
        DecisionMaker: Upsert(
            kind="decision_makers",
            row=_decision_maker,
            needs={
                "customer": "Customer",
                "department": "Department",
                "reports_to": "DecisionMaker",
            },
            parent="reports_to",
            conflict="the person, department or superior belongs to another customer, or the line of reports would be a circle,"
            + _SINCE,
        ),
        Team: Upsert(
            kind="teams",
            row=_team,
            needs={"parent": "Team"},
            parent="parent",
            conflict="the team would be part of itself.",
            touches=lambda _: Touched(parts={ChangedPart.ORGANISATION}),
        ),
        Employee: Upsert(
            kind="employees",
            row=_employee,
            needs={"team": "Team"},
            touches=lambda _: Touched(parts={ChangedPart.ORGANISATION}),
        ),
        Ownership: Upsert(
            kind="ownerships",
            row=_plain,
            needs={"customer": "Customer", "employee": "Employee"},
            apart=lambda record: (record.employee, record.customer),
        ),
        Channel: Upsert(
            kind="channels",
            row=_channel,
            needs={"parent": "Channel"},
            parent="parent",
            conflict="the channel would be part of itself.",
            touches=lambda _: Touched(parts={ChangedPart.CHANNELS}),
        ),
        Arrival: Upsert(
            kind="arrivals",
            row=_plain,
            needs={"customer": "Customer", "channel": "Channel"},
            apart=lambda record: (record.customer, record.channel, record.at),
        ),
        Event: Upsert(
            kind="events",
            row=_event,
            needs={"customer": "Customer", "person": "DecisionMaker"},
            conflict="this event belongs to another customer already, or the person does.",
        ),
        Opportunity: Upsert(
            kind="opportunities",
            row=_opportunity,
            needs={"customer": "Customer"},
            conflict="this opportunity belongs to another customer already," + _SINCE,
        ),
        Participation: Upsert(
            kind="participations",
            row=_participation,
            needs={"person": "DecisionMaker", "opportunity": "Opportunity"},
            apart=lambda record: (record.person, record.opportunity),
            conflict="the person and the opportunity belong to different customers," + _SINCE,
            touches=lambda record: Touched(people={record.person}),
        ),
        FollowUp: Upsert(
            kind="follow_ups",
            row=_follow_up,
            needs={"customer": "Customer", "employee": "Employee"},
            conflict="this follow-up belongs to another customer already.",
        ),
    }
)

RECORDS: Mapping[str, type[Record]] = MappingProxyType(
    {upsert.kind: record for record, upsert in UPSERTS.items()}
)
"""The class of each kind of record, by the kind's plural name."""
