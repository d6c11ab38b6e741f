"""What a customer is known by and described with: identities, taggings, attributes, metrics."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import strawberry

from profilegraph.api.runtime.enums import IdentityKind, TagSource
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.taxonomies.types import AttributeDefinition, MetricDefinition, Tag
from profilegraph.domain.records import customers as domain
from profilegraph.domain.records.customers import AttributeValue as Value
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.services.customers.profiles import IndexedTagging


@strawberry.type(description="A key by which a channel knows a customer.")
class Identity:
    """A key by which a channel knows a customer."""

    kind: IdentityKind = strawberry.field(description="Which channel.")
    value: str = strawberry.field(description="The key, in its canonical form.")

    @field("What people call the channel.")
    def kind_label(self, locale: Locale = "en") -> str:
        """Return the kind's label."""
        return enum_label(self.kind, locale)


@strawberry.type(description="That a customer carries a tag, and who says so.")
class Tagging:
    """That a customer carries a tag."""

    tag: Tag = strawberry.field(description="The tag.")
    found: strawberry.Private[domain.Tagging | IndexedTagging]

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

    @field("What people call what put it on.")
    def source_label(self, locale: Locale = "en") -> str:
        """Return the source's label."""
        return enum_label(TagSource(self.found.source), locale)

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
