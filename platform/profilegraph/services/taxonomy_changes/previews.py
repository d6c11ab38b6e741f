"""The plan of a change: the segments and taggings that it affects, and warnings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_serializer

from profilegraph.domain.segments import SegmentState
from profilegraph.domain.taxonomy_changes.changes import TagChange
from profilegraph.domain.values import Labels


class WarningKind(StrEnum):
    """What may break, or surprise, in a change of tags."""

    SEGMENT_BREAKS = "SEGMENT_BREAKS"
    """A saved segment cannot be evaluated any more."""
    TAGGINGS_END = "TAGGINGS_END"
    """Customers lose a tag without a replacement."""
    TAG_GIVES_WAY = "TAG_GIVES_WAY"
    """Customers would carry two tags where one is allowed: the older is closed."""
    TAG_RETIRES = "TAG_RETIRES"
    """A new version omits a tag: its taggings stay, and are ignored."""
    MODEL_SETS_IT = "MODEL_SETS_IT"
    """A model sets the tags of the dimension, by the keys in its code."""
    NEEDS_DUTY = "NEEDS_DUTY"
    """A team has the duty to restructure the dimension: others need a loan of it to apply the change."""
    IN_USE = "IN_USE"
    """A segment names a deprecated definition."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlanWarning(_Kept):
    """A risk or surprise; `subject` is a segment, a tag or a dimension."""

    kind: WarningKind
    subject: str
    count: int = 0
    """The number of customers that it applies to."""
    detail: str = ""

    @property
    def breaks(self) -> bool:
        """Return whether something stops working."""
        return self.kind is WarningKind.SEGMENT_BREAKS


class NamedCustomer(_Kept):
    """The key of a customer, and its name if it has one."""

    key: str
    name: str | None = None


class SegmentEffect(_Kept):
    """The effect of a change on one saved segment."""

    key: str
    labels: Labels
    state: SegmentState
    version: int
    """The newest version before the change."""
    rewritten: bool
    """Whether its filter is rewritten with new keys, as a new version."""
    live: bool
    groups: tuple[str, ...]
    """Keys of the groups that rank it."""
    webhooks: int
    """The number of webhooks of the segment."""
    before: int | None
    """The number of members; None if it cannot be evaluated."""
    after: int | None
    entered: int = 0
    left: int = 0
    entering: tuple[NamedCustomer, ...] = ()
    """Some of the customers that enter."""
    leaving: tuple[NamedCustomer, ...] = ()
    """Some of the customers that leave."""
    problem: str | None = None
    """Why it cannot be evaluated afterwards."""


class TagMove(_Kept):
    """The effect on the taggings of one tag."""

    tag: str
    into: str | None
    """None if they are closed."""
    taggings: int


class TaxonomyStep(_Kept):
    """The old and new version of a taxonomy."""

    key: str
    before: str | None
    """None for a new taxonomy."""
    after: str


class Plan(_Kept):
    """A change with its blast radius, as of one moment."""

    key: str
    change: TagChange
    digest: str
    """Digest of the definitions and filters that the plan is based on."""
    by: str
    at: datetime
    expires: datetime
    taxonomies: tuple[TaxonomyStep, ...]
    dimensions: tuple[str, ...]
    """Dimensions that the change restructures, by key."""
    moves: tuple[TagMove, ...]
    taggings: int
    """The number of changed taggings."""
    customers: int
    """The number of their customers."""
    segments: tuple[SegmentEffect, ...]
    warnings: tuple[PlanWarning, ...]

    @field_serializer("change")
    def _as_asked(self, change: TagChange) -> dict[str, Any]:
        # What was left out and what was given as null are two things in a change.
        return change.model_dump(by_alias=True, exclude_unset=True, mode="json")

    @property
    def breaking(self) -> tuple[PlanWarning, ...]:
        """Return the warnings that something stops working."""
        return tuple(one for one in self.warnings if one.breaks)
