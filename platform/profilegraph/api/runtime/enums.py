"""The API's enumerations: the domain's, each value with a description; import them from here."""

# Strawberry takes an enumeration as it is when it first meets it.
from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from profilegraph.api.runtime.definitions import description, enum_type
from profilegraph.api.runtime.internals import enum_values
from profilegraph.domain.access import Permission, RowAccess
from profilegraph.domain.duties import PermissionReason
from profilegraph.domain.live import MoveCause
from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import (
    CustomerKind,
    IdentityKind,
    RelationKind,
    TagSource,
)
from profilegraph.domain.records.kinds import KINDS
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.records.stored import StoredKind
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.taxonomy.definition import AttributeType, Cardinality, Duty, Layer
from profilegraph.domain.values import Choice
from profilegraph.engines.reference.distance import DistanceUnit
from profilegraph.language.facts import RECORD_KINDS
from profilegraph.language.faults import FaultKind as SegmentFaultKind
from profilegraph.language.nodes import Cause as MembershipCause
from profilegraph.rendering.difference import ChangeKind
from profilegraph.services.segments.comparison import Representation

__all__ = [
    "AttributeType",
    "Cardinality",
    "ChangeKind",
    "CustomerKind",
    "CustomerOrderField",
    "DecisionRole",
    "DepartmentFunction",
    "Direction",
    "DistanceUnit",
    "Duty",
    "EvidenceKind",
    "FollowUpKind",
    "IdentityKind",
    "Layer",
    "MembershipCause",
    "MoveCause",
    "OpportunityOutcome",
    "Permission",
    "PermissionReason",
    "RelationKind",
    "Representation",
    "RowAccess",
    "SegmentFaultKind",
    "SegmentKind",
    "SegmentState",
    "TagSource",
    "evidence_kind",
]


def describe(kind: type[Enum], values: Mapping[str, str], name: str | None = None) -> None:
    """Make an enumeration known to the API, described by its docstring, its values by name."""
    for value in enum_values(enum_type(kind, name)):
        value.description = values[value.name]


def describe_choices(kind: type[Choice], name: str | None = None) -> None:
    """Make an enumeration known to the API whose values are described where they are declared."""
    describe(kind, {one.name: one.description for one in kind}, name)


class CustomerOrderField(Enum):
    """A built-in field by which customers are sorted."""

    KEY = "KEY"
    NAME = "NAME"
    CREATED_AT = "CREATED_AT"


def _name(kind: StoredKind[Any]) -> str:
    return kind.noun.upper().replace("-", "_")


class EvidenceKind(Enum):
    """What kind of record decided a condition."""

    _ignore_ = "members kind"
    OPPORTUNITY = "OPPORTUNITY"
    CHANNEL = "CHANNEL"
    OWNER = "OWNER"
    DECISION_MAKER = "DECISION_MAKER"
    CUSTOMER = "CUSTOMER"
    COHORT = "COHORT"
    # Records are evidence as they are declared; what a class body assigns is in its `vars`.
    members = vars()
    for kind in RECORD_KINDS:
        members[_name(kind)] = _name(kind)


def evidence_kind(kind: StoredKind[Any]) -> EvidenceKind:
    """Return the kind of evidence that records of a kind are, which is one of `RECORD_KINDS`."""
    return EvidenceKind[_name(kind)]


class Direction(Enum):
    """Which end of an order comes first."""

    ASC = "ASC"
    DESC = "DESC"


describe(
    CustomerOrderField,
    {
        "KEY": "Their business key.",
        "NAME": "Their name; those without one come last.",
        "CREATED_AT": "When they were first saved.",
    },
)
describe(
    DistanceUnit,
    {
        "NUMBER": "What the value counts: an attribute, a metric, a sum of money.",
        "TIMES": "Things: events, people, follow-ups.",
        "DAYS": "Days.",
        "STEPS": "Tags of an ordered dimension.",
    },
)
describe(
    EvidenceKind,
    {
        "OPPORTUNITY": "An opportunity.",
        "CHANNEL": "That the customer came to us; the key is the channel's.",
        "OWNER": "One of us who owns the customer; the key is the employee's.",
        "DECISION_MAKER": "A person as known at the past moment that was asked about.",
        "CUSTOMER": "A related customer that matched.",
        "COHORT": "Where the customer is dealt out to; the key is the salt.",
        **{_name(kind): description(kind.record) for kind in RECORD_KINDS},
    },
)
describe(
    Direction,
    {"ASC": "The smallest or oldest first.", "DESC": "The greatest or newest first."},
)
describe(
    Cardinality,
    {"SINGLE": "At most one; a new tag replaces the old one.", "MULTI": "Any number."},
)
describe(
    AttributeType,
    {"NUMBER": "A number.", "STRING": "A text.", "DATE": "A day.", "BOOLEAN": "True or false."},
)
describe(
    Representation,
    {
        "OVER": "More frequent: the whole interval of the lift is above 1.",
        "UNDER": "Less frequent: the whole interval is below 1.",
        "ALIKE": "Too little is known to say, or it is equally frequent.",
    },
)
describe(
    Layer,
    {
        "WHO": "Who the customer is: does it want one?",
        "DECISION": "What decides inside the customer: whose does it want?",
        "USAGE": "How it uses such products today: which does it want?",
    },
)
describe(
    Duty,
    {
        "PLAN": "Plans which tags there are: creates and describes them.",
        "TAG": "Puts them on customers, and takes them off.",
        "CLEAN": "Removes what no longer holds, of many customers at once.",
        "RESTRUCTURE": "Renames, merges, splits, moves and deletes them.",
    },
)
describe(
    PermissionReason,
    {
        "ADMINISTRATOR": "As an administrator, who may everything.",
        "TEAM": "It is the duty of their team, or of one that theirs is a part of.",
        "LOAN": "It was lent to them, or to such a team, and the loan holds.",
        "OPEN": "No team is named, and everybody may tag then.",
    },
    name="PermissionReason",
)
describe(
    ChangeKind,
    {
        "ADDED": "It is new.",
        "REMOVED": "It is gone.",
        "CHANGED": "It asks for something else.",
        "REWRITTEN": "The whole filter is written in another way and asks for the same.",
    },
)
describe(
    SegmentFaultKind,
    {
        "DIMENSION_MISSING": "No taxonomy has the dimension any more.",
        "TAG_MISSING": "No taxonomy has the tag any more.",
        "ATTRIBUTE_MISSING": "No taxonomy has the attribute any more.",
        "METRIC_MISSING": "No taxonomy has the metric any more.",
        "EVENT_TYPE_MISSING": "No taxonomy has the event type any more.",
        "SEGMENT_MISSING": "The segment that the filter refers to is gone.",
        "NOT_ORDERED": "The dimension is not ordered any more: gte and lte mean nothing in it.",
        "OTHER_TYPE": "The attribute is of another type now.",
        "AMOUNT": "An amount is too large, or too fine, to be kept.",
        "CIRCLE": "Segments refer to one another in a circle.",
        "TOO_LARGE": "With the segments that it refers to, the filter has too many conditions.",
    },
    name="SegmentFaultKind",
)
describe(
    SegmentState,
    {
        "DRAFT": "It is being worked on: only other drafts may refer to it.",
        "ACTIVE": "It is in use.",
        "ARCHIVED": "It is kept for the record: it still answers, and nothing refers to it.",
    },
)
describe(
    MoveCause,
    {
        "DATA_CHANGED": "Something was recorded about them, or about those they are related to.",
        "TIME_PASSED": "Nothing was: a window moved on, or a tag expired.",
        "DEFINITION_CHANGED": "The filter, a segment in it, or the order of the tags it names.",
        "MERGED": "They turned out to be other customers.",
    },
)
describe(
    SegmentKind,
    {
        "DYNAMIC": "A filter, asked anew each time.",
        "STATIC": "A list of customers chosen by hand.",
        "SNAPSHOT": "A list of those who were the members of another segment at one moment.",
    },
)
describe_choices(Permission)
describe_choices(RowAccess)
describe_choices(MembershipCause, name="MembershipCause")
for choices in dict.fromkeys(field.choices for kind in KINDS for field in kind.fields.values()):
    if choices is not None:
        describe_choices(choices)
