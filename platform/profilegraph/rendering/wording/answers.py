"""The words of what answers say beside numbers: evidence, distances, buckets, differences, causes."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.rendering.wording.plurals import Plural


@dataclass(frozen=True)
class EvidenceWording:
    """What decided a condition."""

    tagging: str
    unknown: str
    event: str
    of: str
    place: str
    sale: str
    came: str
    owner: str
    neighbour: Plural
    counted: Plural
    total: str
    more: Plural


@dataclass(frozen=True)
class DistanceWording:
    """How far a value is from a limit, by unit and direction."""

    number_up: Plural
    number_down: Plural
    times_up: Plural
    times_down: Plural
    days_up: Plural
    days_down: Plural
    steps_up: Plural
    steps_down: Plural


@dataclass(frozen=True)
class CounterfactualWording:
    """What would have to change for a customer to be a member."""

    wanted: str
    unwanted: str
    has_count: str
    sureness: str
    nearest: str
    distances: DistanceWording


@dataclass(frozen=True)
class BucketWording:
    """What the buckets of a breakdown are called."""

    untagged: str
    valueless: str
    unmatched: str
    band_below: str
    band_between: str
    band_from: str
    band_whole: str


@dataclass(frozen=True)
class DifferenceWording:
    """What one filter asks that another does not."""

    customers_added: Plural
    customers_removed: Plural
    added: str
    added_alternative: str
    removed: str
    removed_alternative: str
    changed: str
    rewritten: str
    inside: str


@dataclass(frozen=True)
class GroupWording:
    """To which segment of a group a customer belongs, and why."""

    no_segment: str
    one_segment: str
    first_segment: str
    ranked: str
    heaviest_segment: str
    weighed: str


@dataclass(frozen=True)
class NoticeWording:
    """What whoever asks about the past should know: {0} is who, as `names.notices` has it."""

    nothing_before: str
    """{1} is the moment that is asked about."""
    saved_later: Plural
    """{1} is how many, {2} when the first."""
    many: str
    """How many there are."""
    or_more: str
    """So many or more."""


@dataclass(frozen=True)
class AnswerWording:
    """The words of answers."""

    evidence: EvidenceWording
    counterfactual: CounterfactualWording
    buckets: BucketWording
    difference: DifferenceWording
    groups: GroupWording
    notices: NoticeWording
