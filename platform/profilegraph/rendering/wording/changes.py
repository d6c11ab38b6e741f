"""The words of changes of taxonomies: what is to be done, what it touches, what it may break."""

from __future__ import annotations

from dataclasses import dataclass

from profilegraph.rendering.wording.names import EnumWording
from profilegraph.rendering.wording.plurals import Plural


@dataclass(frozen=True)
class ActWording:
    """What is to be done: {0} is to what, {1} what becomes of it."""

    rename: str
    merge: str
    split: str
    move: str
    deprecate: str
    delete: str
    version: str
    undone: str
    """Of what is taken back; {0} is what was done."""


@dataclass(frozen=True)
class WarningWording(EnumWording[Plural]):
    """What may break, by the kind: {0} is what, {1} of how many customers, {2} the detail."""

    segment_breaks: Plural
    taggings_end: Plural
    tag_gives_way: Plural
    tag_retires: Plural
    model_sets_it: Plural
    needs_duty: Plural
    in_use: Plural


@dataclass(frozen=True)
class PlanHeadings:
    """What the columns of the touched segments are called."""

    segment: str
    label: str
    before: str
    after: str
    enter: str
    leave: str
    such_as: str


@dataclass(frozen=True)
class ChangeWording:
    """The words of a change and its plan."""

    acts: ActWording
    warnings: WarningWording
    headings: PlanHeadings
    none_touched: str
    taggings: Plural
    """{0} is how many taggings, {1} of whom, as `customers` says it."""
    customers: Plural
    apply: str
    breaks: str
