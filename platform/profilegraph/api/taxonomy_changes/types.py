"""GraphQL types of changes of tags in use: the plan, its effects and its progress."""

from __future__ import annotations

from datetime import datetime

import strawberry

from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import SegmentState
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.runtime.permissions import type_requires
from profilegraph.api.taxonomies.types import Labelled
from profilegraph.api.taxonomy_changes.enums import TaxonomyChangeState, TaxonomyWarningKind
from profilegraph.domain.access import Permission
from profilegraph.domain.taxonomy_changes.kept import KeptChange
from profilegraph.services.taxonomy_changes import previews
from profilegraph.services.taxonomy_changes.planning import plan_of
from profilegraph.services.taxonomy_changes.wording import told, warned


@object_type
class MovingCustomer:
    """A customer who enters or leaves a segment."""

    customer_key: str = strawberry.field(description="Key of the customer.")
    name: str | None = strawberry.field(description="Name, where there is one.")


@object_type
class SegmentEffect(Labelled):
    """What becomes of one saved segment."""

    effect: strawberry.Private[previews.SegmentEffect]
    segment_key: str = strawberry.field(description="Key of the segment.")
    state: SegmentState = strawberry.field(description="How far along it is.")
    version: int = strawberry.field(description="Number of its newest version before the change.")
    rewritten: bool = strawberry.field(
        description="Whether its filter says the same in other keys afterwards: a new version."
    )
    live: bool = strawberry.field(description="Whether it is evaluated by itself.")
    webhooks: int = strawberry.field(description="How many addresses are told of its moves.")
    before: int | None = strawberry.field(
        description="How many members it has; null where it cannot be asked."
    )
    after: int | None = strawberry.field(
        description="How many it would have; null where it could not be asked."
    )
    entered: int = strawberry.field(description="How many would enter.")
    left: int = strawberry.field(description="How many would leave.")
    problem: str | None = strawberry.field(description="Why it could not be asked afterwards.")

    @classmethod
    def of(cls, effect: previews.SegmentEffect) -> SegmentEffect:
        """Return the API's view of an effect."""
        return cls(
            effect=effect,
            labels=effect.labels,
            segment_key=effect.key,
            state=effect.state,
            version=effect.version,
            rewritten=effect.rewritten,
            live=effect.live,
            webhooks=effect.webhooks,
            before=effect.before,
            after=effect.after,
            entered=effect.entered,
            left=effect.left,
            problem=effect.problem,
        )

    @list_field
    def groups(self) -> list[str]:
        """Keys of the groups that rank it."""
        return list(self.effect.groups)

    @list_field
    def entering(self) -> list[MovingCustomer]:
        """The first few who would enter, by key."""
        return [MovingCustomer(customer_key=one.key, name=one.name) for one in self.effect.entering]

    @list_field
    def leaving(self) -> list[MovingCustomer]:
        """The first few who would leave, by key."""
        return [MovingCustomer(customer_key=one.key, name=one.name) for one in self.effect.leaving]


@object_type
class TaxonomyWarning:
    """Something that may break, or surprise."""

    warning: strawberry.Private[previews.PlanWarning]
    kind: TaxonomyWarningKind = strawberry.field(description="What it is about.")
    subject: str = strawberry.field(description="Key of the segment, the tag or the dimension.")
    count: int = strawberry.field(description="How many customers it concerns.")
    breaks: bool = strawberry.field(
        description="Whether something stops working: it is then only applied with allowBroken."
    )

    @classmethod
    def of(cls, found: previews.PlanWarning) -> TaxonomyWarning:
        """Return the API's view of a warning."""
        return cls(
            warning=found,
            kind=found.kind,
            subject=found.subject,
            count=found.count,
            breaks=found.breaks,
        )

    @field
    def text(self, locale: Locale = "en") -> str:
        """The warning in words."""
        return warned(self.warning, locale)


@object_type
class TagMove:
    """What becomes of the taggings of one tag."""

    tag: str = strawberry.field(description="Full key of the tag, `dimension/tag`.")
    into: str | None = strawberry.field(
        description="Full key of the tag that they go to; null where they end."
    )
    taggings: int = strawberry.field(description="How many customers carry the tag.")


@object_type
class TaxonomyStep:
    """That a taxonomy comes to another version."""

    taxonomy_key: str = strawberry.field(description="Key of the taxonomy.")
    before: str | None = strawberry.field(description="Its version; null of a new taxonomy.")
    after: str = strawberry.field(description="Its version after the change.")


@type_requires(Permission.TAXONOMIES_WRITE)
@object_type
class TaxonomyChange(Node):
    """A change of tags or dimensions in use: what it does, and how far it has come."""

    plan: strawberry.Private[previews.Plan]
    key: str = strawberry.field(description="Its key.")
    state: TaxonomyChangeState = strawberry.field(description="How far it has come.")
    digest: str = strawberry.field(
        description="Tells the definitions and filters that the plan rests on; to be given back."
    )
    taggings: int = strawberry.field(description="How many taggings do not stay as they are.")
    customers: int = strawberry.field(description="How many customers those are of.")
    planned_by: str = strawberry.field(description="Name of the API key that planned it.")
    planned_at: datetime = strawberry.field(description="When it was planned.")
    expires_at: datetime = strawberry.field(description="Until when the plan can be applied.")
    applied_by: str | None = strawberry.field(description="Name of the API key that applied it.")
    applied_at: datetime | None = strawberry.field(description="When it was applied.")
    undone_by: str | None = strawberry.field(description="Name of the API key that took it back.")
    undone_at: datetime | None = strawberry.field(description="When it was taken back.")

    @classmethod
    def of(cls, kept: KeptChange) -> TaxonomyChange:
        """Return the API's view of a change."""
        plan = plan_of(kept)
        return cls(
            plan=plan,
            key=kept.key,
            state=kept.state,
            digest=plan.digest,
            taggings=plan.taggings,
            customers=plan.customers,
            planned_by=kept.by,
            planned_at=kept.at,
            expires_at=kept.expires,
            applied_by=kept.applied_by,
            applied_at=kept.applied_at,
            undone_by=kept.undone_by,
            undone_at=kept.undone_at,
        )

    @field
    def text(self, locale: Locale = "en") -> str:
        """The change in words."""
        return told(self.plan, locale)

    @list_field
    def segments(self) -> list[SegmentEffect]:
        """The saved segments that it touches, by key; those that it leaves alone are not there."""
        return [SegmentEffect.of(one) for one in self.plan.segments]

    @list_field
    def warnings(self) -> list[TaxonomyWarning]:
        """What may break, or surprise."""
        return [TaxonomyWarning.of(one) for one in self.plan.warnings]

    @list_field
    def moves(self) -> list[TagMove]:
        """The tags whose taggings become others, or end."""
        return [
            TagMove(tag=one.tag, into=one.into, taggings=one.taggings) for one in self.plan.moves
        ]

    @list_field
    def taxonomies(self) -> list[TaxonomyStep]:
        """The taxonomies that it changes, and to which version."""
        return [
            TaxonomyStep(taxonomy_key=one.key, before=one.before, after=one.after)
            for one in self.plan.taxonomies
        ]
