"""GraphQL types of identities, taggings, attributes and metrics."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import strawberry

from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import IdentityKind, TagSource
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.taxonomies.types import AttributeDefinition, MetricDefinition, Tag
from profilegraph.domain.contacts import CONTACT_KINDS, MASK
from profilegraph.domain.records import customers as domain
from profilegraph.domain.records.customers import AttributeValue as Value
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.services.customers.profiles import IndexedTagging


@object_type
class Identity:
    """A key by which a channel knows a customer."""

    kind: IdentityKind = strawberry.field(description="The channel.")
    value: str = strawberry.field(
        description="The key, in its canonical form; contact data is `***` where you may not see it."
    )

    @field
    def masked(self) -> bool:
        """Whether it is contact data that you may not see, for want of the permission contacts.read."""
        return self.kind in CONTACT_KINDS and self.value.startswith(MASK)

    @field
    def kind_label(self, locale: Locale = "en") -> str:
        """What people call the channel."""
        return enum_label(self.kind, locale)


@object_type
class Tagging:
    """A tag that a customer carries, with its source and author."""

    tag: Tag = strawberry.field(description="The tag.")
    found: strawberry.Private[domain.Tagging | IndexedTagging]

    GRAPH_ONLY: ClassVar = frozenset({"by", "evidence", "hours", "frequency"})
    """Names of the fields that the index does not know: whoever wants them reads the graph."""

    @field
    def since(self) -> datetime:
        """Since when, UTC."""
        return self.found.since

    @field
    def until(self) -> datetime | None:
        """When it ends, UTC, if it does."""
        return self.found.until

    @field
    def source(self) -> TagSource:
        """The source."""
        return TagSource(self.found.source)

    @field
    def source_label(self, locale: Locale = "en") -> str:
        """Label of the source."""
        return enum_label(TagSource(self.found.source), locale)

    @field
    def by(self) -> str | None:
        """The author: a person's name, or a model's key."""
        return self._whole.by

    @field
    def confidence(self) -> float:
        """Confidence, 0 to 1."""
        return self.found.confidence

    @field
    def weight(self) -> float:
        """Weight, 0 to 1."""
        return self.found.weight

    @field
    def evidence(self) -> str | None:
        """The evidence."""
        return self._whole.evidence

    @field
    def weekdays(self) -> list[int]:
        """The days of the week on which it holds, 1 for Monday; empty for any."""
        return list(self.found.weekdays)

    @field
    def hours(self) -> str | None:
        """The time of day at which it holds, such as 18:00-22:00."""
        return self._whole.hours

    @field
    def frequency(self) -> str | None:
        """How often, such as weekly."""
        return self._whole.frequency

    @property
    def _whole(self) -> domain.Tagging:
        assert isinstance(self.found, domain.Tagging), "GRAPH_ONLY is read there"  # noqa: S101
        return self.found


@object_type
class AttributeValue:
    """The value of an attribute, in the field of its type."""

    attribute: AttributeDefinition = strawberry.field(description="The attribute.")
    number: float | None = strawberry.field(description="For the type NUMBER.")
    text: str | None = strawberry.field(description="For the type STRING.")
    day: date | None = strawberry.field(name="date", description="For the type DATE.")
    boolean: bool | None = strawberry.field(description="For the type BOOLEAN.")

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


@object_type
class MetricValue:
    """A number that a model computed for the customer."""

    metric: MetricDefinition = strawberry.field(description="The metric.")
    value: float = strawberry.field(description="The number.")
