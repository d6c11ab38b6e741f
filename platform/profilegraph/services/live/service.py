"""Live segments: switching them, their state, and the history of transitions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import uuid4

from pyroaring import BitMap

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.limits import MAX_TRANSITIONS
from profilegraph.domain.live import MoveCause, WatchedSegment
from profilegraph.domain.segments import SegmentState
from profilegraph.errors import Conflict, InvalidInput
from profilegraph.language.nodes import Listed
from profilegraph.language.saved_segments import SavedSegment
from profilegraph.services.access.visibility import visible_customers
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.live.questions import matches_among_all, resolve_question, rows_of_owner
from profilegraph.services.live.schedules import next_run
from profilegraph.services.platform import Platform
from profilegraph.services.segments.broken import require_sound
from profilegraph.services.segments.rules import require_editor, require_found
from profilegraph.storage.feed.follower import changes_since
from profilegraph.storage.live import (
    Evaluation,
    HistoryStart,
    RecordedMove,
    read_keys,
    read_members,
    read_moves,
    read_watches,
    save_watch,
    stop_watch,
)
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.segments.references import lock
from profilegraph.storage.segments.saved import read_library, read_segment

_AT_ONCE = 50
"""Moves per read."""


@dataclass(frozen=True, order=True)
class HistoryPosition:
    """The position of one transition in the history of a segment."""

    n: int
    """Number of the move, from 1 on."""
    index: int
    """Index among the transitions of the move, from 0 on."""


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
    """Transitions in order, and whether more follow."""

    crossings: tuple[Transition, ...]
    has_next: bool


@dataclass(frozen=True)
class SetSegmentLive(ChangeCommand):
    """When to evaluate a segment: on change, by schedule, both or neither."""

    key: str
    on_change: bool
    schedule: str | None

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(segment=self.key)


async def set_live(
    platform: Platform, command: SetSegmentLive, context: CommandContext
) -> SavedSegment:
    """Set when a segment is evaluated (on change, by schedule, both or neither) and return it.

    Its first members are the start of its history: they have not entered. Raises InvalidInput if
    the schedule is invalid, Forbidden, NotFound, BrokenSegment, and Conflict if the segment is not
    active.
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
        head = require_found(await lock(transaction, [key]), key)
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


async def _start(platform: Platform, segment: SavedSegment, now: datetime) -> HistoryStart:
    # The feeds are looked at before the customers: whoever changes between is evaluated again.
    offsets = (await changes_since(platform.database, None)).offsets
    library = await read_library(platform.database, segment.filter)
    await require_sound(platform, segment.key, segment.filter)
    rows = await rows_of_owner(platform, segment.key, now)
    asked = resolve_question(segment.filter, library, await platform.catalogue(), rows)
    members = (await matches_among_all(platform, asked, now)).members
    return HistoryStart(uuid4().hex, Evaluation(now, asked.definition, offsets), members)


async def live_states(platform: Platform, keys: Sequence[str]) -> Mapping[str, WatchedSegment]:
    """Return the live state of segments, by key; a segment that never was live is left out."""
    return {one.segment: one for one in await read_watches(platform.database, keys)}


async def size(platform: Platform, watch: WatchedSegment) -> int:
    """Return how many members of a live segment whoever asks may see."""
    seen = await visible_customers(platform, watch.at)
    if seen is None:
        return watch.size
    return len(seen.ordinals & await read_members(platform.database, watch))


async def failure(platform: Platform, segment: str) -> str | None:
    """Return why the last evaluation of a live segment failed; None if it did not."""
    watch = (await live_states(platform, [segment])).get(segment)
    return None if watch is None else watch.problem


async def newest_transitions(
    platform: Platform, segment: str, *, first: int, before: HistoryPosition | None = None
) -> TransitionPage:
    """Return at most `first` transitions (1 to 1,000) before a position, the newest first.

    Raises InvalidInput if `first` is out of range.
    """
    if not 1 <= first <= MAX_TRANSITIONS:
        raise InvalidInput(f"a page has 1 to {MAX_TRANSITIONS} moves, not {first}.", where="first")
    watch = (await live_states(platform, [segment])).get(segment)
    if watch is None:
        return TransitionPage((), has_next=False)
    up_to = watch.n if before is None else before.n
    seen = await visible_customers(platform, watch.at)
    places: list[_Spot] = []
    while len(places) <= first and up_to > 0:
        moves = await read_moves(
            platform.database, watch.key, up_to=up_to, most=_AT_ONCE, newest=True
        )
        spots = (spot for one in moves for spot in reversed(_spots(one, seen)))
        kept = (spot for spot in spots if before is None or spot.place < before)
        places += islice(kept, first + 1 - len(places))
        up_to = moves[-1].n - 1 if moves else 0
    return TransitionPage(tuple(await _named(platform, places[:first])), len(places) > first)


async def transitions(
    platform: Platform, segment: str, after: HistoryPosition | None
) -> AsyncGenerator[Transition, None]:
    """Yield each transition after a position, the oldest first, and wait for new ones.

    Without a position, only new ones. Transitions are read from the graph as they are consumed: a
    slow reader takes no memory and misses nothing. Raises NotFound, also when the segment is
    deleted, Conflict if it is not live, and BrokenSegment once all transitions before it broke are
    yielded.
    """
    platform = replace(platform, snapshot=None)  # it outlives the request
    watch = await _live(platform, segment)
    place = HistoryPosition(watch.n + 1, -1) if after is None else after
    while True:
        next_event = platform.moved.next_event()
        moves = await read_moves(platform.database, watch.key, after=place.n - 1, most=1)
        for one in moves:
            seen = await visible_customers(platform, one.at)
            spots = [spot for spot in _spots(one, seen) if spot.place > place]
            for start in range(0, len(spots), _AT_ONCE):
                for crossing in await _named(platform, spots[start : start + _AT_ONCE]):
                    yield crossing
            place = HistoryPosition(one.n + 1, -1)
        if not moves:
            filter_ = (await read_segment(platform.database, segment)).filter
            await require_sound(platform, segment, filter_)
            await next_event.wait()
            watch = await _live(platform, segment)


async def transitions_of(
    platform: Platform, one: RecordedMove, start: int, stop: int
) -> list[Transition]:
    """Return the transitions of one move, from one index up to another; erased customers are left out."""
    return await _named(platform, _spots(one)[start:stop])


async def _live(platform: Platform, segment: str) -> WatchedSegment:
    watch = (await live_states(platform, [segment])).get(segment)
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


def _spots(one: RecordedMove, seen: Listed | None = None) -> list[_Spot]:
    """Return the transitions of one move: first those who entered, then those who left, by ordinal.

    With `seen`, those of other customers are left out.
    """
    sides = [(ordinal, True) for ordinal in one.move.entered]
    sides += [(ordinal, False) for ordinal in one.move.left]
    return [
        _Spot(HistoryPosition(one.n, index), ordinal, entered, one)
        for index, (ordinal, entered) in enumerate(sides)
        if seen is None or ordinal in seen.ordinals
    ]


async def _named(platform: Platform, spots: Sequence[_Spot]) -> list[Transition]:
    """Return transitions with the customers' keys; those of erased customers are left out."""
    keys = await read_keys(platform.database, BitMap(spot.ordinal for spot in spots))
    return [
        Transition(spot.place, keys[spot.ordinal], spot.entered, spot.of.at, spot.of.move.cause)
        for spot in spots
        if spot.ordinal in keys
    ]
