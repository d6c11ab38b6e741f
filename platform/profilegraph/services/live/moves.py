"""From who was a member and who is one to the moves between, each with its cause."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from profilegraph.domain.live import MoveCause
from profilegraph.services.live.asking import Found
from profilegraph.storage.watches import Move


@dataclass(frozen=True)
class Circumstances:
    """What is known of why members may have changed since the evaluation before."""

    redefined: bool
    """Whether something else is asked than then."""
    changed: BitMap | None
    """The customers of whom something was recorded since; None where it may be any."""


def moves_between(old: BitMap, found: Found, known: Circumstances) -> tuple[Move, ...]:
    """Return the moves that lead from the old members to those that were found.

    `old` has only customers that were looked at.
    """
    entered, left = found.members - old, old - found.members
    merged = left - found.everyone
    left -= merged
    moves = [Move(MoveCause.MERGED, left=merged)]
    if known.redefined:
        moves.append(Move(MoveCause.DEFINITION_CHANGED, entered, left))
    elif known.changed is None:
        moves.append(Move(MoveCause.DATA_CHANGED, entered, left))
    else:
        changed = known.changed
        moves.append(Move(MoveCause.DATA_CHANGED, entered & changed, left & changed))
        moves.append(Move(MoveCause.TIME_PASSED, entered - changed, left - changed))
    return tuple(move for move in moves if move.entered or move.left)
