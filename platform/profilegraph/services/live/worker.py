"""The worker that evaluates live segments: follows the change feeds and records transitions.

Any number of processes may run it. Each reads the position of a segment, then the data, and records
its result only if no other has recorded one meanwhile: so a recorded result is never based on older
data than the one before, and no move is recorded twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from pyroaring import BitMap

from profilegraph.domain.audit import (
    MOST_NAMED,
    AuditActor,
    AuditEntry,
    AuditKind,
    AuditTargets,
)
from profilegraph.domain.live import WatchedSegment
from profilegraph.engines.bitmap.run import Hierarchies
from profilegraph.errors import DATABASE_AWAY, ProfilegraphError
from profilegraph.hooks.listeners import MembershipChanged
from profilegraph.services.cache.indexing import load_trees
from profilegraph.services.live.affected import affected
from profilegraph.services.live.questions import (
    LiveQuestion,
    matches_among,
    matches_among_all,
    read_questions,
)
from profilegraph.services.live.schedules import next_run
from profilegraph.services.live.transitions import ChangeContext, moves_between
from profilegraph.services.operations.routines import reason_of
from profilegraph.services.platform import Platform
from profilegraph.storage.feed.follower import FeedChanges, FeedFollower, changes_since
from profilegraph.storage.live import (
    Evaluation,
    apply,
    note_problem,
    read_keys,
    read_members,
    read_moves,
    read_watches,
    record,
)
from profilegraph.storage.neo4j.database import Transaction

RETRY = timedelta(minutes=1)
"""The pause before a failed evaluation is retried."""
WATCHING = "live segments"
"""The name of the routine."""


@dataclass
class _Followed:
    """The state of a live segment in this process."""

    watch: WatchedSegment
    members: BitMap
    """The members after the last move of `watch`."""
    fresh: bool = True
    """Whether this process has yet to evaluate it, at first or after a failure."""
    question: LiveQuestion | None = None
    """None while the segment is broken; evaluation resumes once it is repaired."""


class LiveWorker:
    """Evaluates the live segments of a platform, one round after the other."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._database = platform.database
        self._routines = platform.cache.routines
        self._followed: dict[str, _Followed] = {}
        self._rests: dict[str, datetime] = {}
        """The end of the pause of each failed segment, by key."""
        self._trees = Hierarchies()
        self._follower = FeedFollower(platform.database)

    async def round(self, now: datetime) -> None:
        """Evaluate what has to be since the last round; rings the bell where there is changes to tell."""
        changes = await self._follower.changes()
        self._platform.recent_changes.add(changes)
        moved, new = await self._follow(now)
        if changes.trees:
            self._trees = await load_trees(self._database)
        if changes.definitions or changes.trees or new or self._pause_is_over(now):
            moved |= await self._refresh_questions(now)
        for one in self._followed.values():
            moved |= await self._evaluate_segment(one, changes, now)
        self._follower.acknowledge(changes)
        if moved:
            self._platform.moved.notify()

    async def _follow(self, now: datetime) -> tuple[bool, bool]:
        """Return whether others recorded moves, and whether there are segments not followed yet."""
        watches = {one.key: one for one in await read_watches(self._database)}
        self._followed = {key: one for key, one in self._followed.items() if key in watches}
        self._rests = {key: until for key, until in self._rests.items() if key in watches}
        moved = new = False
        for key, watch in watches.items():
            known = self._followed.get(key)
            if known is not None:
                moved |= await self._catch_up(known, watch)
            elif not self._is_paused(watch, now):
                new |= await self._begin(watch, now)
        return moved, new

    async def _begin(self, watch: WatchedSegment, now: datetime) -> bool:
        """Return whether a segment is followed from now on."""
        try:
            members = await read_members(self._database, watch)
        except DATABASE_AWAY:
            raise
        except Exception as error:  # noqa: BLE001  (told where the segment is, and in the log)
            await self._set_aside(watch, error, now)
            return False
        self._followed[watch.key] = _Followed(watch, members)
        return True

    async def _catch_up(self, known: _Followed, watch: WatchedSegment) -> bool:
        since, known.watch = known.watch.n, watch
        if watch.n == since:
            return False
        for one in await read_moves(self._database, watch.key, after=since, up_to=watch.n):
            apply(known.members, one.move)
        return True

    def _is_paused(self, watch: WatchedSegment, now: datetime) -> bool:
        """Return whether a watch rests, because it failed not long ago."""
        until = self._rests.get(watch.key)
        return until is not None and now < until

    def _pause_is_over(self, now: datetime) -> bool:
        """Return whether a segment that could not be evaluated is to be looked at again."""
        return any(
            one.question is None and key in self._rests and not self._is_paused(one.watch, now)
            for key, one in self._followed.items()
        )

    async def _refresh_questions(self, now: datetime) -> bool:
        """Return whether a segment is broken: who follows it is to be told."""
        segments = {one.watch.segment for one in self._followed.values()}
        questions, failed = await read_questions(self._platform, segments, now)
        for one in self._followed.values():
            one.question = questions.get(one.watch.segment)
            if one.question is None:
                one.fresh = (
                    True  # what changes meanwhile is looked at when it can be evaluated again
                )
                self._rests.pop(one.watch.key, None)
            if one.watch.segment in failed:
                one.watch = await self._set_aside(one.watch, failed[one.watch.segment], now)
        return len(questions) < len(segments)

    async def _evaluate_segment(self, one: _Followed, changes: FeedChanges, now: datetime) -> bool:
        """Return whether somebody moved in a segment; one that fails does not hold up the others."""
        if one.question is None or self._is_paused(one.watch, now):
            return False
        try:
            moved = await self._evaluate(one, one.question, changes, now)
        except Exception as error:  # noqa: BLE001  (told where the segment is, and in the log)
            one.fresh = True
            one.watch = await self._set_aside(one.watch, error, now)
            return False
        if self._rests.pop(one.watch.key, None) is not None:
            self._routines.resumed(WATCHING, one.watch.segment)
        return moved

    async def _set_aside(
        self, watch: WatchedSegment, error: Exception, now: datetime
    ) -> WatchedSegment:
        """Return a watch that rests for a while, after the reason is kept where everybody sees it."""
        self._rests[watch.key] = now + RETRY
        self._routines.set_aside(WATCHING, watch.segment, error)
        problem = error.message if isinstance(error, ProfilegraphError) else reason_of(error)
        if problem == watch.problem:
            return watch
        await self._database.write(partial(note_problem, key=watch.key, problem=problem))
        return replace(watch, problem=problem)

    async def _evaluate(
        self, one: _Followed, question: LiveQuestion, changes: FeedChanges, now: datetime
    ) -> bool:
        while True:
            # Clocks differ: time must not seem to go back from one process to another.
            at = max(now, one.watch.at)
            if self._all_needed(one, question, changes, at):
                found = await self._among_all(one, question, changes, at)
            elif one.watch.on_change and changes.customers:
                found = await self._among_changed(one, question, changes, at)
            else:
                return False
            recorded = await self._record(one, found)
            if recorded is not None:
                return recorded
            watches = await read_watches(self._database, [one.watch.segment])
            if not watches or watches[0].key != one.watch.key:
                return False  # deleted meanwhile
            await self._catch_up(one, watches[0])

    def _all_needed(
        self, one: _Followed, question: LiveQuestion, changes: FeedChanges, at: datetime
    ) -> bool:
        watch = one.watch
        if watch.schedule is not None:
            due = next_run(watch.schedule, watch.ran_at, self._platform.deployment.zone)
            if due is not None and due <= at:
                return True
        anyone = one.fresh or changes.trees or question.definition != watch.definition
        return watch.on_change and anyone

    async def _among_all(
        self, one: _Followed, question: LiveQuestion, changes: FeedChanges, at: datetime
    ) -> Evaluation:
        if one.fresh or not one.watch.on_change:
            changes = await changes_since(self._database, one.watch.offsets)
        anyone = changes.trees or (question.reach and changes.customers)
        redefined = question.definition != one.watch.definition
        known = ChangeContext(redefined, None if anyone else changes.customers)
        found = await matches_among_all(self._platform, question, at)
        moves = moves_between(one.members, found, known)
        return Evaluation(at, question.definition, changes.offsets, moves, whole=True)

    async def _among_changed(
        self, one: _Followed, question: LiveQuestion, changes: FeedChanges, at: datetime
    ) -> Evaluation:
        some = await affected(self._database, changes, question.reach)
        if some is None:
            return await self._among_all(one, question, changes, at)
        if not self._trees.cover(some.run):
            self._trees = await load_trees(self._database)
        found = matches_among(self._platform, question, some, self._trees, at)
        known = ChangeContext(redefined=False, changed=some.customers)
        moves = moves_between(one.members & some.customers, found, known)
        return Evaluation(at, question.definition, changes.offsets, moves)

    async def _queue_for_listeners(self, segment: str, found: Evaluation) -> None:
        listening = self._platform.listening
        if not listening.handles(MembershipChanged):
            return
        for move in found.moves:
            keys = await read_keys(self._database, move.entered | move.left)
            entered, left = (
                tuple(keys[ordinal] for ordinal in side if ordinal in keys)
                for side in (move.entered, move.left)
            )
            change = MembershipChanged(segment, found.at, move.cause, entered, left)
            listening.members_moved(change)

    async def _entry(self, watch: WatchedSegment, found: Evaluation) -> AuditEntry:
        """Return the audit entry of an evaluation, with those who moved if they are few."""
        moved = BitMap.union(
            BitMap(), *(side for one in found.moves for side in (one.entered, one.left))
        )
        actor = AuditActor(WATCHING, on_behalf_of=watch.owner)
        entry = AuditEntry.of(
            AuditKind.CHANGE,
            "EvaluateLiveSegment",
            actor,
            found.at,
            AuditTargets.of(segment=watch.segment),
        )
        if len(moved) > MOST_NAMED:
            return replace(entry, customer_count=len(moved))
        return entry.about((await read_keys(self._database, moved)).values())

    async def _record(self, one: _Followed, found: Evaluation) -> bool | None:
        """Return whether somebody moved, after recording it; None where another came first."""
        if found.moves or found.whole:
            watch, members = one.watch, one.members
            entry = await self._entry(watch, found)

            async def work(transaction: Transaction) -> WatchedSegment | None:
                kept = await record(transaction, watch, members, found)
                if kept is not None and found.moves:
                    transaction.record(entry)
                return kept

            after = await self._database.write(work)
            if after is None:
                return None
            one.watch = after
            await self._queue_for_listeners(watch.segment, found)
            for move in found.moves:
                apply(members, move)
        one.fresh = False
        return bool(found.moves)
