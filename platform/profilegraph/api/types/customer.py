"""Customers, and all that is known of them."""

from __future__ import annotations

from datetime import date, datetime
from operator import itemgetter
from typing import ClassVar

import strawberry

from profilegraph.api.context import Info
from profilegraph.api.enums import CustomerKind, IdentityKind, RelationKind, TagSource
from profilegraph.api.fields import asked, field, listed
from profilegraph.api.ids import Node
from profilegraph.api.types.activity import Arrival, Event, First, FollowUp, Opportunity, newest
from profilegraph.api.types.organisation import DecisionMaker, Department, Ownership
from profilegraph.api.types.taxonomy import AttributeDefinition, MetricDefinition, Tag
from profilegraph.domain import customers as domain
from profilegraph.domain.customers import (
    AttributeValue as Value,
)
from profilegraph.services.profiles import Carried, Profile


@strawberry.type(description="A key by which a channel knows a customer.")
class Identity:
    """A key by which a channel knows a customer."""

    kind: IdentityKind = strawberry.field(description="Which channel.")
    value: str = strawberry.field(description="The key, in its canonical form.")


@strawberry.type(description="That a customer carries a tag, and who says so.")
class Tagging:
    """That a customer carries a tag."""

    tag: Tag = strawberry.field(description="The tag.")
    found: strawberry.Private[domain.Tagging | Carried]

    GRAPH_ONLY: ClassVar = frozenset({"by", "evidence", "hours", "frequency"})
    """Names of the fields that the index does not know: whoever wants them reads the graph."""

    @field("Since when, UTC.")
    def since(self) -> datetime:
        """Return since when it holds."""
        return self.found.since

    @field("When it ends, UTC, where it does.")
    def until(self) -> datetime | None:
        """Return when it ends."""
        return self.found.until

    @field("What put it on.")
    def source(self) -> TagSource:
        """Return what put it on."""
        return TagSource(self.found.source)

    @field("Who put it on: a person's name, a model's key.")
    def by(self) -> str | None:
        """Return who put it on."""
        return self._whole.by

    @field("How sure it is, 0 to 1.")
    def confidence(self) -> float:
        """Return how sure it is."""
        return self.found.confidence

    @field("How strongly it holds, 0 to 1.")
    def weight(self) -> float:
        """Return how strongly it holds."""
        return self.found.weight

    @field("What it rests on.")
    def evidence(self) -> str | None:
        """Return what it rests on."""
        return self._whole.evidence

    @field("On which days of the week it holds; 1 is Monday, none means any.")
    def weekdays(self) -> list[int]:
        """Return on which days of the week it holds."""
        return list(self.found.weekdays)

    @field("At what times of day, such as 18:00-22:00.")
    def hours(self) -> str | None:
        """Return at what times of day it holds."""
        return self._whole.hours

    @field("How often, such as weekly.")
    def frequency(self) -> str | None:
        """Return how often it holds."""
        return self._whole.frequency

    @property
    def _whole(self) -> domain.Tagging:
        assert isinstance(self.found, domain.Tagging), "GRAPH_ONLY is read there"  # noqa: S101
        return self.found


@strawberry.type(
    description="The value of an attribute; the one field is set that its definition's type names."
)
class AttributeValue:
    """The value of an attribute, in the field of its type."""

    attribute: AttributeDefinition = strawberry.field(description="What it is the value of.")
    number: float | None = strawberry.field(description="Where the type is NUMBER.")
    text: str | None = strawberry.field(description="Where the type is STRING.")
    day: date | None = strawberry.field(name="date", description="Where the type is DATE.")
    boolean: bool | None = strawberry.field(description="Where the type is BOOLEAN.")

    @classmethod
    def of(cls, definition: AttributeDefinition, value: Value) -> AttributeValue:
        """Return a value in the field of its type."""
        return cls(
            attribute=definition,
            number=value if isinstance(value, float) else None,
            text=value if isinstance(value, str) else None,
            day=value if isinstance(value, date) else None,
            boolean=value if isinstance(value, bool) else None,
        )


@strawberry.type(description="A number that a model computed for the customer.")
class MetricValue:
    """A number that a model computed."""

    metric: MetricDefinition = strawberry.field(description="What it measures.")
    value: float = strawberry.field(description="The number.")


@strawberry.type(description="That another customer is parent, subsidiary or partner of this one.")
class Relation:
    """That another customer is related to this one."""

    kind: RelationKind = strawberry.field(description="What the other is to this one.")
    other_key: strawberry.Private[str]

    @field("The other customer.")
    async def customer(self, info: Info) -> Customer | None:
        """Return the other customer."""
        return await Customer.load(info, self.other_key)


@strawberry.type(description="That a customer allowed or forbade something.")
class Consent(Node):
    """That a customer allowed or forbade something."""

    purpose: str = strawberry.field(description="What for; the latest word for a purpose counts.")
    granted: bool = strawberry.field(description="Whether it is allowed.")
    at: datetime = strawberry.field(description="When that was said, UTC.")
    channel: str | None = strawberry.field(description="Where it was said.")
    source: str | None = strawberry.field(description="What proves it.")

    @classmethod
    def of(cls, found: domain.Consent) -> Consent:
        """Return the API's view of a consent."""
        return cls(
            key=found.key,
            purpose=found.purpose,
            granted=found.granted,
            at=found.at,
            channel=found.channel,
            source=found.source,
        )


@strawberry.type(description="A company or a person that we sell to, and all that is known of it.")
class Customer(Node):
    """A company or a person that we sell to."""

    BY_KEY: ClassVar = frozenset({"__typename", "key", "id", "tags"})
    """Names of fields that need no more of the customer than its key."""
    read: strawberry.Private[Profile | None] = None
    """None only where nothing else than `BY_KEY` is asked for."""

    @property
    def profile(self) -> Profile:
        """Return the customer as the graph has it."""
        assert self.read is not None, "whoever asks for it has it read"  # noqa: S101
        return self.read

    @field("Organisation or person.")
    def kind(self) -> CustomerKind:
        """Return the kind."""
        return self.profile.kind

    @field("Name.")
    def name(self) -> str | None:
        """Return the name."""
        return self.profile.name

    @field("Since when it has been a customer: since it was first saved if nobody said, UTC.")
    def created_at(self) -> datetime:
        """Return when it was first saved."""
        return self.profile.created_at

    @classmethod
    def of(cls, found: Profile) -> Customer:
        """Return the API's view of a customer."""
        return cls(key=found.key, read=found)

    @classmethod
    async def load(cls, info: Info, key: str) -> Customer | None:
        """Return a customer by its key, or None where there is none."""
        found = await info.context.load.profiles.load(key)
        return cls.of(found[0]) if found else None

    @classmethod
    async def load_many(cls, info: Info, keys: list[str]) -> list[Customer]:
        """Return the customers of these keys that there are, in their order."""
        found = await info.context.load.profiles.load_many(keys)
        return [cls.of(one) for profile in found for one in profile]

    @classmethod
    async def found(cls, info: Info, keys: list[str], wanted: set[str]) -> list[Customer]:
        """Return customers that a filter has just found, read where more than their keys is wanted."""
        if wanted <= cls.BY_KEY:
            return [cls(key=key) for key in keys]
        return await cls.load_many(info, keys)

    @listed("The values of the attributes that are known.")
    async def attributes(self, info: Info) -> list[AttributeValue]:
        """Return the known attributes, by key."""
        defined = (await info.context.catalogue()).attributes
        return [
            AttributeValue.of(AttributeDefinition.of(defined[key]), value)
            for key, value in sorted(self.profile.attributes.items())
            if key in defined
        ]

    @listed("The numbers that models computed.")
    async def metrics(self, info: Info) -> list[MetricValue]:
        """Return the computed numbers, by key."""
        defined = (await info.context.catalogue()).metrics
        return [
            MetricValue(metric=MetricDefinition.of(defined[key]), value=value)
            for key, value in sorted(self.profile.metrics.items())
            if key in defined
        ]

    @listed("The keys by which channels know the customer.")
    async def identities(self, info: Info) -> list[Identity]:
        """Return the identities."""
        found = await info.context.load.identities.load(self.key)
        return [Identity(kind=one.kind, value=one.value) for one in found]

    @listed("The tags that the customer carries now, by dimension.")
    async def tags(self, info: Info) -> list[Tagging]:
        """Return the current taggings; those of a taxonomy that is gone are left out."""
        context = info.context
        catalogue, load = await context.catalogue(), context.load
        reader = load.taggings if asked(info) & Tagging.GRAPH_ONLY else load.carried
        current = [(catalogue.current_tag(one.tag), one) for one in await reader.load(self.key)]
        places = catalogue.order
        known = [(places[key], one.tag, one) for key, one in current if key in places]
        return [
            Tagging(tag=Tag.once(one.tag, catalogue, context.made), found=one)
            for _, _, one in sorted(known, key=itemgetter(0, 1))
        ]

    @listed("All departments, by key; `parent` tells how they nest.")
    async def departments(self, info: Info) -> list[Department]:
        """Return all departments."""
        return [Department.of(one) for one in await info.context.load.departments.load(self.key)]

    @listed("All decision-makers, the most influential first.")
    async def decision_makers(self, info: Info) -> list[DecisionMaker]:
        """Return all decision-makers."""
        found = await info.context.load.decision_makers.load(self.key)
        return [DecisionMaker.of(one) for one in found]

    @listed("What the customer did, the newest first.")
    async def events(self, info: Info, first: First = 20) -> list[Event]:
        """Return the newest events."""
        found = await info.context.load.events.load(newest(self.key, first))
        return [Event.of(one) for one in found]

    @listed("The customers that belong to this one, own it or work with it.")
    async def relations(self, info: Info) -> list[Relation]:
        """Return the related customers."""
        found = await info.context.load.relations.load(self.key)
        return [Relation(kind=one.kind, other_key=one.other) for one in found]

    @listed("Who of us is responsible for the customer.")
    async def owners(self, info: Info) -> list[Ownership]:
        """Return the owners."""
        return [Ownership.of(one) for one in await info.context.load.owners.load(self.key)]

    @listed("The possible sales.")
    async def opportunities(self, info: Info) -> list[Opportunity]:
        """Return the opportunities."""
        found = await info.context.load.opportunities.load(self.key)
        return [Opportunity.of(one) for one in found]

    @listed("What we did with the customer, the newest first.")
    async def follow_ups(self, info: Info, first: First = 20) -> list[FollowUp]:
        """Return the newest follow-ups."""
        found = await info.context.load.follow_ups.load(newest(self.key, first))
        return [FollowUp.of(one) for one in found]

    @listed("What the customer allowed or forbade, the newest first.")
    async def consents(self, info: Info) -> list[Consent]:
        """Return the consents."""
        return [Consent.of(one) for one in await info.context.load.consents.load(self.key)]

    @listed("By which channels the customer came to us, the first one first.")
    async def arrivals(self, info: Info) -> list[Arrival]:
        """Return the arrivals."""
        found = await info.context.load.arrivals.load(self.key)
        return [Arrival(channel=one.channel, at=one.at) for one in found]
