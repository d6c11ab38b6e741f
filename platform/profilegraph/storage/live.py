"""Live segments in the graph: their last known members, and the moves that led there.

The members are stored as a serialised bitmap of ordinals at some moves, and every later move stores
who entered and who left: the size of a write is that of the change. Moves are numbered without
gaps, and a writer states the number that it starts from: of two concurrent evaluations, one is
refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyroaring import BitMap

from profilegraph.domain.feed import Offsets
from profilegraph.domain.live import MoveCause, WatchedSegment
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement

BASE_EVERY = 1_000
"""Moves between two stored sets of members."""
_ALL = 2**31 - 1


@dataclass(frozen=True)
class MembershipChange:
    """Customers that entered and left at once for one cause, by ordinal."""

    cause: MoveCause
    entered: BitMap = field(default_factory=BitMap)
    left: BitMap = field(default_factory=BitMap)


@dataclass(frozen=True)
class RecordedMove:
    """A move with its number and moment."""

    n: int
    at: datetime
    move: MembershipChange


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation."""

    at: datetime
    definition: str
    offsets: Offsets
    moves: tuple[MembershipChange, ...] = ()
    whole: bool = False
    """Whether all customers were evaluated."""


@dataclass(frozen=True)
class HistoryStart:
    """The start of the history of a segment."""

    key: str
    """The key of the watch."""
    found: Evaluation
    members: BitMap


async def read_watches(
    database: Database, segments: Sequence[str] | None = None
) -> Sequence[WatchedSegment]:
    """Return the live state of some segments, or of all that are to be evaluated."""
    rows = await database.read(statement("read_watches"), {"segments": segments})
    return [_watch(row) for row in rows]


async def save_watch(
    transaction: Transaction,
    segment: str,
    start: HistoryStart,
    *,
    on_change: bool,
    schedule: str | None,
) -> None:
    """Make a segment live from `start`, or from its recorded position if it was live before."""
    await transaction.run(
        statement("save_watch"),
        {
            "segment": segment,
            "key": start.key,
            "onChange": on_change,
            "schedule": schedule,
            "members": start.members.serialize(),
            "size": len(start.members),
            "at": start.found.at,
            "definition": start.found.definition,
            "heads": _text(start.found.offsets),
        },
    )


async def stop_watch(transaction: Transaction, segment: str) -> None:
    """Stop the evaluation of a segment; its history stays."""
    await transaction.run(
        "MATCH (:Segment {key: $segment})-[:WATCHED_BY]->(w:Watch)"
        " SET w.onChange = false, w.schedule = null",
        {"segment": segment},
    )


async def record(
    transaction: Transaction, watch: WatchedSegment, members: BitMap, found: Evaluation
) -> WatchedSegment | None:
    """Record a result and return the watch; None if another process recorded one first.

    `members` are those before the moves.
    """
    after = _after(watch, found)
    rows = await transaction.run(
        statement("record_moves"),
        {
            "key": watch.key,
            "n": watch.n,
            "size": after.size,
            "at": after.at,
            "ranAt": after.ran_at,
            "definition": after.definition,
            "heads": _text(after.offsets),
            "members": _base(members, found.moves) if _is_base(watch, after, found) else None,
            "moves": [
                {
                    "n": watch.n + place,
                    "cause": move.cause.value,
                    "entered": move.entered.serialize(),
                    "left": move.left.serialize(),
                }
                for place, move in enumerate(found.moves, start=1)
            ],
        },
    )
    return after if rows else None


async def note_problem(transaction: Transaction, key: str, problem: str) -> None:
    """Store why a live segment could not be evaluated; its next record clears that."""
    await transaction.run(
        "MATCH (w:Watch {key: $key}) SET w.problem = $problem", {"key": key, "problem": problem}
    )


async def read_members(database: Database, watch: WatchedSegment) -> BitMap:
    """Return the members of a live segment after the last move of `watch`."""
    rows = await database.read(
        "MATCH (w:Watch {key: $key}) RETURN w.base AS base, w.members AS members",
        {"key": watch.key},
    )
    members = BitMap.deserialize(rows[0]["members"]) if rows else BitMap()
    base = rows[0]["base"] if rows else watch.n
    # Another process may have gone on meanwhile, so that the base is later: then they are newer.
    for one in await read_moves(database, watch.key, after=base, up_to=max(base, watch.n)):
        apply(members, one.move)
    return members


async def read_moves(
    database: Database,
    key: str,
    *,
    after: int = 0,
    up_to: int = _ALL,
    most: int = _ALL,
    newest: bool = False,
) -> Sequence[RecordedMove]:
    """Return at most `most` moves of a watch after one number up to another, inclusive.

    They are in order, or in reverse order with `newest`.
    """
    rows = await database.read(
        statement("read_moves"),
        {"key": key, "after": after, "upTo": up_to, "most": most, "newest": newest},
    )
    return [_move(row) for row in rows]


async def read_keys(database: Database, ordinals: BitMap) -> dict[int, str]:
    """Return the keys of the existing customers with some ordinals, by ordinal."""
    rows = await database.read(
        "UNWIND $ordinals AS ordinal MATCH (c:Customer {ordinal: ordinal})"
        " RETURN ordinal, c.key AS key",
        {"ordinals": list(ordinals)},
    )
    return {row["ordinal"]: row["key"] for row in rows}


def apply(members: BitMap, move: MembershipChange) -> None:
    """Apply a move to members, in place, in time that depends on the move's size alone."""
    members |= move.entered
    members -= move.left


def _after(watch: WatchedSegment, found: Evaluation) -> WatchedSegment:
    gained = sum(len(move.entered) - len(move.left) for move in found.moves)
    return replace(
        watch,
        n=watch.n + len(found.moves),
        size=watch.size + gained,
        at=found.at,
        ran_at=found.at if found.whole else watch.ran_at,
        definition=found.definition,
        offsets=found.offsets,
        problem=None,
    )


def _is_base(watch: WatchedSegment, after: WatchedSegment, found: Evaluation) -> bool:
    gone_far = after.n // BASE_EVERY > watch.n // BASE_EVERY
    return bool(found.moves) and (found.whole or gone_far)


def _base(members: BitMap, moves: Sequence[MembershipChange]) -> bytes:
    whole = members.copy()
    for move in moves:
        apply(whole, move)
    return bytes(whole.serialize())


def _watch(row: Row) -> WatchedSegment:
    return WatchedSegment(
        key=row["key"],
        segment=row["segment"],
        on_change=row["onChange"],
        schedule=row["schedule"],
        n=row["n"],
        size=row["size"],
        at=row["at"],
        ran_at=row["ranAt"],
        definition=row["definition"],
        offsets=_offsets(row["heads"]),
        problem=row["problem"],
    )


def _move(row: Row) -> RecordedMove:
    entered, left = BitMap.deserialize(row["entered"]), BitMap.deserialize(row["left"])
    return RecordedMove(
        row["n"], row["at"], MembershipChange(MoveCause(row["cause"]), entered, left)
    )


def _text(offsets: Offsets) -> str:
    return json.dumps([[feed, offsets.epochs[feed], seq] for feed, seq in offsets.seqs.items()])


def _offsets(text: str) -> Offsets:
    rows = json.loads(text)
    return Offsets({feed: epoch for feed, epoch, _ in rows}, {feed: seq for feed, _, seq in rows})
