"""Why a customer is a member, or is not: every condition with what was found in deciding it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeAlias, assert_never

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.context import Info
from profilegraph.api.enums import EvidenceKind
from profilegraph.api.fields import field, listed
from profilegraph.api.types.customer import Customer, Tagging
from profilegraph.api.types.organisation import DecisionMaker
from profilegraph.api.types.taxonomy import Locale
from profilegraph.domain import customers as domain
from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.values import from_units
from profilegraph.segments.codec import encode
from profilegraph.segments.evidence import evidence_line
from profilegraph.segments.explain import Evidence as Found
from profilegraph.segments.explain import Neighbour, Place, Value, Verdict
from profilegraph.segments.facts import (
    ArrivalFact,
    ConsentFact,
    EventFact,
    FollowUpFact,
    OpportunityFact,
    OwnerFact,
    PersonFact,
)

CountedFact: TypeAlias = (
    OpportunityFact
    | FollowUpFact
    | ArrivalFact
    | OwnerFact
    | ConsentFact
    | PersonFact
    | Neighbour
    | Place
)


@strawberry.type(description="What an attribute or a metric of the customer says.")
class ValueEvidence:
    """What an attribute or a metric of the customer says."""

    key: str = strawberry.field(description="Key of the attribute or metric.")
    text: str | None = strawberry.field(description="Its value as a text; null where it has none.")

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
        return cls(key=found.key, text=text)


@strawberry.type(description="An event that was counted.")
class EventEvidence:
    """An event that was counted."""

    key: str = strawberry.field(description="Key of the event.")
    type: str = strawberry.field(description="Key of its type.")
    at: datetime = strawberry.field(description="When it happened, UTC.")
    channel: str | None = strawberry.field(description="Key of the channel where it happened.")
    content: str | None = strawberry.field(description="What it was about.")
    amount: Decimal | None = strawberry.field(description="Money spent; exact, so a text in JSON.")

    @classmethod
    def of(cls, found: EventFact) -> EventEvidence:
        """Return an event that was counted."""
        return cls(
            key=found.key,
            type=found.type,
            at=found.at,
            channel=found.channel,
            content=found.content,
            amount=None if found.amount is None else from_units(found.amount),
        )


@strawberry.type(
    description="A record that was counted: a follow-up, a sale, an owner, a consent …"
)
class RecordEvidence:
    """A record that was counted."""

    kind: EvidenceKind = strawberry.field(description="What it is.")
    key: str = strawberry.field(description="Its business key.")
    fact: strawberry.Private[CountedFact]

    @classmethod
    def of(cls, found: CountedFact) -> RecordEvidence:
        """Return a record that was counted."""
        match found:
            case OpportunityFact(key=key):
                return cls(kind=EvidenceKind.OPPORTUNITY, key=key, fact=found)
            case FollowUpFact(key=key):
                return cls(kind=EvidenceKind.FOLLOW_UP, key=key, fact=found)
            case ArrivalFact(channels=channels):
                return cls(kind=EvidenceKind.CHANNEL, key=channels[0], fact=found)
            case OwnerFact(key=key):
                return cls(kind=EvidenceKind.OWNER, key=key, fact=found)
            case ConsentFact(key=key):
                return cls(kind=EvidenceKind.CONSENT, key=key, fact=found)
            case PersonFact(key=key):
                return cls(kind=EvidenceKind.DECISION_MAKER, key=key, fact=found)
            case Neighbour(key=key):
                return cls(kind=EvidenceKind.CUSTOMER, key=key, fact=found)
            case Place(salt=salt):
                return cls(kind=EvidenceKind.COHORT, key=salt, fact=found)
            case _:
                assert_never(found)

    @field("What was found as a line that people read.")
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """Return what was found as a line."""
        return evidence_line(self.fact, await info.context.catalogue(), locale)


Evidence: TypeAlias = Annotated[
    Tagging | ValueEvidence | EventEvidence | DecisionMaker | RecordEvidence,
    strawberry.union("Evidence", description="Something in the graph that decided a condition."),
]


@strawberry.type(description="Whether one condition of the filter holds for the customer, and why.")
class ConditionVerdict:
    """Whether one condition holds, and why."""

    verdict: strawberry.Private[Verdict]
    customer_key: strawberry.Private[str]
    past: strawberry.Private[bool]
    place: str = strawberry.field(
        description="Where the condition stands in the filter, such as `filter.all[0].tags`."
    )
    depth: int = strawberry.field(description="How deep it stands; 0 for the whole filter.")
    holds: bool = strawberry.field(description="Whether it holds for the customer.")

    @field("The condition as a sentence.")
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """Return the condition as a sentence."""
        return await info.context.sentence(self.verdict.node, locale)

    @field("The condition as canonical JSON.")
    def filter(self) -> JSON:
        """Return the condition as canonical JSON."""
        return JSON(encode(self.verdict.node))

    @listed("What was found: the tags named, the value compared, the events or people counted.")
    async def evidence(self, info: Info) -> list[Evidence]:
        """Return what was found in deciding it."""
        catalogue = await info.context.catalogue()
        people = await info.context.load.decision_makers.load(self.customer_key)
        # The API's decision-makers are those of today: one of the past is told as a record.
        known = {} if self.past else {one.key: DecisionMaker.of(one) for one in people}
        return [_evidence(one, catalogue, known) for one in self.verdict.evidence]


@strawberry.type(description="Why a customer is a member of a segment, or is not.")
class Explanation:
    """Why a customer is a member, or is not."""

    verdict: strawberry.Private[Verdict]
    customer_key: strawberry.Private[str]
    past: strawberry.Private[bool] = False

    @field("The customer.")
    async def customer(self, info: Info) -> Customer | None:
        """Return the customer."""
        return await Customer.load(info, self.customer_key)

    @field("Whether the customer is a member.")
    def holds(self) -> bool:
        """Return whether the customer is a member."""
        return self.verdict.holds

    @listed("The whole filter and every condition in it, each before those that it is made of.")
    def conditions(self) -> list[ConditionVerdict]:
        """Return the verdict on every condition."""
        return [
            ConditionVerdict(
                verdict=verdict,
                customer_key=self.customer_key,
                past=self.past,
                place=verdict.place,
                depth=depth,
                holds=verdict.holds,
            )
            for depth, verdict in _walk(self.verdict, 0)
        ]


def _walk(verdict: Verdict, depth: int) -> Iterator[tuple[int, Verdict]]:
    yield depth, verdict
    for child in verdict.children:
        yield from _walk(child, depth + 1)


def _evidence(
    found: Found, catalogue: Catalogue, people: dict[str, DecisionMaker]
) -> Tagging | ValueEvidence | EventEvidence | DecisionMaker | RecordEvidence:
    match found:
        case domain.Tagging():
            return Tagging.of(found, catalogue)
        case Value():
            return ValueEvidence.of(found)
        case EventFact():
            return EventEvidence.of(found)
        case PersonFact(key=key) if key in people:
            return people[key]
        case _:
            return RecordEvidence.of(found)
