"""What a plan says: which segments and taggings a change touches, and what may break."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_serializer

from profilegraph.domain.segments import SegmentState
from profilegraph.domain.taxonomy_changes.changes import TagChange
from profilegraph.domain.values import Labels


class WarningKind(StrEnum):
    """What may break, or surprise."""

    SEGMENT_BREAKS = "SEGMENT_BREAKS"
    """A saved segment cannot be asked any more."""
    TAGGINGS_END = "TAGGINGS_END"
    """Customers lose a tag, and get no other for it."""
    TAG_GIVES_WAY = "TAG_GIVES_WAY"
    """Customers would carry two tags where one is allowed: the older gives way."""
    TAG_RETIRES = "TAG_RETIRES"
    """A new version leaves a tag out: its taggings stay, and count nowhere."""
    MODEL_SETS_IT = "MODEL_SETS_IT"
    """A model sets the tags of the dimension, by the keys that it knows."""
    NEEDS_DUTY = "NEEDS_DUTY"
    """A team has the duty to restructure the dimension: others need it lent to apply the change."""
    IN_USE = "IN_USE"
    """A segment names what is deprecated."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlanWarning(_Kept):
    """Something that may break, or surprise; `subject` is a segment, a tag or a dimension."""

    kind: WarningKind
    subject: str
    count: int = 0
    """Of how many customers it is true."""
    detail: str = ""

    @property
    def breaks(self) -> bool:
        """Return whether something stops working."""
        return self.kind is WarningKind.SEGMENT_BREAKS


class NamedCustomer(_Kept):
    """A customer by key, and by name where it has one."""

    key: str
    name: str | None = None


class SegmentEffect(_Kept):
    """What becomes of one saved segment."""

    key: str
    labels: Labels
    state: SegmentState
    version: int
    """The newest version, which is as it was before the change."""
    rewritten: bool
    """Whether its filter says the same in other keys afterwards: a new version."""
    live: bool
    groups: tuple[str, ...]
    """Keys of the groups that rank it."""
    webhooks: int
    """How many addresses are told of its moves."""
    before: int | None
    """How many members it has; None where it cannot be asked."""
    after: int | None
    entered: int = 0
    left: int = 0
    entering: tuple[NamedCustomer, ...] = ()
    """Some of those who enter."""
    leaving: tuple[NamedCustomer, ...] = ()
    """Some of those who leave."""
    problem: str | None = None
    """Why it cannot be asked afterwards."""


class TagMove(_Kept):
    """What becomes of the taggings of one tag."""

    tag: str
    into: str | None
    """None where they end."""
    taggings: int


class TaxonomyStep(_Kept):
    """That a taxonomy comes to another version."""

    key: str
    before: str | None
    """None of a new taxonomy."""
    after: str


class Plan(_Kept):
    """A change with its blast radius, as of one moment."""

    key: str
    change: TagChange
    digest: str
    """Tells the definitions and filters that the plan rests on from later ones."""
    by: str
    at: datetime
    expires: datetime
    taxonomies: tuple[TaxonomyStep, ...]
    dimensions: tuple[str, ...]
    """Dimensions that the change restructures, by key."""
    moves: tuple[TagMove, ...]
    taggings: int
    """How many taggings do not stay as they are."""
    customers: int
    """How many customers those are of."""
    segments: tuple[SegmentEffect, ...]
    warnings: tuple[PlanWarning, ...]

    @field_serializer("change")
    def _as_asked(self, change: TagChange) -> dict[str, Any]:
        # What was left out and what was given as null are two things in a change.
        return change.model_dump(by_alias=True, exclude_unset=True, mode="json")

    @property
    def breaking(self) -> tuple[PlanWarning, ...]:
        """Return the warnings of what stops working."""
        return tuple(one for one in self.warnings if one.breaks)
