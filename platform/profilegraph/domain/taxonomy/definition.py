"""A taxonomy: the dimensions, tags, attributes, event types and metrics of an industry."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from profilegraph.domain.taxonomy.rules import (
    Band,
    alias_faults,
    band_faults,
    banding_faults,
    parent_faults,
    repeated,
)
from profilegraph.domain.values import Key, Labels, SnakeKey

TAG_NAME = r"^[a-z0-9][a-z0-9_]{0,62}$"
VERSION = r"^\d+\.\d+\.\d+$"
FOLDER = r"^[^/\x00-\x1f]+(/[^/\x00-\x1f]+){0,7}$"
TAG_ALIAS = r"^([a-z][a-z0-9_]{0,62}/)?[a-z0-9][a-z0-9_]{0,62}$"
ANY_KEY = r"^[a-z][a-z0-9_]{0,62}(/[a-z0-9][a-z0-9_]{0,62})?$"


def _version_range(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier as fault:
        told = "it must be a range of versions, such as >=1.0,<2"
        raise PydanticCustomError("version_range", "{told}", {"told": told}) from fault
    return text


VersionRange = Annotated[str, StringConstraints(min_length=1), AfterValidator(_version_range)]
Version = Annotated[str, StringConstraints(pattern=VERSION)]


class Cardinality(StrEnum):
    """How many tags of a dimension a customer may carry at once."""

    SINGLE = "single"
    MULTI = "multi"


class AttributeType(StrEnum):
    """The type of an attribute's value."""

    NUMBER = "number"
    STRING = "string"
    DATE = "date"
    BOOLEAN = "boolean"


class Layer(StrEnum):
    """Which question a dimension answers: who the customer is, who decides, how they use it."""

    WHO = "who"
    DECISION = "decision"
    USAGE = "usage"


class Duty(StrEnum):
    """What a team is responsible for in a dimension."""

    PLAN = "plan"
    TAG = "tag"
    CLEAN = "clean"
    RESTRUCTURE = "restructure"


class Kind(StrEnum):
    """What a definition of a taxonomy is."""

    DIMENSION = "dimension"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    EVENT = "event"
    METRIC = "metric"


class Deprecation(BaseModel):
    """That a definition should not be used any more."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    replaced_by: str | None = Field(
        None,
        alias="replacedBy",
        description="What to use instead: a key of the same kind, a tag with its dimension.",
    )
    reason: Labels | None = Field(None, description="Why, for people.")


class Definition(BaseModel):
    """A part of a taxonomy file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    key: SnakeKey
    labels: Labels
    description: Labels | None = None
    deprecated: Deprecation | None = Field(
        None, description="Set where it should not be used any more; it goes on working."
    )
    owner: Key | None = Field(None, description="Key of the employee who answers for it.")


class Tag(Definition):
    """One value of a dimension."""

    key: Annotated[str, StringConstraints(pattern=TAG_NAME)]
    parent: str | None = Field(
        None, description="Key of the wider tag of the same dimension that includes this one."
    )
    aliases: tuple[Annotated[str, StringConstraints(pattern=TAG_ALIAS)], ...] = Field(
        (),
        description="Keys that it had before, with their dimension if it was another;"
        " they go on being understood.",
    )
    begin: FiniteFloat | None = Field(
        None, alias="from", description="Least number that the tag stands for, in the unit."
    )
    end: FiniteFloat | None = Field(
        None, alias="to", description="First number that is too great for the tag."
    )

    @property
    def band(self) -> Band:
        """Return the numbers that the tag stands for."""
        return Band(self.key, self.begin, self.end)


class Dimension(Definition):
    """One way to tell customers apart."""

    aliases: tuple[SnakeKey, ...] = Field(
        (), description="Keys that it had before; they go on being understood."
    )
    layer: Layer | None = Field(
        None, description="who: does it want one; decision: whose; usage: which."
    )
    cardinality: Cardinality = Field(
        description="single: at most one tag a customer; multi: any number."
    )
    ordered: bool = Field(
        False,
        description="Whether the tags have an order; they are then listed from least to most.",
    )
    ttl_days: int | None = Field(None, ge=1, description="Days after which a tag expires.")
    unit: str | None = Field(None, description="What the tags' numbers count, such as people.")
    derived: bool = Field(False, description="Whether a model sets the tags, and people do not.")
    duties: dict[Duty, str] = Field(
        default_factory=dict, description="Of each duty, the key of the team that has it."
    )
    folder: Annotated[str, StringConstraints(pattern=FOLDER)] | None = Field(
        None, description="Where people find it: names of folders, with slashes between them."
    )
    tags: tuple[Tag, ...] = ()

    @model_validator(mode="after")
    def _tags_make_a_forest(self) -> Self:
        faults = [f"the tag {key!r} is defined twice" for key in repeated(t.key for t in self.tags)]
        parents = {tag.key: tag.parent for tag in self.tags}
        bands = [tag.band for tag in self.tags]
        faults += parent_faults(parents).values()
        faults += alias_faults({tag.key: tag.aliases for tag in self.tags}).values()
        faults += banding_faults(bands, parents.values(), ordered=self.ordered, unit=self.unit)
        faults += band_faults(bands).values()
        return _sound(self, faults)


class Addition(BaseModel):
    """Tags that a taxonomy adds to a dimension of one that it extends."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    dimension: SnakeKey = Field(description="Key of the dimension, which has no order.")
    tags: tuple[Tag, ...] = Field(
        min_length=1, description="What is added; a parent may be a tag that is there already."
    )


class Removal(BaseModel):
    """That something which an earlier version had is gone on purpose."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: Kind = Field(description="What it was.")
    key: Annotated[str, StringConstraints(pattern=ANY_KEY)] = Field(
        description="Key that it had; a tag's with its dimension."
    )
    replaced_by: str | None = Field(
        None, alias="replacedBy", description="What to use instead: a key of the same kind."
    )
    reason: Labels | None = Field(None, description="Why, for people.")


class Attribute(Definition):
    """A typed field of a customer."""

    type: AttributeType
    unit: str | None = Field(None, description="What a number counts, such as CNY.")


class EventType(Definition):
    """A kind of thing that customers do."""


class Metric(Definition):
    """A number that a model computes for each customer."""

    unit: str | None = Field(None, description="What the number counts, such as days.")


class Taxonomy(Definition):
    """A versioned set of dimensions, attributes, event types and metrics."""

    version: Version
    extends: dict[SnakeKey, VersionRange] = Field(
        default_factory=dict,
        description="Of each taxonomy that this one builds on, its versions: `>=1.0,<2`.",
    )
    editable: bool = Field(
        False, description="Whether people change it at run time; it is then no file's any more."
    )
    additions: tuple[Addition, ...] = Field(
        (), description="Tags that it adds to dimensions of the taxonomies that it extends."
    )
    dimensions: tuple[Dimension, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    events: tuple[EventType, ...] = ()
    metrics: tuple[Metric, ...] = ()
    removed: tuple[Removal, ...] = Field(
        (), description="What earlier versions had and this one leaves out on purpose."
    )

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        parts = (self.dimensions, self.attributes, self.events, self.metrics)
        twice = [key for part in parts for key in repeated(definition.key for definition in part)]
        return _sound(self, [f"{key!r} is defined twice" for key in twice])


STRUCTURE_FAULT = "taxonomy_structure"
"""The type of the validation errors that concern several definitions at once."""


Checked = TypeVar("Checked", bound=Definition)


def _sound(definition: Checked, faults: list[str]) -> Checked:
    if faults:
        raise PydanticCustomError(STRUCTURE_FAULT, "{faults}", {"faults": "; ".join(faults)})
    return definition
