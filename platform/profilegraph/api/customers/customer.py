"""The GraphQL type of customers."""

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
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import CustomerKind, FollowUpKind, RelationKind
from profilegraph.api.runtime.fields import field, list_field, selected_fields
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale, channel_name
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.api.taxonomies.types import AttributeDefinition, MetricDefinition, Tag
from profilegraph.domain.access import Permission
from profilegraph.domain.records import customers as domain
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.services.customers.profiles import Profile

Keys = Annotated[list[str] | None, strawberry.argument(description="Only of these, by key.")]
Kinds = Annotated[
    list[FollowUpKind] | None, strawberry.argument(description="Only of these kinds.")
]


@object_type
class Relation:
    """A relation to another customer: parent, subsidiary or partner."""

    kind: RelationKind = strawberry.field(description="What the other is to this one.")
    other_key: strawberry.Private[str]

    @field
    def kind_label(self, locale: Locale = "en") -> str:
        """Label of the relation's kind."""
        return enum_label(self.kind, locale)

    @field
    async def customer(self, info: Info) -> Customer | None:
        """The other customer."""
        return await Customer.load(info, self.other_key)


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class Consent(Node):
    """A consent record: the customer allowed or forbade something."""

    purpose: str = strawberry.field(
        description="The purpose; the latest record for a purpose counts."
    )
    granted: bool = strawberry.field(description="Whether it is allowed.")
    at: datetime = strawberry.field(description="When it was recorded, UTC.")
    channel: str | None = strawberry.field(description="Key of the channel where it was given.")
    source: str | None = strawberry.field(description="The proof.")

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

    @field
    async def channel_name(self, info: Info) -> str | None:
        """Name of the channel, if it has one."""
        return await channel_name(info, self.channel)


@type_requires(Permission.CUSTOMERS_READ)
@object_type
class Customer(Node):
    """A company or a person that we sell to, and all that is known of it."""

    BY_KEY: ClassVar = frozenset({"__typename", "key", "id", "tags"})
    """Names of fields that need no more of the customer than its key."""
    read: strawberry.Private[Profile | None] = None
    """None only where nothing else than `BY_KEY` is asked for."""

    @property
    def profile(self) -> Profile:
        """Return the customer as the graph has it."""
        assert self.read is not None, "whoever asks for it has it read"  # noqa: S101
        return self.read

    @field
    def kind(self) -> CustomerKind:
        """Organisation or person."""
        return self.profile.kind

    @field
    def kind_label(self, locale: Locale = "en") -> str:
        """Label of the kind."""
        return enum_label(self.profile.kind, locale)

    @field
    def name(self) -> str | None:
        """Name."""
        return self.profile.name

    @field
    def created_at(self) -> datetime:
        """Since when it has been a customer, UTC; by default since it was first saved."""
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

    @list_field
    async def attributes(self, info: Info, keys: Keys = None) -> list[AttributeValue]:
        """The known attribute values: all, or some by key."""
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

    @list_field
    async def metrics(self, info: Info, keys: Keys = None) -> list[MetricValue]:
        """The computed metrics: all, or some by key."""
        catalogue = await info.context.catalogue()
        defined = (
            catalogue.metrics if keys is None else {key: catalogue.metric(key) for key in keys}
        )
        return [
            MetricValue(metric=MetricDefinition.of(defined[key]), value=value)
            for key, value in sorted(self.profile.metrics.items())
            if key in defined
        ]

    @list_field
    async def identities(self, info: Info) -> list[Identity]:
        """The keys by which channels know the customer."""
        found = await info.context.load.identities.load(self.key)
        return [Identity(kind=one.kind, value=one.value) for one in found]

    @list_field
    async def tags(
        self,
        info: Info,
        dimensions: Annotated[
            list[str] | None, strawberry.argument(description="Only of these dimensions, by key.")
        ] = None,
    ) -> list[Tagging]:
        """The tags that the customer carries now, by dimension: of all dimensions, or of some by key."""
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
            Tagging(tag=Tag.memoized(one.tag, catalogue, context.memo), found=one)
            for _, _, one in sorted(known, key=itemgetter(0, 1))
        ]

    @list_field
    async def departments(self, info: Info) -> list[Department]:
        """All departments, by key; `parent` tells how they nest."""
        return [Department.of(one) for one in await info.context.load.departments.load(self.key)]

    @list_field
    async def decision_makers(self, info: Info) -> list[DecisionMaker]:
        """All decision-makers, the most influential first."""
        found = await info.context.load.decision_makers.load(self.key)
        return [DecisionMaker.of(one) for one in found]

    @list_field
    async def events(self, info: Info, first: First = 20, types: Types = None) -> list[Event]:
        """The customer's events, the newest first."""
        found = await info.context.load.events.load((self.key, newest(first, types)))
        return [Event.of(one) for one in found]

    @field
    async def events_connection(
        self, info: Info, first: First = 20, after: After = None, types: Types = None
    ) -> EventConnection:
        """The customer's events, the newest first, page by page."""
        asked_for = self.key, newest(first, types, after, more=1)
        found = info.context.budget.take([*await info.context.load.events.load(asked_for)])
        return EventConnection.of([Event.of(one) for one in found], first, after)

    @list_field
    async def relations(self, info: Info) -> list[Relation]:
        """The related customers: subsidiaries, parents and partners."""
        found = await info.context.load.relations.load(self.key)
        return [Relation(kind=one.kind, other_key=one.other) for one in found]

    @list_field
    async def owners(self, info: Info) -> list[Ownership]:
        """The employees who are responsible for the customer."""
        return [Ownership.of(one) for one in await info.context.load.owners.load(self.key)]

    @list_field
    async def opportunities(self, info: Info) -> list[Opportunity]:
        """The opportunities."""
        found = await info.context.load.opportunities.load(self.key)
        return [Opportunity.of(one) for one in found]

    @list_field
    async def follow_ups(
        self, info: Info, first: First = 20, kinds: Kinds = None
    ) -> list[FollowUp]:
        """Our follow-ups with the customer, the newest first."""
        found = await info.context.load.follow_ups.load((self.key, newest(first, kinds)))
        return [FollowUp.of(one) for one in found]

    @field
    async def follow_ups_connection(
        self, info: Info, first: First = 20, after: After = None, kinds: Kinds = None
    ) -> FollowUpConnection:
        """Our follow-ups with the customer, the newest first, page by page."""
        asked_for = self.key, newest(first, kinds, after, more=1)
        found = info.context.budget.take([*await info.context.load.follow_ups.load(asked_for)])
        return FollowUpConnection.of([FollowUp.of(one) for one in found], first, after)

    @list_field
    async def consents(self, info: Info) -> list[Consent]:
        """The consent records, the newest first."""
        return [Consent.of(one) for one in await info.context.load.consents.load(self.key)]

    @list_field
    async def arrivals(self, info: Info) -> list[Arrival]:
        """The arrivals by channel, the first one first."""
        found = await info.context.load.arrivals.load(self.key)
        return [Arrival(channel=one.channel, at=one.at) for one in found]
