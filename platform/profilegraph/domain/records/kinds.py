"""The declarations of all kinds of record, from which writes, reads, index, imports and plugin tables follow.

A field's type says most: how it is stored and read, its column in the index and in the tables of
plugins, how imports parse it. What a type cannot say is declared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from profilegraph.domain.properties import ATTRIBUTE_PREFIX, METRIC_PREFIX
from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    Opportunity,
    Participation,
)
from profilegraph.domain.records.customers import Consent, Customer, Identity, Relation, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.records.stored import Edge, StoredKind
from profilegraph.domain.values import Record

_SINCE = frozenset({"since"})
"""Since when it is as it is, where what it was before is kept."""
_UNTIL = frozenset({"until"})

CUSTOMER = StoredKind(
    Customer,
    "customers",
    elsewhere=frozenset({"attributes"}),
    beside=frozenset({"createdAt", "cohort", "ordinal"}),
    stated=frozenset({"created_at"}),
    prefixes=(ATTRIBUTE_PREFIX, METRIC_PREFIX),
)
IDENTITY = StoredKind(
    Identity,
    "identities",
    elsewhere=frozenset({"customer", "region"}),
    beside=frozenset({"key"}),
    owner=Edge("IDENTIFIES"),
    order=("kind", "value"),
)
TAGGING = StoredKind(
    Tagging,
    "taggings",
    elsewhere=frozenset({"customer", "tag"}),
    # `said`: since when it is said as it is; `expired`: that it ended by itself; `change` and `into`:
    # which change of tags made it another one, and of which tag.
    beside=frozenset({"said", "expired", "change", "into"}),
    stated=frozenset({"since", "until"}),
    moment="since",
)
RELATION = StoredKind(Relation, "relations", elsewhere=frozenset({"customer", "other"}))
CONSENT = StoredKind(
    Consent,
    "consents",
    elsewhere=frozenset({"customer"}),
    owner=Edge("GAVE", incoming=True),
    title="purpose",
    order=("at", "key"),
    indexed=("at", "purpose", "granted"),
    keyed_by_content=True,
)
DEPARTMENT = StoredKind(
    Department,
    "departments",
    elsewhere=frozenset({"customer", "parent"}),
    beside=_UNTIL,
    stated=_SINCE,
)
DECISION_MAKER = StoredKind(
    DecisionMaker,
    "decision_makers",
    elsewhere=frozenset({"customer", "department", "reports_to"}),
    beside=_UNTIL,
    stated=_SINCE,
)
TEAM = StoredKind(Team, "teams", elsewhere=frozenset({"parent"}))
EMPLOYEE = StoredKind(Employee, "employees", elsewhere=frozenset({"team"}))
OWNERSHIP = StoredKind(Ownership, "ownerships", elsewhere=frozenset({"customer", "employee"}))
CHANNEL = StoredKind(Channel, "channels", elsewhere=frozenset({"parent"}))
ARRIVAL = StoredKind(Arrival, "arrivals", elsewhere=frozenset({"customer", "channel"}))
EVENT = StoredKind(
    Event,
    "events",
    elsewhere=frozenset({"customer", "person"}),
    owner=Edge("DID", incoming=True),
    edges={"person": Edge("DID", incoming=True)},
    stated=frozenset({"at"}),
    order=("at", "key"),
    keyed_by_content=True,
)
OPPORTUNITY = StoredKind(
    Opportunity,
    "opportunities",
    elsewhere=frozenset({"customer"}),
    beside=_UNTIL,
    stated=_SINCE,
    names={"close_date": "closeDate"},
    owner=Edge("HAS", incoming=True),
    indexed=("key", "stage", "outcome", "name", "amount", "close_date", "reason"),
)
PARTICIPATION = StoredKind(
    Participation,
    "participations",
    elsewhere=frozenset({"person", "opportunity"}),
    beside=_UNTIL,
    stated=_SINCE,
)
FOLLOW_UP = StoredKind(
    FollowUp,
    "follow_ups",
    elsewhere=frozenset({"customer", "employee"}),
    owner=Edge("FOLLOWED_UP_BY", incoming=True),
    edges={"employee": Edge("BY")},
    order=("at", "key"),
    indexed=("at", "kind", "employee", "note", "outcome"),
    keyed_by_content=True,
)

KINDS: tuple[StoredKind[Any], ...] = (
    CUSTOMER,
    IDENTITY,
    TAGGING,
    RELATION,
    CONSENT,
    DEPARTMENT,
    DECISION_MAKER,
    TEAM,
    EMPLOYEE,
    OWNERSHIP,
    CHANNEL,
    ARRIVAL,
    EVENT,
    OPPORTUNITY,
    PARTICIPATION,
    FOLLOW_UP,
)
"""Every kind, each after those that its records name, but for tags, which taxonomies bring."""
INDEXED: tuple[StoredKind[Any], ...] = tuple(kind for kind in KINDS if kind.indexed)
"""Those whose table in the index is made of their declaration."""
BY_RECORD: Mapping[type[Record], StoredKind[Any]] = MappingProxyType(
    {kind.record: kind for kind in KINDS}
)
"""Every kind by the class of its records."""
RECORDS: Mapping[str, type[Record]] = MappingProxyType({kind.plural: kind.record for kind in KINDS})
"""The class of each kind of record, by the kind's plural name."""
RELATIONSHIPS: Mapping[str, StoredKind[Any]] = MappingProxyType(
    {
        "TAGGED": TAGGING,
        "WAS_TAGGED": TAGGING,
        "WAS_SAID": TAGGING,
        "RETAGGED": TAGGING,
        "RELATED_TO": RELATION,
        "CAME_FROM": ARRIVAL,
        "OWNS": OWNERSHIP,
        "TAKES_PART_IN": PARTICIPATION,
        "TOOK_PART_IN": PARTICIPATION,
    }
)
"""The records that are relationships, by their type."""
NODES: Mapping[str, StoredKind[Any]] = MappingProxyType(
    {kind.label: kind for kind in KINDS if kind not in RELATIONSHIPS.values()}
)
"""The records that are nodes, by their label."""
