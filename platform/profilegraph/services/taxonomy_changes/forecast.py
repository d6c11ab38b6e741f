"""Computes the membership of segments before and after a change from the index, without writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from profilegraph.engines.bitmap.evaluator import Evaluator
from profilegraph.engines.bitmap.pages import page_by_key
from profilegraph.engines.bitmap.retagging import retagged
from profilegraph.engines.bitmap.snapshot import IndexSnapshot
from profilegraph.language.nodes import Node
from profilegraph.services.cache.indexing import load_all, load_trees
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomy_changes.effects import ChangeDifference, ChangeSide
from profilegraph.storage.feed.numbering import number_ordinals

SAMPLE = 5
"""Most customers named per segment that enter or leave it."""
_PLENTY = 2**62


@dataclass(frozen=True)
class SegmentForecast:
    """The effect on one segment; the first few moving customers by key."""

    before: int | None
    after: int | None
    entered: int
    left: int
    entering: tuple[str, ...]
    leaving: tuple[str, ...]


@dataclass(frozen=True)
class Forecast:
    """The effects of a change on taggings and segments."""

    taggings: Mapping[str, int]
    """The number of taggings before, by full key of the tag."""
    lost: Mapping[str, int]
    """By tag, how many customers lose it because another of their tags replaces it."""
    touched: int
    """The number of changed taggings."""
    customers: int
    segments: Mapping[str, SegmentForecast]
    """The affected segments, by key."""


async def view_of(platform: Platform) -> IndexSnapshot:
    """Return the index, or a temporary one if the process keeps none.

    Raises IndexUnable if the graph cannot be indexed.
    """
    known = await platform.known()
    if known.view is not None:
        return known.view
    await number_ordinals(platform.database)
    most = platform.settings.index_bytes or _PLENTY
    level = await load_all(platform.database, most)
    return IndexSnapshot((level,), await load_trees(platform.database))


def forecast(
    platform: Platform,
    difference: ChangeDifference,
    view: IndexSnapshot,
    where: Node | None,
    now: datetime,
) -> Forecast:
    """Return the effects of a change; `where` is the filter of a split. Makes no queries."""
    old = _evaluator(platform, difference.before, view, now)
    members = None if where is None else old.members(where)
    after = retagged(view, difference.steps(members), now)
    new = _evaluator(platform, difference.after, after.view, now)
    outlooks = {}
    for key in difference.touched:
        was, becomes = _members(key, difference.before, old), _members(key, difference.after, new)
        outlooks[key] = _outlook(view, was, becomes)
    return Forecast(
        taggings=_taggings(difference, view),
        lost={tag: len(some) for tag, some in after.lost.items()},
        touched=after.taggings,
        customers=len(after.touched),
        segments=outlooks,
    )


def _evaluator(
    platform: Platform, side: ChangeSide, view: IndexSnapshot, now: datetime
) -> Evaluator:
    return Evaluator(view, side.catalogue, platform.context(now, side.library))


def _members(key: str, side: ChangeSide, evaluator: Evaluator) -> BitMap | None:
    if side.problem(key) is not None:
        return None
    return evaluator.members(side.library.segments[key].filter)


def _outlook(view: IndexSnapshot, was: BitMap | None, becomes: BitMap | None) -> SegmentForecast:
    if was is None or becomes is None:
        return SegmentForecast(_size(was), _size(becomes), 0, 0, (), ())
    come, gone = becomes - was, was - becomes
    return SegmentForecast(
        len(was), len(becomes), len(come), len(gone), _some(view, come), _some(view, gone)
    )


def _size(members: BitMap | None) -> int | None:
    return None if members is None else len(members)


def _some(view: IndexSnapshot, customers: BitMap) -> tuple[str, ...]:
    return tuple(page_by_key(view, customers, SAMPLE, None, descending=False))


def _taggings(difference: ChangeDifference, view: IndexSnapshot) -> dict[str, int]:
    moved = [key for step in difference.steps(BitMap()) for key in step.rule.moves]
    wanted = {*moved, *difference.revision.retired}
    pairs = zip(view.runs, view.valid, strict=True)
    found: dict[str, int] = dict.fromkeys(sorted(wanted), 0)
    for level, mine in pairs:
        for key in wanted & level.tags.keys():
            found[key] += level.tags[key].customers.intersection_cardinality(mine & level.present)
    return found
