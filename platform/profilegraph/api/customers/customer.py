"""Customers, and all that is known of them."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Annotated, ClassVar

import strawberry

from profilegraph.api.customers.activity import Arrival, Event, FollowUp, Opportunity
from profilegraph.api.customers.organisation import DecisionMaker, Department, Ownership
from profilegraph.api.customers.profile import AttributeValue, Identity, MetricValue, Tagging
from profilegraph.api.customers.timeline import (
    After,
    EventConnection,
    First,
    FollowUpConnection,
    Types,
    newest,
)
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.enums import CustomerKind, FollowUpKind, RelationKind
from profilegraph.api.runtime.fields import field, list_field, selected_fields
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale, channel_name
from profilegraph.api.taxonomies.types import AttributeDefinition, MetricDefinition, Tag
from profilegraph.domain.records import customers as domain
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.services.customers.profiles import Profile

Keys = Annotated[list[str] | None, strawberry.argument(description="Only of these, by key.")]
Kinds = Annotated[
    list[FollowUpKind] | None, strawberry.argument(description="Only met in these ways.")
]


@strawberry.type(description="That another customer is parent, subsidiary or partner of this one.")
class Relation:
    """That another customer is related to this one."""

    kind: RelationKind = strawberry.field(description="What the other is to this one.")
    other_key: strawberry.Private[str]

    @field("What people call what the other is to this one.")
    def kind_label(self, locale: Locale = "en") -> str:
        """Return the kind's label."""
        return enum_label(self.kind, locale)

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

    @field("What people call the channel, where it has a name.")
    async def channel_name(self, info: Info) -> str | None:
        """Return the channel's name."""
        return await channel_name(info, self.channel)


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

    @field("What people call the kind.")
    def kind_label(self, locale: Locale = "en") -> str:
        """Return the kind's label."""
        return enum_label(self.profile.kind, locale)

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

    @list_field("The values of the attributes that are known: of all, or of some by key.")
    async def attributes(self, info: Info, keys: Keys = None) -> list[AttributeValue]:
        """Return the known attributes, by key."""
        catalogue = await info.context.catalogue()
        defined = (
            catalogue.attributes
            if keys is None
            else {key: catalogue.attribute(key) for key in keys}
        )
        return [
            AttributeValue.of(AttributeDefinition.of(defined[key]), value)
            for key, value in sorted(self.profile.attributes.items())
            if key in defined
        ]

    @list_field("The numbers that models computed: of all metrics, or of some by key.")
    async def metrics(self, info: Info, keys: Keys = None) -> list[MetricValue]:
        """Return the computed numbers, by key."""
        catalogue = await info.context.catalogue()
        defined = (
            catalogue.metrics if keys is None else {key: catalogue.metric(key) for key in keys}
        )
        return [
            MetricValue(metric=MetricDefinition.of(defined[key]), value=value)
            for key, value in sorted(self.profile.metrics.items())
            if key in defined
        ]

    @list_field("The keys by which channels know the customer.")
    async def identities(self, info: Info) -> list[Identity]:
        """Return the identities."""
        found = await info.context.load.identities.load(self.key)
        return [Identity(kind=one.kind, value=one.value) for one in found]

    @list_field("The tags that the customer carries now, by dimension: of all, or of some by key.")
    async def tags(
        self,
        info: Info,
        dimensions: Annotated[
            list[str] | None, strawberry.argument(description="Only of these dimensions, by key.")
        ] = None,
    ) -> list[Tagging]:
        """Return the current taggings; those of a taxonomy that is gone are left out."""
        context = info.context
        catalogue, load = await context.catalogue(), context.load
        wanted = (
            None if dimensions is None else {catalogue.dimension(one).key for one in dimensions}
        )
        reader = load.taggings if selected_fields(info) & Tagging.GRAPH_ONLY else load.carried
        current = [(catalogue.current_tag(one.tag), one) for one in await reader.load(self.key)]
        places = catalogue.order
        known = [
            (places[key], one.tag, one)
            for key, one in current
            if key in places and (wanted is None or key.partition("/")[0] in wanted)
        ]
        return [
            Tagging(tag=Tag.once(one.tag, catalogue, context.made), found=one)
            for _, _, one in sorted(known, key=itemgetter(0, 1))
        ]

    @list_field("All departments, by key; `parent` tells how they nest.")
    async def departments(self, info: Info) -> list[Department]:
        """Return all departments."""
        return [Department.of(one) for one in await info.context.load.departments.load(self.key)]

    @list_field("All decision-makers, the most influential first.")
    async def decision_makers(self, info: Info) -> list[DecisionMaker]:
        """Return all decision-makers."""
        found = await info.context.load.decision_makers.load(self.key)
        return [DecisionMaker.of(one) for one in found]

    @list_field("What the customer did, the newest first.")
    async def events(self, info: Info, first: First = 20, types: Types = None) -> list[Event]:
        """Return the newest events."""
        found = await info.context.load.events.load((self.key, newest(first, types)))
        return [Event.of(one) for one in found]

    @field("What the customer did, the newest first, a page at a time.")
    async def events_connection(
        self, info: Info, first: First = 20, after: After = None, types: Types = None
    ) -> EventConnection:
        """Return a page of events."""
        asked_for = self.key, newest(first, types, after, more=1)
        found = info.context.budget.take([*await info.context.load.events.load(asked_for)])
        return EventConnection.of([Event.of(one) for one in found], first, after)

    @list_field("The customers that belong to this one, own it or work with it.")
    async def relations(self, info: Info) -> list[Relation]:
        """Return the related customers."""
        found = await info.context.load.relations.load(self.key)
        return [Relation(kind=one.kind, other_key=one.other) for one in found]

    @list_field("Who of us is responsible for the customer.")
    async def owners(self, info: Info) -> list[Ownership]:
        """Return the owners."""
        return [Ownership.of(one) for one in await info.context.load.owners.load(self.key)]

    @list_field("The possible sales.")
    async def opportunities(self, info: Info) -> list[Opportunity]:
        """Return the opportunities."""
        found = await info.context.load.opportunities.load(self.key)
        return [Opportunity.of(one) for one in found]

    @list_field("What we did with the customer, the newest first.")
    async def follow_ups(
        self, info: Info, first: First = 20, kinds: Kinds = None
    ) -> list[FollowUp]:
        """Return the newest follow-ups."""
        found = await info.context.load.follow_ups.load((self.key, newest(first, kinds)))
        return [FollowUp.of(one) for one in found]

    @field("What we did with the customer, the newest first, a page at a time.")
    async def follow_ups_connection(
        self, info: Info, first: First = 20, after: After = None, kinds: Kinds = None
    ) -> FollowUpConnection:
        """Return a page of follow-ups."""
        asked_for = self.key, newest(first, kinds, after, more=1)
        found = info.context.budget.take([*await info.context.load.follow_ups.load(asked_for)])
        return FollowUpConnection.of([FollowUp.of(one) for one in found], first, after)

    @list_field("What the customer allowed or forbade, the newest first.")
    async def consents(self, info: Info) -> list[Consent]:
        """Return the consents."""
        return [Consent.of(one) for one in await info.context.load.consents.load(self.key)]

    @list_field("By which channels the customer came to us, the first one first.")
    async def arrivals(self, info: Info) -> list[Arrival]:
        """Return the arrivals."""
        found = await info.context.load.arrivals.load(self.key)
        return [Arrival(channel=one.channel, at=one.at) for one in found]
