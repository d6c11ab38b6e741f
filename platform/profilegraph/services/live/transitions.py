"""Computes transitions from the former and the present members, each with its cause."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from profilegraph.domain.live import MoveCause
from profilegraph.services.live.questions import Matches
from profilegraph.storage.live import MembershipChange


@dataclass(frozen=True)
class ChangeContext:
    """What is known about why members may have changed since the last evaluation."""

    redefined: bool
    """Whether the filter has changed since."""
    changed: BitMap | None
    """The customers with changes since; None if any may have changed."""


def moves_between(
    old: BitMap, found: Matches, known: ChangeContext
) -> tuple[MembershipChange, ...]:
    """Return the moves that lead from the former members to the present ones.

    `old` is restricted to the customers that were examined.
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
