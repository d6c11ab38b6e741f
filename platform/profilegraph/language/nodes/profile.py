"""Leaves that ask what a customer is: tags, attributes, metrics, cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from profilegraph.domain.records.customers import TagSource
from profilegraph.domain.taxonomy.catalogue import tag_key
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

TagNames = Annotated[tuple[str, ...], Field(min_length=1, max_length=1_000)]


@dataclass(frozen=True)
class Tags(Leaf):
    """What tags of one dimension the customer carries now; a tag includes those below it."""

    NAME: ClassVar[str] = "tags"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("dimension",))
    dimension: SnakeKey
    any_of: TagNames | None = None
    all_of: TagNames | None = None
    none_of: TagNames | None = None
    has_any: bool | None = None
    """True: at least one tag of the dimension; false: none of it."""
    gte: str | None = None
    """In an ordered dimension: this tag or a greater one."""
    lte: str | None = None
    exact: bool = False
    """Whether a tag stands for itself alone, without those below it."""
    min_confidence: Share | None = None
    min_weight: Share | None = None
    source: TagSource | None = None
    tagged_within_days: Days | None = None
    weekday: Weekday | None = None
    """The tagging names this day of the week; ISO, 1 is Monday."""

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
        """Return the tags that are named one by one, and not as an end of an order."""
        return (*(self.any_of or ()), *(self.all_of or ()), *(self.none_of or ()))


@dataclass(frozen=True)
class AttributeLeaf(Leaf):
    """What a field of the customer says; exactly one of the tests, fitting the field's type."""

    NAME: ClassVar[str] = "attribute"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("key",), no_history="a field of a customer keeps only its present value"
    )
    key: SnakeKey
    number: NumberTest | None = None
    text: TextTest | None = None
    date: DateTest | None = None
    boolean: BooleanTest | None = None
    exists: bool | None = None

    def __post_init__(self) -> None:
        if len(self.given()) != 2:
            raise ValueError("give exactly one of number, text, date, boolean and exists")

    def names(self) -> Iterator[Reference]:
        """Yield the attribute."""
        yield Reference(ReferenceKind.ATTRIBUTE, self.key)

    @property
    def test(self) -> NumberTest | TextTest | DateTest | BooleanTest | None:
        """Return the comparison that was given; None where `exists` was."""
        return self.number or self.text or self.date or self.boolean


@dataclass(frozen=True)
class MetricLeaf(Leaf):
    """What a number says that a model computed for the customer."""

    NAME: ClassVar[str] = "metric"
    FACTS: ClassVar[LeafFacts] = LeafFacts(
        subject=("key",), no_history="a metric keeps only the value that was computed last"
    )
    key: SnakeKey
    number: NumberTest | None = None
    exists: bool | None = None

    def __post_init__(self) -> None:
        if len(self.given()) != 2:
            raise ValueError("give exactly one of number and exists")

    def names(self) -> Iterator[Reference]:
        """Yield the metric."""
        yield Reference(ReferenceKind.METRIC, self.key)


@dataclass(frozen=True)
class Cohort(Leaf):
    """Whether the customer lies in a stable random share of all, such as a control group.

    One salt deals all customers out over 0 to 1; shares of it that do not overlap have no customer
    in common. Another salt deals independently.
    """

    NAME: ClassVar[str] = "cohort"
    FACTS: ClassVar[LeafFacts] = LeafFacts(subject=("salt",), tables=("cohorts",))
    salt: Key
    from_: Share = 0.0
    to: Share = 1.0
    """Up to here, not included."""

    def __post_init__(self) -> None:
        if self.to <= self.from_:
            raise ValueError("`to` must be greater than `from`")
