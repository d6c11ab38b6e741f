"""How each kind of record lies in the graph: declared once, for those who write and who read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

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
from profilegraph.domain.values import Record, from_units
from profilegraph.errors import UnreadableRecord

R = TypeVar("R", bound=Record)
Properties = Mapping[str, Any]


@dataclass(frozen=True)
class StoredKind(Generic[R]):
    """The properties of one kind of record, on its node or its relationship."""

    record: type[R]
    elsewhere: frozenset[str] = frozenset()
    """Fields that are no properties: other nodes and relationships tell them."""
    beside: frozenset[str] = frozenset()
    """Properties that the graph keeps for itself: they are no fields, and no reader takes them for some."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of each field whose property is called otherwise, the property."""
    prefixes: tuple[str, ...] = ()
    """How properties begin that taxonomies declare."""

    @cached_property
    def values(self) -> frozenset[str]:
        """Return the fields that are properties."""
        return frozenset(self.record.model_fields) - self.elsewhere

    @cached_property
    def properties(self) -> frozenset[str]:
        """Return the names of all properties, without those that taxonomies declare."""
        return frozenset(self.names.get(one, one) for one in self.values) | self.beside

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        return {self.names.get(one, one): one for one in self.record.model_fields}

    def undeclared(self, properties: Properties) -> set[str]:
        """Return the names of properties that nothing here declares."""
        return {one for one in properties if one not in self.properties and not self._prefixed(one)}

    def _prefixed(self, name: str) -> bool:
        return any(name.startswith(prefix) for prefix in self.prefixes)

    def read(self, found: Properties, **told: Any) -> R:
        """Return the record of some properties and of what is `told` by where they were found.

        Raises UnreadableRecord where they make none.
        """
        fields = self._fields
        values = {fields[name]: value for name, value in found.items() if name in fields}
        if values.get("amount") is not None:
            values["amount"] = from_units(values["amount"])
        try:
            return self.record.model_validate(values | told)
        except ValidationError as fault:
            raise self._unreadable(fault, values | told) from fault

    def _unreadable(self, fault: ValidationError, values: Properties) -> UnreadableRecord:
        names = ("customer", "key", "tag")
        where = ", ".join(f"{name} {values[name]!r}" for name in names if name in values)
        told = "; ".join(_told(one) for one in fault.errors(include_url=False, include_input=False))
        return UnreadableRecord(
            f"a stored {self.record.__name__} cannot be read: {told}.",
            where=where,
            hint="`profilegraph doctor` names all that cannot be read; say it again to replace it.",
        )


def _told(fault: Mapping[str, Any]) -> str:
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])


_SINCE = frozenset({"since"})
"""Since when it is as it is, where what it was before is kept."""

CUSTOMER = StoredKind(
    Customer,
    elsewhere=frozenset({"attributes"}),
    beside=frozenset({"createdAt", "cohort", "ordinal"}),
    prefixes=(ATTRIBUTE_PREFIX, METRIC_PREFIX),
)
TAGGING = StoredKind(
    Tagging,
    elsewhere=frozenset({"customer", "tag"}),
    # `said`: since when it is said as it is; `expired`: that it ended by itself; `change` and `into`:
    # which change of tags made it another one, and of which tag.
    beside=frozenset({"said", "expired", "change", "into"}),
)
DECISION_MAKER = StoredKind(
    DecisionMaker,
    elsewhere=frozenset({"customer", "department", "reports_to"}),
    beside=_SINCE | {"until"},
)
DEPARTMENT = StoredKind(
    Department, elsewhere=frozenset({"customer", "parent"}), beside=_SINCE | {"until"}
)
EVENT = StoredKind(Event, elsewhere=frozenset({"customer", "person"}))
OPPORTUNITY = StoredKind(
    Opportunity,
    elsewhere=frozenset({"customer"}),
    beside=_SINCE | {"until"},
    names={"close_date": "closeDate"},
)
FOLLOW_UP = StoredKind(FollowUp, elsewhere=frozenset({"customer", "employee"}))
CONSENT = StoredKind(Consent, elsewhere=frozenset({"customer"}))
IDENTITY = StoredKind(Identity, elsewhere=frozenset({"customer"}), beside=frozenset({"key"}))
RELATION = StoredKind(Relation, elsewhere=frozenset({"customer", "other"}))
EMPLOYEE = StoredKind(Employee, elsewhere=frozenset({"team"}))
TEAM = StoredKind(Team, elsewhere=frozenset({"parent"}))
CHANNEL = StoredKind(Channel, elsewhere=frozenset({"parent"}))
ARRIVAL = StoredKind(Arrival, elsewhere=frozenset({"customer", "channel"}))
OWNERSHIP = StoredKind(Ownership, elsewhere=frozenset({"customer", "employee"}))
PARTICIPATION = StoredKind(
    Participation, elsewhere=frozenset({"person", "opportunity"}), beside=_SINCE | {"until"}
)

NODES: Mapping[str, StoredKind[Any]] = MappingProxyType(
    {
        "Customer": CUSTOMER,
        "DecisionMaker": DECISION_MAKER,
        "Department": DEPARTMENT,
        "Event": EVENT,
        "Opportunity": OPPORTUNITY,
        "FollowUp": FOLLOW_UP,
        "Consent": CONSENT,
        "Identity": IDENTITY,
        "Employee": EMPLOYEE,
        "Team": TEAM,
        "Channel": CHANNEL,
    }
)
"""The records that are nodes, by their label."""
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
