"""GraphQL types of taxonomies, dimensions, tags, attributes, event types and metrics."""

from __future__ import annotations

from typing import Any

import strawberry

from profilegraph.api.duties.types import DimensionDuty
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import interface_type, object_type
from profilegraph.api.runtime.enums import AttributeType, Cardinality, Layer
from profilegraph.api.runtime.fields import field, list_field, named_list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.domain.taxonomy import definition as domain
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.values import Labels
from profilegraph.errors import NotFound


@object_type
class Label:
    """A label in one language."""

    locale: str = strawberry.field(description="Tag of the language, such as zh-CN, en or fr.")
    text: str = strawberry.field(description="The label.")


@interface_type
class Labelled:
    """Something with a label, in one language or in several."""

    labels: strawberry.Private[Labels]

    @field
    def label(self, locale: Locale = "en") -> str:
        """The label."""
        return self.labels.text(locale)

    @named_list_field("labels")
    def every_label(self) -> list[Label]:
        """The label in every language in which there is one."""
        return [Label(locale=one, text=text) for one, text in self.labels.by_locale.items()]

    @list_field
    def missing_labels(self) -> list[str]:
        """Which of zh-CN and en have no label; another is shown instead."""
        return list(self.labels.missing)


@object_type
class Deprecation:
    """The deprecation of something that should no longer be used but still works."""

    said: strawberry.Private[domain.Deprecation]

    @field
    def replaced_by(self) -> str | None:
        """Key of what to use instead."""
        return self.said.replaced_by

    @field
    def reason(self, locale: Locale = "en") -> str | None:
        """Why."""
        return None if self.said.reason is None else self.said.reason.text(locale)


@interface_type
class Defined:
    """What a taxonomy defines for a tag or a dimension besides its name."""

    said: strawberry.Private[domain.Tag | domain.Dimension | None]

    @field
    def description(self, locale: Locale = "en") -> str | None:
        """The description, if there is one."""
        text = None if self.said is None else self.said.description
        return None if text is None else text.text(locale)

    @field
    def deprecation(self) -> Deprecation | None:
        """Set if it should no longer be used."""
        word = None if self.said is None else self.said.deprecated
        return None if word is None else Deprecation(said=word)

    @field
    def owner(self) -> str | None:
        """Key of the employee who is responsible for it."""
        return None if self.said is None else self.said.owner

    @list_field
    def former_keys(self) -> list[str]:
        """Its former keys, which remain valid."""
        return [] if self.said is None else list(self.said.aliases)


@object_type
class Tag(Node, Labelled, Defined):
    """One value of a dimension, which customers carry."""

    parent_name: strawberry.Private[str | None]
    dimension_definition: strawberry.Private[domain.Dimension]
    taxonomy_key: strawberry.Private[str]

    @classmethod
    def of(cls, key: str, catalogue: Catalogue) -> Tag:
        """Return a tag by its full key; raises NotFound."""
        found = catalogue.tag(key)
        key = catalogue.current_tag(key)
        name = key.split("/", 1)[0]
        return cls(
            key=key,
            labels=found.labels,
            said=found,
            parent_name=found.parent,
            dimension_definition=catalogue.dimension(name),
            taxonomy_key=_owner(name, catalogue),
        )

    @classmethod
    def known(cls, key: str, catalogue: Catalogue) -> Tag | None:
        """Return a tag by a full key that it has or had; None where no taxonomy has it any more."""
        current = catalogue.current_tag(key)
        return cls.of(current, catalogue) if current in catalogue.tags else None

    @classmethod
    def carried(cls, key: str, catalogue: Catalogue) -> Tag:
        """Return a tag that a customer carries: called by its key where no taxonomy has it any more.

        Raises NotFound where its dimension is gone.
        """
        current = catalogue.current_tag(key)
        if current in catalogue.tags:
            return cls.of(current, catalogue)
        dimension = catalogue.current_dimension(key.split("/", 1)[0])
        return cls(
            key=key,
            labels=Labels(zh_cn=key, en=key),
            said=None,
            parent_name=None,
            dimension_definition=catalogue.dimension(dimension),
            taxonomy_key=_owner(dimension, catalogue),
        )

    @classmethod
    def memoized(cls, key: str, catalogue: Catalogue, memo: dict[str, Any]) -> Tag:
        """Return a tag that customers carry, read through the memo of a request; raises NotFound."""
        if key not in memo:
            memo[key] = cls.carried(key, catalogue)
        found: Tag = memo[key]
        return found

    @field
    def name(self) -> str:
        """The tag's name within its dimension, as filters use it: `key` without the dimension."""
        return self.key.split("/", 1)[1]

    @field
    def parent(self) -> Tag | None:
        """The wider tag that includes this one, where there is one."""
        dimension = self.dimension()
        named = (one for one in self.dimension_definition.tags if one.key == self.parent_name)
        return next((dimension.tag(one) for one in named), None)

    @field
    def lower_bound(self) -> float | None:
        """Least number that the tag stands for, in the unit of its dimension; none is no bound."""
        return self.said.begin if isinstance(self.said, domain.Tag) else None

    @field
    def upper_bound(self) -> float | None:
        """First number that is too great for the tag; none is no bound."""
        return self.said.end if isinstance(self.said, domain.Tag) else None

    @field
    def dimension(self) -> Dimension:
        """The dimension that the tag is a value of."""
        return Dimension.wrap(self.dimension_definition, self.taxonomy_key)


@object_type
class Dimension(Node, Labelled, Defined):
    """One way to tell customers apart."""

    definition: strawberry.Private[domain.Dimension]
    taxonomy_key: str = strawberry.field(description="Key of the taxonomy that defines it.")
    layer: Layer | None = strawberry.field(description="Which question it answers.")
    cardinality: Cardinality = strawberry.field(
        description="Whether a customer carries one of its tags or several."
    )
    ordered: bool = strawberry.field(
        description="Whether its tags go from the least to the most; filters can then use gte and lte."
    )
    ttl_days: int | None = strawberry.field(description="Days after which its tags expire.")
    unit: str | None = strawberry.field(description="What its tags measure, such as people or CNY.")
    derived: bool = strawberry.field(description="Whether a model sets its tags, not people.")
    folder: str | None = strawberry.field(description="Its folder: names separated by slashes.")

    @classmethod
    def wrap(cls, found: domain.Dimension, taxonomy: str) -> Dimension:
        """Return the API's view of a dimension."""
        return cls(
            key=found.key,
            labels=found.labels,
            said=found,
            definition=found,
            taxonomy_key=taxonomy,
            layer=found.layer,
            cardinality=found.cardinality,
            ordered=found.ordered,
            ttl_days=found.ttl_days,
            unit=found.unit,
            derived=found.derived,
            folder=found.folder,
        )

    @classmethod
    def of(cls, key: str, catalogue: Catalogue) -> Dimension:
        """Return a dimension by its key; raises NotFound."""
        found = catalogue.dimension(key)
        return cls.wrap(found, _owner(found.key, catalogue))

    @list_field
    def tags(self) -> list[Tag]:
        """All its tags; in an ordered dimension from the least to the most."""
        return [self.tag(one) for one in self.definition.tags]

    def tag(self, found: domain.Tag) -> Tag:
        """Return the API's view of one of its tags."""
        return Tag(
            key=tag_key(self.key, found.key),
            labels=found.labels,
            said=found,
            parent_name=found.parent,
            dimension_definition=self.definition,
            taxonomy_key=self.taxonomy_key,
        )

    @list_field
    async def duties(self, info: Info) -> list[DimensionDuty]:
        """The four duties in it: whose each is, to whom it is lent, and whether it is yours."""
        found = await info.context.load.governance.load(self.key)
        return [DimensionDuty(governance=one, duty=duty) for one in found for duty in domain.Duty]


@object_type
class AttributeDefinition(Node, Labelled):
    """A typed field that customers have."""

    key: str = strawberry.field(description="Its key, as filters and inputs use it.")
    type: AttributeType = strawberry.field(description="The type of its values.")
    unit: str | None = strawberry.field(description="What its numbers count.")

    @classmethod
    def of(cls, found: domain.Attribute) -> AttributeDefinition:
        """Return the API's view of an attribute."""
        return cls(key=found.key, labels=found.labels, type=found.type, unit=found.unit)


@object_type
class EventType(Node, Labelled):
    """A kind of thing that customers do."""

    key: str = strawberry.field(description="Its key, as filters and inputs use it.")

    @classmethod
    def of(cls, found: domain.EventType) -> EventType:
        """Return the API's view of an event type."""
        return cls(key=found.key, labels=found.labels)


@object_type
class MetricDefinition(Node, Labelled):
    """A number that a model computes for each customer."""

    key: str = strawberry.field(description="Its key, as filters use it.")
    unit: str | None = strawberry.field(description="What it counts, such as days.")

    @classmethod
    def of(cls, found: domain.Metric) -> MetricDefinition:
        """Return the API's view of a metric."""
        return cls(key=found.key, labels=found.labels, unit=found.unit)


@object_type
class Taxonomy(Node, Labelled):
    """A versioned set of dimensions, attributes, event types and metrics of an industry."""

    definition: strawberry.Private[domain.Taxonomy]
    version: str = strawberry.field(description="Semantic version of its definition.")
    editable: bool = strawberry.field(
        description="Whether people change it here; if not, it comes from a file or a plugin."
    )

    @classmethod
    def of(cls, found: domain.Taxonomy) -> Taxonomy:
        """Return the API's view of a taxonomy."""
        return cls(
            key=found.key,
            labels=found.labels,
            definition=found,
            version=found.version,
            editable=found.editable,
        )

    @list_field
    async def dimensions(self, info: Info) -> list[Dimension]:
        """The ways to tell customers apart, with the tags that other taxonomies add to them."""
        whole = (await info.context.catalogue()).dimensions
        own = self.definition.dimensions
        return [Dimension.wrap(whole.get(one.key, one), self.key) for one in own]

    @list_field
    def attributes(self) -> list[AttributeDefinition]:
        """The typed fields that customers have."""
        return [AttributeDefinition.of(one) for one in self.definition.attributes]

    @list_field
    def events(self) -> list[EventType]:
        """The kinds of things that customers do."""
        return [EventType.of(one) for one in self.definition.events]

    @list_field
    def metrics(self) -> list[MetricDefinition]:
        """The numbers that models compute."""
        return [MetricDefinition.of(one) for one in self.definition.metrics]


def _owner(dimension: str, catalogue: Catalogue) -> str:
    if dimension not in catalogue.owners:
        raise NotFound(f"no taxonomy has the dimension {dimension!r}.")
    return catalogue.owners[dimension]
