"""Taxonomies: what there is to tag with, and what there is to ask for."""

from __future__ import annotations

from typing import Any

import strawberry

from profilegraph.api.duties.types import DimensionDuty
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.enums import AttributeType, Cardinality, Layer
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.domain.taxonomy import definition as domain
from profilegraph.domain.taxonomy.catalogue import Catalogue, tag_key
from profilegraph.domain.values import Labels
from profilegraph.errors import NotFound


@strawberry.type(description="What people read, in one language.")
class Label:
    """What people read, in one language."""

    locale: str = strawberry.field(description="Tag of the language, such as zh-CN, en or fr.")
    text: str = strawberry.field(description="What they read.")


@strawberry.interface(description="Something that has a name, in one language or in several.")
class Labelled:
    """Something that has a name, in one language or in several."""

    labels: strawberry.Private[Labels]

    @field("The name to show to people.")
    def label(self, locale: Locale = "en") -> str:
        """Return the name to show to people."""
        return self.labels.text(locale)

    @list_field("Its name in every language in which it has one.", name="labels")
    def every_label(self) -> list[Label]:
        """Return its name in every language in which it has one."""
        return [Label(locale=one, text=text) for one, text in self.labels.by_locale.items()]

    @list_field("Which of zh-CN and en it has no name in: another is shown in its place.")
    def missing_labels(self) -> list[str]:
        """Return the required languages in which it has no name."""
        return list(self.labels.missing)


@strawberry.type(description="That something should not be used any more; it goes on working.")
class Deprecation:
    """That something should not be used any more."""

    said: strawberry.Private[domain.Deprecation]

    @field("Key of what to use instead.")
    def replaced_by(self) -> str | None:
        """Return the key of what to use instead."""
        return self.said.replaced_by

    @field("Why.")
    def reason(self, locale: Locale = "en") -> str | None:
        """Return why."""
        return None if self.said.reason is None else self.said.reason.text(locale)


@strawberry.interface(description="What a taxonomy says of a tag or a dimension beside its name.")
class Defined:
    """What a taxonomy says of a tag or a dimension."""

    said: strawberry.Private[domain.Tag | domain.Dimension | None]

    @field("What it tells, where the taxonomy says it.")
    def description(self, locale: Locale = "en") -> str | None:
        """Return what it tells."""
        text = None if self.said is None else self.said.description
        return None if text is None else text.text(locale)

    @field("Set where it should not be used any more.")
    def deprecation(self) -> Deprecation | None:
        """Return that it should not be used any more."""
        word = None if self.said is None else self.said.deprecated
        return None if word is None else Deprecation(said=word)

    @field("Key of the employee who answers for it.")
    def owner(self) -> str | None:
        """Return the key of its owner."""
        return None if self.said is None else self.said.owner

    @list_field("Keys that it had before; they go on being understood.")
    def former_keys(self) -> list[str]:
        """Return its former keys."""
        return [] if self.said is None else list(self.said.aliases)


@strawberry.type(description="One value of a dimension, which customers carry.")
class Tag(Node, Labelled, Defined):
    """One value of a dimension; key `dimension/tag`."""

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
    def once(cls, key: str, catalogue: Catalogue, made: dict[str, Any]) -> Tag:
        """Return a tag that customers carry, made once and kept in `made`; raises NotFound."""
        if key not in made:
            made[key] = cls.carried(key, catalogue)
        found: Tag = made[key]
        return found

    @field("The tag's name within its dimension, as filters use it: `key` without the dimension.")
    def name(self) -> str:
        """Return the key within the dimension."""
        return self.key.split("/", 1)[1]

    @field("The wider tag that includes this one, where there is one.")
    def parent(self) -> Tag | None:
        """Return the wider tag."""
        dimension = self.dimension()
        named = (one for one in self.dimension_definition.tags if one.key == self.parent_name)
        return next((dimension.tag(one) for one in named), None)

    @field("Least number that the tag stands for, in the unit of its dimension; none is no bound.")
    def lower_bound(self) -> float | None:
        """Return the least number that the tag stands for."""
        return self.said.begin if isinstance(self.said, domain.Tag) else None

    @field("First number that is too great for the tag; none is no bound.")
    def upper_bound(self) -> float | None:
        """Return the first number that is too great for the tag."""
        return self.said.end if isinstance(self.said, domain.Tag) else None

    @field("The dimension that the tag is a value of.")
    def dimension(self) -> Dimension:
        """Return the dimension."""
        return Dimension.wrap(self.dimension_definition, self.taxonomy_key)


@strawberry.type(description="One way to tell customers apart.")
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
    folder: str | None = strawberry.field(
        description="Where people find it: names of folders, with slashes between them."
    )

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

    @list_field("All its tags; in an ordered dimension from the least to the most.")
    def tags(self) -> list[Tag]:
        """Return all its tags."""
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

    @list_field(
        "The four duties in it: whose each is, to whom it is lent, and whether it is yours."
    )
    async def duties(self, info: Info) -> list[DimensionDuty]:
        """Return the duties in it."""
        found = await info.context.load.governance.load(self.key)
        return [DimensionDuty(governance=one, duty=duty) for one in found for duty in domain.Duty]


@strawberry.type(description="A typed field that customers have.")
class AttributeDefinition(Node, Labelled):
    """A typed field that customers have."""

    key: str = strawberry.field(description="Its key, as filters and inputs use it.")
    type: AttributeType = strawberry.field(description="The type of its values.")
    unit: str | None = strawberry.field(description="What its numbers count.")

    @classmethod
    def of(cls, found: domain.Attribute) -> AttributeDefinition:
        """Return the API's view of an attribute."""
        return cls(key=found.key, labels=found.labels, type=found.type, unit=found.unit)


@strawberry.type(description="A kind of thing that customers do.")
class EventType(Node, Labelled):
    """A kind of thing that customers do."""

    key: str = strawberry.field(description="Its key, as filters and inputs use it.")

    @classmethod
    def of(cls, found: domain.EventType) -> EventType:
        """Return the API's view of an event type."""
        return cls(key=found.key, labels=found.labels)


@strawberry.type(description="A number that a model computes for each customer.")
class MetricDefinition(Node, Labelled):
    """A number that a model computes for each customer."""

    key: str = strawberry.field(description="Its key, as filters use it.")
    unit: str | None = strawberry.field(description="What it counts, such as days.")

    @classmethod
    def of(cls, found: domain.Metric) -> MetricDefinition:
        """Return the API's view of a metric."""
        return cls(key=found.key, labels=found.labels, unit=found.unit)


@strawberry.type(
    description="A versioned set of dimensions, attributes, event types and metrics of an industry."
)
class Taxonomy(Node, Labelled):
    """A versioned set of dimensions, attributes, event types and metrics."""

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

    @list_field(
        "The ways to tell customers apart, with the tags that other taxonomies add to them."
    )
    async def dimensions(self, info: Info) -> list[Dimension]:
        """Return its dimensions."""
        whole = (await info.context.catalogue()).dimensions
        own = self.definition.dimensions
        return [Dimension.wrap(whole.get(one.key, one), self.key) for one in own]

    @list_field("The typed fields that customers have.")
    def attributes(self) -> list[AttributeDefinition]:
        """Return its attributes."""
        return [AttributeDefinition.of(one) for one in self.definition.attributes]

    @list_field("The kinds of things that customers do.")
    def events(self) -> list[EventType]:
        """Return its event types."""
        return [EventType.of(one) for one in self.definition.events]

    @list_field("The numbers that models compute.")
    def metrics(self) -> list[MetricDefinition]:
        """Return its metrics."""
        return [MetricDefinition.of(one) for one in self.definition.metrics]


def _owner(dimension: str, catalogue: Catalogue) -> str:
    if dimension not in catalogue.owners:
        raise NotFound(f"no taxonomy has the dimension {dimension!r}.")
    return catalogue.owners[dimension]
