"""The declarations of a leaf about itself, from which all layers but the engines derive what they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, auto

from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Choice


class Cause(Choice):
    """What made a customer a member of a segment, or no member any more."""

    CUSTOMER_ADDED = "CUSTOMER_ADDED", "It was no customer before."
    MERGED = "MERGED", "It turned out to be another customer, and was merged into that."
    DEFINITION_CHANGED = (
        "DEFINITION_CHANGED",
        "The filter, or a segment in it, was saved in another version.",
    )
    TAG_ADDED = "TAG_ADDED", "It was given a tag."
    TAG_REMOVED = "TAG_REMOVED", "A tag was taken away, or gave way to another of its dimension."
    TAG_EXPIRED = "TAG_EXPIRED", "A tag ended by itself."
    TAG_CHANGED = (
        "TAG_CHANGED",
        "A tag was given again with another confidence, weight, source or weekdays.",
    )
    PERSON_CHANGED = (
        "PERSON_CHANGED",
        "A decision-maker came, changed, moved or took part in another way.",
    )
    OPPORTUNITY_CHANGED = "OPPORTUNITY_CHANGED", "An opportunity came or changed."
    EVENT = "EVENT", "It did something."
    FOLLOW_UP = "FOLLOW_UP", "We met it."
    ARRIVAL = "ARRIVAL", "It came to us."
    CONSENT = "CONSENT", "It allowed or forbade something."
    TIME_PASSED = (
        "TIME_PASSED",
        "Nothing was recorded; what there was became too old, or old enough.",
    )


class ReferenceKind(StrEnum):
    """A kind of definition that a filter can name."""

    DIMENSION = auto()
    TAG = auto()
    ATTRIBUTE = auto()
    METRIC = auto()
    EVENT_TYPE = auto()
    SEGMENT = auto()


@dataclass(frozen=True)
class Reference:
    """A definition that a condition names; a tag by its full key."""

    kind: ReferenceKind
    key: str
    type: AttributeType | None = field(default=None, compare=False)
    """Of an attribute: the type that the condition is made for; None if it is for any."""


@dataclass(frozen=True, kw_only=True)
class LeafFacts:
    """The facts about all leaves of one type."""

    subject: tuple[str, ...] = ()
    """Dotted fields of its subject: with another subject it is another condition."""
    no_history: str = ""
    """Why it cannot be evaluated as of the past; empty if its history is kept."""
    keeps_states: bool = False
    """Whether the graph keeps earlier states of the records that it reads."""
    cause: Cause | None = None
    """The cause of a change of membership by its records, if it is always the same."""
    tables: tuple[str, ...] = ()
    """The index tables that it reads, besides those of the definitions that it names."""
    passes: int = 1
    """How often it reads the rows of its tables."""
    sorts: bool = False
    """Whether it sorts or looks up rows, which is slower than a scan."""
