"""Which segments are live: switched, asked about, and the history of who entered and who left."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import uuid4

from pyroaring import BitMap

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.limits import MAX_TRANSITIONS
from profilegraph.domain.live import MoveCause, WatchedSegment
from profilegraph.domain.segments import SegmentState
from profilegraph.errors import Conflict, InvalidInput
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.live.questions import among_all, asked_by
from profilegraph.services.live.schedules import next_run
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import require_sound
from profilegraph.services.segments.rules import found, require_editor
from profilegraph.storage.feed.follower import news_since
from profilegraph.storage.live import (
    Evaluated,
    RecordedMove,
    Start,
    read_keys,
    read_moves,
    read_watches,
    save_watch,
    stop_watch,
)
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.references import lock
from profilegraph.storage.segments.saved import read_library, read_segment

_AT_ONCE = 50
"""Moves that are read at once."""


@dataclass(frozen=True, order=True)
class HistoryPosition:
    """Where one customer's entering or leaving stands in the history of a segment."""

    n: int
    """Number of the move, from 1 on."""
    index: int
    """Which of those who moved at once, from 0 on."""


@dataclass(frozen=True)
class Transition:
    """That one customer entered or left a live segment."""

    place: HistoryPosition
    customer: str
    entered: bool
    at: datetime
    cause: MoveCause


@dataclass(frozen=True)
class TransitionPage:
    """Crossings in order, and whether more follow."""

    crossings: tuple[Transition, ...]
    has_next: bool


@dataclass(frozen=True)
class SetSegmentLive(ChangeCommand):
    """When a segment is to be evaluated: on change, by schedule, both or not any more."""

    key: str
    on_change: bool
    schedule: str | None


async def set_live(
    platform: Platform, command: SetSegmentLive, context: CommandContext
) -> SavedSegment:
    """Return a segment after it is evaluated on change, by schedule, both or not any more.

    Its members at the first time are where its history begins: nobody of them has entered. Raises
    InvalidInput where the schedule is none, Forbidden, NotFound, BrokenSegment, and Conflict where
    the segment is not active.
    """
    key, on_change, schedule = command.key, command.on_change, command.schedule
    if schedule is not None and next_run(schedule, context.now, platform.deployment.zone) is None:
        raise InvalidInput(
            f"{schedule!r} never comes.", hint="Name a day that there is.", where="schedule"
        )
    live = on_change or schedule is not None
    segment = await read_segment(platform.database, key)
    start = await _start(platform, segment, context.now) if live else None

    async def work(transaction: Transaction) -> None:
        head = found(await lock(transaction, [key]), key)
        require_editor(head, context.actor)
        if start is None:
            await stop_watch(transaction, key)
            return
        if head.state is not SegmentState.ACTIVE:
            raise Conflict(
                f"the segment {key!r} is {head.state}.", hint="Only active segments are live."
            )
        await save_watch(transaction, key, start, on_change=on_change, schedule=schedule)

    await run_command(platform, command, context, work)
    return segment


async def _start(platform: Platform, segment: SavedSegment, now: datetime) -> Start:
    # The feeds are looked at before the customers: whoever changes between is evaluated again.
    heads = (await news_since(platform.database, None)).heads
    library = await read_library(platform.database, segment.filter)
    await require_sound(platform, segment.key, segment.filter)
    asked = asked_by(segment.filter, library, await platform.catalogue())
    members = (await among_all(platform, asked, now)).members
    return Start(uuid4().hex, Evaluated(now, asked.definition, heads), members)


async def watches(platform: Platform, keys: Sequence[str]) -> Mapping[str, WatchedSegment]:
    """Return how segments are watched, by key; one that never was is left out."""
    return {one.segment: one for one in await read_watches(platform.database, keys)}


async def failure(platform: Platform, segment: str) -> str | None:
    """Return why the last evaluation of a live segment failed; None where it did not."""
    watch = (await watches(platform, [segment])).get(segment)
    return None if watch is None else watch.problem


async def newest_crossings(
    platform: Platform, segment: str, *, first: int, before: HistoryPosition | None = None
) -> TransitionPage:
    """Return at most `first` crossings (1 to 1,000), the newest first, of those before a place.

    Raises InvalidInput where `first` is another number.
    """
    if not 1 <= first <= MAX_TRANSITIONS:
        raise InvalidInput(f"a page has 1 to {MAX_TRANSITIONS} moves, not {first}.", where="first")
    watch = (await watches(platform, [segment])).get(segment)
    if watch is None:
        return TransitionPage((), has_next=False)
    up_to = watch.n if before is None else before.n
    places: list[_Spot] = []
    while len(places) <= first and up_to > 0:
        moves = await read_moves(
            platform.database, watch.key, up_to=up_to, most=_AT_ONCE, newest=True
        )
        spots = (spot for one in moves for spot in reversed(_spots(one)))
        kept = (spot for spot in spots if before is None or spot.place < before)
        places += islice(kept, first + 1 - len(places))
        up_to = moves[-1].n - 1 if moves else 0
    return TransitionPage(tuple(await _named(platform, places[:first])), len(places) > first)


async def crossings(
    platform: Platform, segment: str, after: HistoryPosition | None
) -> AsyncGenerator[Transition, None]:
    """Yield each crossing after a place, the older ones first, and wait for those to come.

    Without a place, only those to come. What is not asked for yet stays in the graph: a slow reader
    takes no memory, and misses nothing. Raises NotFound, also when the segment is deleted, Conflict
    where it is not live, and BrokenSegment once all is told that moved before it broke.
    """
    platform = replace(platform, look=None)  # it outlives the look of one request
    watch = await _live(platform, segment)
    place = HistoryPosition(watch.n + 1, -1) if after is None else after
    while True:
        rung = platform.moved.heard()
        moves = await read_moves(platform.database, watch.key, after=place.n - 1, most=1)
        for one in moves:
            spots = [spot for spot in _spots(one) if spot.place > place]
            for start in range(0, len(spots), _AT_ONCE):
                for crossing in await _named(platform, spots[start : start + _AT_ONCE]):
                    yield crossing
            place = HistoryPosition(one.n + 1, -1)
        if not moves:
            filter_ = (await read_segment(platform.database, segment)).filter
            await require_sound(platform, segment, filter_)
            await rung.wait()
            watch = await _live(platform, segment)


async def crossings_of(
    platform: Platform, one: RecordedMove, start: int, stop: int
) -> list[Transition]:
    """Return who moved at once, from one index up to another; who was erased is left out."""
    return await _named(platform, _spots(one)[start:stop])


async def _live(platform: Platform, segment: str) -> WatchedSegment:
    watch = (await watches(platform, [segment])).get(segment)
    if watch is not None:
        return watch
    await read_segment(platform.database, segment)
    raise Conflict(f"the segment {segment!r} is not live.", hint="`setSegmentLive` makes it so.")


@dataclass(frozen=True)
class _Spot:
    place: HistoryPosition
    ordinal: int
    entered: bool
    of: RecordedMove


def _spots(one: RecordedMove) -> list[_Spot]:
    """Return who moved at once: first who entered, then who left, each by ordinal."""
    sides = [(ordinal, True) for ordinal in one.move.entered]
    sides += [(ordinal, False) for ordinal in one.move.left]
    return [
        _Spot(HistoryPosition(one.n, index), ordinal, entered, one)
        for index, (ordinal, entered) in enumerate(sides)
    ]


async def _named(platform: Platform, spots: Sequence[_Spot]) -> list[Transition]:
    """Return crossings with the customers' keys; of one that was erased nothing is told."""
    keys = await read_keys(platform.database, BitMap(spot.ordinal for spot in spots))
    return [
        Transition(spot.place, keys[spot.ordinal], spot.entered, spot.of.at, spot.of.move.cause)
        for spot in spots
        if spot.ordinal in keys
    ]
