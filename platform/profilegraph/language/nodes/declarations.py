"""What a leaf declares about itself, from which all but the engines derive what they need to know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto


class Cause(StrEnum):
    """What made a customer a member of a segment, or no member any more."""

    CUSTOMER_ADDED = "CUSTOMER_ADDED"
    MERGED = "MERGED"
    DEFINITION_CHANGED = "DEFINITION_CHANGED"
    TAG_ADDED = "TAG_ADDED"
    TAG_REMOVED = "TAG_REMOVED"
    TAG_EXPIRED = "TAG_EXPIRED"
    TAG_CHANGED = "TAG_CHANGED"
    PERSON_CHANGED = "PERSON_CHANGED"
    OPPORTUNITY_CHANGED = "OPPORTUNITY_CHANGED"
    EVENT = "EVENT"
    FOLLOW_UP = "FOLLOW_UP"
    ARRIVAL = "ARRIVAL"
    CONSENT = "CONSENT"
    TIME_PASSED = "TIME_PASSED"


class ReferenceKind(StrEnum):
    """What a filter can name that is defined elsewhere."""

    DIMENSION = auto()
    TAG = auto()
    ATTRIBUTE = auto()
    METRIC = auto()
    EVENT_TYPE = auto()
    SEGMENT = auto()


@dataclass(frozen=True)
class Reference:
    """Something that a condition names; a tag by its full key."""

    kind: ReferenceKind
    key: str


@dataclass(frozen=True, kw_only=True)
class LeafFacts:
    """What holds of all leaves of one type."""

    subject: tuple[str, ...] = ()
    """Fields that say what it is about, dotted: of another subject it is another condition."""
    no_history: str = ""
    """Why it cannot be asked of the past; empty where the graph keeps what was."""
    keeps_states: bool = False
    """Whether the graph keeps earlier states of the records that it asks for."""
    cause: Cause | None = None
    """Why a customer's membership changes with its records, where it is always the same cause."""
    tables: tuple[str, ...] = ()
    """The index tables that it reads, besides those of the values and event types that it names."""
    passes: int = 1
    """How often it reads the rows of its tables."""
    sorts: bool = False
    """Whether it sorts or looks up rows, which takes longer than reading them."""
