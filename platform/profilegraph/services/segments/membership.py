"""Changes of a segment's membership between two moments, with their causes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from profilegraph.domain.limits import MAX_PAGE
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.attribution import (
    Changed,
    CustomerHistory,
    FilterAtMoment,
    changed,
)
from profilegraph.errors import InvalidInput
from profilegraph.language.facts import Facts, Past
from profilegraph.language.history import require_moment
from profilegraph.language.nodes import Cause
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.evaluation.choosing import evaluation_context
from profilegraph.services.evaluation.graph_evaluator import GraphEvaluator
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import reporting_broken
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.records.facts import read_past
from profilegraph.storage.segments.membership import page_of_listed, read_expired
from profilegraph.storage.segments.saved import read_segment

MOST_EXPLAINED = 20_000
"""Most changed customers for which causes are computed."""
_BATCH = 500


@dataclass(frozen=True)
class MembershipComparison:
    """A saved segment at two moments, each in the version in force then."""

    before: SavedSegment
    after: SavedSegment
    old: FilterAtMoment
    new: FilterAtMoment
    catalogue: Catalogue


@dataclass(frozen=True)
class MembersAtMoments:
    """The members at the first and at the second of two moments."""

    was: BitMap
    is_: BitMap

    def changed(self, entered: bool | None = None) -> BitMap:
        """Return the customers that entered or left; with `entered`, only one of the two."""
        if entered is None:
            return self.was ^ self.is_
        return self.is_ - self.was if entered else self.was - self.is_


@dataclass(frozen=True)
class MembershipSums:
    """The numbers of members at two moments, and of those that entered and left in between."""

    before: int
    after: int
    entered: int
    left: int


@dataclass(frozen=True)
class ChangesPage:
    """Customers that entered or left, by key, and whether more follow."""

    changes: tuple[Changed, ...]
    has_next: bool


async def compare_moments(
    platform: Platform, key: str, start: datetime, end: datetime, now: datetime
) -> MembershipComparison:
    """Return a segment at two moments, for questions on what changed.

    Raises InvalidInput unless `start` < `end` ≤ `now`, NotFound if the segment was not saved yet,
    BrokenSegment if one of the versions cannot be evaluated any more, NoHistory if one of them
    needs history that is not kept.
    """
    require_moment(start, "from")
    require_moment(end, "to")
    if not start < end <= now:
        raise InvalidInput(
            "the first moment must be earlier than the second, and that not later than now.",
            where="from",
        )
    before = await read_segment(platform.database, key, at=start)
    after = await read_segment(platform.database, key, at=end)
    async with reporting_broken(platform, key, before.filter, Past(start, now)):
        first, then = await evaluation_context(platform, [before.filter], Past(start, now))
    async with reporting_broken(platform, key, after.filter, Past(end, now)):
        catalogue, later = await evaluation_context(platform, [after.filter], Past(end, now))
    old, new = (
        FilterAtMoment(before.filter, then, first),
        FilterAtMoment(after.filter, later, catalogue),
    )
    return MembershipComparison(before, after, old, new, catalogue)


async def sums(platform: Platform, comparison: MembershipComparison) -> MembershipSums:
    """Return the numbers of members at both moments, and of those that entered and left."""
    found = await members_of(platform.database, comparison.old, comparison.new)
    return _sums(found)


def _sums(found: MembersAtMoments) -> MembershipSums:
    entered, left = found.changed(entered=True), found.changed(entered=False)
    return MembershipSums(len(found.was), len(found.is_), len(entered), len(left))


async def members_of(
    database: Database, old: FilterAtMoment, new: FilterAtMoment
) -> MembersAtMoments:
    """Return the members at two moments, both according to the current graph."""

    async def work(reading: ReadTransaction) -> MembersAtMoments:
        was, is_ = [
            await GraphEvaluator(reading, one.catalogue, one.context).members(one.filter)
            for one in (old, new)
        ]
        return MembersAtMoments(was, is_)

    return await database.reading(work)


async def causes(
    platform: Platform, comparison: MembershipComparison
) -> Mapping[tuple[bool, Cause], int]:
    """Return how many entered (True) and left (False) by first cause.

    Raises InvalidInput if more than 20,000 customers did.
    """
    members = await members_of(platform.database, comparison.old, comparison.new)
    whole = _sums(members)
    if whole.entered + whole.left > MOST_EXPLAINED:
        raise InvalidInput(
            f"{whole.entered + whole.left:,} customers entered or left; the causes of at most"
            f" {MOST_EXPLAINED:,} can be counted.",
            hint="Compare moments that are nearer to each other, or ask for pages of changes.",
        )
    found: Counter[tuple[bool, Cause]] = Counter()
    async for batch in _batches(platform, comparison, members.changed()):
        found.update((one.entered, one.reasons[0].cause) for one in batch)
    return found


async def page(
    platform: Platform,
    comparison: MembershipComparison,
    *,
    first: int,
    after: str | None = None,
    entered: bool | None = None,
) -> ChangesPage:
    """Return at most `first` (1 to 1,000) customers that entered or left, by key, after a key.

    Raises InvalidInput if `first` is out of range.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"a page has 1 to {MAX_PAGE} customers, not {first}.", where="first")
    members = await members_of(platform.database, comparison.old, comparison.new)
    keys = await page_of_listed(
        platform.database, members.changed(entered), first=first + 1, after=after
    )
    return ChangesPage(await _explained(platform, comparison, keys[:first]), len(keys) > first)


async def _batches(
    platform: Platform, comparison: MembershipComparison, changed: BitMap
) -> AsyncIterator[tuple[Changed, ...]]:
    last: str | None = None
    while True:
        keys = await page_of_listed(platform.database, changed, first=_BATCH, after=last)
        if keys:
            yield await _explained(platform, comparison, keys)
        if len(keys) < _BATCH:
            return
        last = keys[-1]


async def _explained(
    platform: Platform, comparison: MembershipComparison, keys: Sequence[str]
) -> tuple[Changed, ...]:
    start, end = comparison.old.context.now, comparison.new.context.now
    before = await read_past(platform.database, keys, start)
    after = await read_past(platform.database, keys, end)
    expired = await read_expired(platform.database, keys, start, end)

    def told() -> tuple[Changed, ...]:
        known = (
            CustomerHistory(
                _there(before.get(key)), _there(after.get(key)), expired.get(key, frozenset())
            )
            for key in keys
        )
        found = (
            changed(key, one, comparison.old, comparison.new)
            for key, one in zip(keys, known, strict=True)
        )
        # What somebody records about the past meanwhile may have made one of them no change any more.
        return tuple(one for one in found if one is not None)

    return await asyncio.to_thread(told)


def _there(facts: Facts | None) -> Facts | None:
    return None if facts is None or facts.merged_into is not None else facts
