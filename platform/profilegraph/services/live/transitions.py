"""From who was a member and who is one to the moves between, each with its cause."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from profilegraph.domain.live import MoveCause
from profilegraph.services.live.questions import Matches
from profilegraph.storage.live import MembershipChange


@dataclass(frozen=True)
class ChangeContext:
    """What is known of why members may have changed since the evaluation before."""

    redefined: bool
    """Whether something else is asked than then."""
    changed: BitMap | None
    """The customers of whom something was recorded since; None where it may be any."""


def moves_between(
    old: BitMap, found: Matches, known: ChangeContext
) -> tuple[MembershipChange, ...]:
    """Return the moves that lead from the old members to those that were found.

    `old` has only customers that were looked at.
    """
    entered, left = found.members - old, old - found.members
    merged = left - found.everyone
    left -= merged
    moves = [MembershipChange(MoveCause.MERGED, left=merged)]
    if known.redefined:
        moves.append(MembershipChange(MoveCause.DEFINITION_CHANGED, entered, left))
    elif known.changed is None:
        moves.append(MembershipChange(MoveCause.DATA_CHANGED, entered, left))
    else:
        changed = known.changed
        moves.append(MembershipChange(MoveCause.DATA_CHANGED, entered & changed, left & changed))
        moves.append(MembershipChange(MoveCause.TIME_PASSED, entered - changed, left - changed))
    return tuple(move for move in moves if move.entered or move.left)
