"""Leaves on the profile of a customer: tags, attributes, metrics, cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from profilegraph.domain.records.customers import TagSource
from profilegraph.domain.taxonomy.catalogue import tag_key
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Key, Share, SnakeKey, Weekday
from profilegraph.language.nodes.declarations import LeafFacts, Reference, ReferenceKind
from profilegraph.language.nodes.parts import (
    BooleanTest,
    DateTest,
    Days,
    Leaf,
    NumberTest,
    TextTest,
)

__all__ = [
    "AttributeLeaf",
    "Cohort",
    "MetricLeaf",
    "Tags",
]

_TYPES = {
    "number": AttributeType.NUMBER,
    "text": AttributeType.STRING,
    "date": AttributeType.DATE,
    "boolean": AttributeType.BOOLEAN,
}
"""The type of attribute that each test is for."""
TagNames = Annotated[tuple[str, ...], Field(min_length=1, max_length=1_000)]


@dataclass(frozen=True)
class Tags(Leaf):
    """Which tags of one dimension the customer carries now.

    A tag includes those below it. Tags are named within their dimension: `warm`, not
    `temperature/warm`. Say at least one of anyOf, allOf, noneOf, hasAny, gte and lte.
    """

    NAME: ClassVar[str] = "tags"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("dimension",))
    dimension: SnakeKey
    """Key of the dimension."""
    any_of: TagNames | None = None
    """At least one of these."""
    all_of: TagNames | None = None
    """Every one of these."""
    none_of: TagNames | None = None
    """None of these."""
    has_any: bool | None = None
    """True: any tag of the dimension; false: none at all."""
    gte: str | None = None
    """This tag or a greater one, in an ordered dimension."""
    lte: str | None = None
    """This tag or a smaller one, in an ordered dimension."""
    exact: bool = False
    """Whether descendants of the tags are excluded."""
    min_confidence: Share | None = None
    """Only taggings with at least this confidence, 0 to 1."""
    min_weight: Share | None = None
    """Only taggings with at least this weight, 0 to 1."""
    source: TagSource | None = None
    """Only taggings from this source."""
    tagged_within_days: Days | None = None
    """Only taggings of this many last days, of 24 hours each."""
    weekday: Weekday | None = None
    """Only taggings for this day of the week, 1 for Monday."""

    def __post_init__(self) -> None:
        if not {"any_of", "all_of", "none_of", "has_any", "gte", "lte"} & self.given().keys():
            raise ValueError("say which tags: anyOf, allOf, noneOf, hasAny, gte or lte")

    def names(self) -> Iterator[Reference]:
        """Yield the dimension, and each tag."""
        yield Reference(ReferenceKind.DIMENSION, self.dimension)
        ends = (one for one in (self.gte, self.lte) if one is not None)
        for tag in (*self.listed_tags, *ends):
            yield Reference(ReferenceKind.TAG, tag_key(self.dimension, tag))

    @property
    def listed_tags(self) -> tuple[str, ...]:
        """Return the tags that are named one by one, not as a bound of an order."""
        return (*(self.any_of or ()), *(self.all_of or ()), *(self.none_of or ()))


@dataclass(frozen=True)
class AttributeLeaf(Leaf):
    """The value of an attribute of the customer. Give the one test of its type, or exists."""

    NAME: ClassVar[str] = "attribute"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("key",), no_history="a field of a customer keeps only its present value"
    )
    key: SnakeKey
    """Key of the attribute."""
    number: NumberTest | None = None
    """For attributes of the type NUMBER."""
    text: TextTest | None = None
    """For attributes of the type STRING."""
    date: DateTest | None = None
    """For attributes of the type DATE."""
    boolean: BooleanTest | None = None
    """For attributes of the type BOOLEAN."""
    exists: bool | None = None
    """Whether there is a value."""

    def __post_init__(self) -> None:
        if len(self.given()) != 2:
            raise ValueError("give exactly one of number, text, date, boolean and exists")

    def names(self) -> Iterator[Reference]:
        """Yield the attribute."""
        (given,) = self.given().keys() - {"key"}
        yield Reference(ReferenceKind.ATTRIBUTE, self.key, _TYPES.get(given))

    @property
    def test(self) -> NumberTest | TextTest | DateTest | BooleanTest | None:
        """Return the given comparison; None if `exists` was given."""
        return self.number or self.text or self.date or self.boolean


@dataclass(frozen=True)
class MetricLeaf(Leaf):
    """The value of a metric that a model computed. Give number or exists."""

    NAME: ClassVar[str] = "metric"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("key",), no_history="a metric keeps only the value that was computed last"
    )
    key: SnakeKey
    """Key of the metric."""
    number: NumberTest | None = None
    """The comparison of the value."""
    exists: bool | None = None
    """Whether there is a value."""

    def __post_init__(self) -> None:
        if len(self.given()) != 2:
            raise ValueError("give exactly one of number and exists")

    def names(self) -> Iterator[Reference]:
        """Yield the metric."""
        yield Reference(ReferenceKind.METRIC, self.key)


@dataclass(frozen=True)
class Cohort(Leaf):
    """Whether the customer lies in a stable random share of all customers, such as a control group.

    Shares of one salt that do not overlap have no customer in common; another salt deals anew.
    """

    NAME: ClassVar[str] = "cohort"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("salt",), tables=("cohorts",), passes=3)
    salt: Key
    """Any text; it determines the random positions of customers."""
    from_: Share = 0.0
    """The start of the share, 0 to 1; by default 0."""
    to: Share = 1.0
    """The end of the share, exclusive; by default 1."""

    def __post_init__(self) -> None:
        if self.to <= self.from_:
            raise ValueError("`to` must be greater than `from`")
