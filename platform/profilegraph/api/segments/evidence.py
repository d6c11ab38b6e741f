"""GraphQL types of evidence: the taggings, values, events, people and records that decided a condition."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeAlias, assert_never

import strawberry

from profilegraph.api.customers.organisation import DecisionMaker
from profilegraph.api.customers.profile import Tagging
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import EvidenceKind, evidence_kind
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.labels import Locale, channel_name, event_type_label
from profilegraph.api.taxonomies.types import Tag
from profilegraph.domain.records import customers as domain
from profilegraph.domain.records.kinds import BY_RECORD
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Record, from_units
from profilegraph.engines.reference.findings import CohortPlace, Neighbour, Value
from profilegraph.engines.reference.findings import Evidence as Found
from profilegraph.language.facts import (
    ArrivalFact,
    EventFact,
    OpportunityFact,
    OwnerFact,
    PersonFact,
    moment_of,
)
from profilegraph.rendering.evidence import evidence_line

CountedFact: TypeAlias = (
    Record | OpportunityFact | ArrivalFact | OwnerFact | PersonFact | Neighbour | CohortPlace
)


@object_type
class ValueEvidence:
    """The value of an attribute or a metric of the customer."""

    value_key: str = strawberry.field(description="Key of the attribute or metric.")
    text: str | None = strawberry.field(description="Its value as text; null if there is none.")
    number: float | None = strawberry.field(description="The value, if it is a number.")
    day: date | None = strawberry.field(name="date", description="The value, if it is a date.")
    boolean: bool | None = strawberry.field(description="The value, if it is a boolean.")

    @classmethod
    def of(cls, found: Value) -> ValueEvidence:
        """Return a value as a text."""
        match found.value:
            case None:
                text = None
            case bool():
                text = str(found.value).lower()
            case float():
                text = f"{found.value:.15g}"
            case date():
                text = found.value.isoformat()
            case str():
                text = found.value
        value = found.value
        return cls(
            value_key=found.key,
            text=text,
            number=value if isinstance(value, float) else None,
            day=value if isinstance(value, date) else None,
            boolean=value if isinstance(value, bool) else None,
        )


@object_type
class EventEvidence:
    """An event that was counted."""

    event_key: str = strawberry.field(description="Key of the event.")
    type: str = strawberry.field(description="Key of its type.")
    at: datetime = strawberry.field(description="When it happened, UTC.")
    channel: str | None = strawberry.field(description="Key of the channel where it happened.")
    content: str | None = strawberry.field(description="What it was about.")
    amount: Decimal | None = strawberry.field(description="Money spent; exact, so a text in JSON.")

    @classmethod
    def of(cls, found: EventFact) -> EventEvidence:
        """Return an event that was counted."""
        return cls(
            event_key=found.key,
            type=found.type,
            at=found.at,
            channel=found.channel,
            content=found.content,
            amount=None if found.amount is None else from_units(found.amount),
        )

    @field
    async def type_label(self, info: Info, locale: Locale = "en") -> str:
        """Label of the event type; its key if no taxonomy has it any more."""
        return await event_type_label(info, self.type, locale)

    @field
    async def channel_name(self, info: Info) -> str | None:
        """Name of the channel, if it has one."""
        return await channel_name(info, self.channel)


@object_type
class RecordEvidence:
    """A record that was counted: a follow-up, an opportunity, an owner, a consent or another."""

    kind: EvidenceKind = strawberry.field(description="The kind of the record.")
    record_key: str = strawberry.field(description="Business key of the record.")
    name: str | None = strawberry.field(
        description="Name of the opportunity, the owner or the related customer; purpose of the consent."
    )
    when: datetime | None = strawberry.field(
        description=(
            "When it was, UTC; since when for an owner; null for an opportunity, a cohort or a "
            "customer."
        )
    )
    amount: Decimal | None = strawberry.field(
        description="Value of the opportunity; exact, so a text in JSON."
    )
    fact: strawberry.Private[CountedFact]

    @classmethod
    def of(cls, found: CountedFact) -> RecordEvidence:
        """Return a record that was counted."""
        kind, key, name, when = _record_of(found)
        units = found.amount if isinstance(found, OpportunityFact) else None
        amount = None if units is None else from_units(units)
        return cls(kind=kind, record_key=key, name=name, when=when, amount=amount, fact=found)

    @field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The evidence as a readable line."""
        return evidence_line(self.fact, await info.context.catalogue(), locale)


def _record_of(found: CountedFact) -> tuple[EvidenceKind, str, str | None, datetime | None]:
    """Return what kind of record it is, its key, its name and when it was."""
    match found:
        case Record():
            kind = BY_RECORD[type(found)]
            values = dict(found)
            return evidence_kind(kind), values["key"], values.get(kind.title), moment_of(found)
        case OpportunityFact(key=key, name=name):
            return EvidenceKind.OPPORTUNITY, key, name, None
        case ArrivalFact(channels=channels, at=at):
            return EvidenceKind.CHANNEL, channels[0], None, at
        case OwnerFact(key=key, name=name, since=since):
            return EvidenceKind.OWNER, key, name, since
        case PersonFact(key=key, name=name):
            return EvidenceKind.DECISION_MAKER, key, name, None
        case Neighbour(key=key, name=name):
            return EvidenceKind.CUSTOMER, key, name, None
        case CohortPlace(salt=salt):
            return EvidenceKind.COHORT, salt, None, None
        case _:
            assert_never(found)


@object_type
class PersonEvidence:
    """A decision-maker who was counted, with their matching records."""

    fact: strawberry.Private[PersonFact]
    person: DecisionMaker = strawberry.field(description="The person.")

    @list_field
    def events(self) -> list[EventEvidence]:
        """The person's events that match the condition."""
        return [EventEvidence.of(one) for one in self.fact.events]

    @list_field
    def opportunities(self) -> list[RecordEvidence]:
        """The person's opportunities that match the condition."""
        return [RecordEvidence.of(one.opportunity) for one in self.fact.takes_part_in]


Evidence: TypeAlias = Annotated[
    Tagging | ValueEvidence | EventEvidence | PersonEvidence | RecordEvidence,
    strawberry.union("Evidence", description="Something in the graph that decided a condition."),
]


def evidence_of(
    found: Found, catalogue: Catalogue, people: dict[str, DecisionMaker]
) -> Tagging | ValueEvidence | EventEvidence | PersonEvidence | RecordEvidence:
    """Return the API's view of what was found; `people` are the customer's, by key."""
    match found:
        case domain.Tagging():
            return Tagging(tag=Tag.carried(found.tag, catalogue), found=found)
        case Value():
            return ValueEvidence.of(found)
        case EventFact():
            return EventEvidence.of(found)
        case PersonFact(key=key) if key in people:
            return PersonEvidence(fact=found, person=people[key])
        case _:
            return RecordEvidence.of(found)
