"""A taxonomy: the dimensions, tags, attributes, event types and metrics of an industry."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from profilegraph.domain.values import Labels, SnakeKey

Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]


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


class Definition(BaseModel):
    """A part of a taxonomy file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    key: SnakeKey
    labels: Labels
    description: Labels | None = None


class Tag(Definition):
    """One value of a dimension; `parent` is the key of a wider tag of the same dimension."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,62}$")]
    parent: str | None = None


class Dimension(Definition):
    """One way to tell customers apart; where `ordered`, tags go from the least to the most."""

    layer: Layer | None = None
    cardinality: Cardinality
    ordered: bool = False
    ttl_days: int | None = Field(None, ge=1, description="days after which a tag expires")
    unit: str | None = None
    derived: bool = Field(False, description="set by a model, not by hand")
    duties: dict[Duty, str] = Field(default_factory=dict)
    tags: tuple[Tag, ...] = ()


class Attribute(Definition):
    """A typed field of a customer."""

    type: AttributeType
    unit: str | None = None


class EventType(Definition):
    """A kind of thing that customers do."""


class Metric(Definition):
    """A number that a model computes for each customer."""

    unit: str | None = None


class Taxonomy(Definition):
    """A versioned set of dimensions, attributes, event types and metrics."""

    version: Version
    dimensions: tuple[Dimension, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    events: tuple[EventType, ...] = ()
    metrics: tuple[Metric, ...] = ()
