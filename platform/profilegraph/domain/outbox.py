"""The outbox: what is to be sent, what becomes of each attempt, and when the next one is made.

WAITING ── taken ──────────────────────────────▶ SENT
   │  ▲                                           │
   │  └── in vain: by the schedule                └── something new to send ──▶ WAITING
   │      held: a minute later, not counted
   └───── refused, or the schedule is over ─────▶ FAILED ── asked for again ──▶ WAITING
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from tenacity import RetryCallState, Retrying, wait_chain, wait_fixed

SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long an item waits after each attempt in vain; after one more it is given up."""
HOLD = timedelta(minutes=1)
"""How long an item waits that could not be tried."""
_WAIT = wait_chain(*map(wait_fixed, SCHEDULE))


class OutboxState(StrEnum):
    """What has become of an item."""

    WAITING = "WAITING"
    """To be sent, being sent, or to be sent again."""
    SENT = "SENT"
    """All of it was taken."""
    FAILED = "FAILED"
    """Given up; asked for again, it waits again."""


class AttemptOutcome(StrEnum):
    """Why an attempt did not succeed, as far as it matters for the next one."""

    FAILED = "FAILED"
    """It was not taken; it may be, later."""
    REFUSED = "REFUSED"
    """It will never be taken as it is."""
    HELD = "HELD"
    """It could not be tried: what is needed for that is set aside."""


@dataclass(frozen=True)
class FailedAttempt:
    """That an attempt did not succeed, and why."""

    reason: str
    outcome: AttemptOutcome = AttemptOutcome.FAILED


@dataclass(frozen=True, kw_only=True)
class OutboxItem:
    """Something that is sent, of whatever kind, and what has become of that."""

    kind: str
    key: str
    """Unique within its kind."""
    state: OutboxState
    due_at: datetime
    """Before when it is not sent."""
    attempts: int = 0
    """How often what it has to send now was sent, since it was last asked for."""
    turn: int = 0
    """How often it was leased: who holds an older turn may not say what became of it."""
    attempted_at: datetime | None = None
    """When the last attempt began."""
    delivered_at: datetime | None = None
    """When something of it was taken at last."""
    problem: str | None = None
    """Why the last attempt did not succeed; None where it did."""

    @property
    def given_up(self) -> bool:
        """Return whether it is sent no more unless it is asked for again."""
        return self.state is OutboxState.FAILED

    def taken(self, now: datetime) -> Self:
        """Return the item after an attempt that succeeded."""
        return replace(
            self,
            state=OutboxState.SENT,
            attempts=self.attempts + 1,
            due_at=now,
            delivered_at=now,
            problem=None,
        )

    def missed(self, failure: FailedAttempt, now: datetime) -> Self:
        """Return the item after an attempt that did not succeed."""
        if failure.outcome is AttemptOutcome.HELD:
            return replace(self, due_at=now + HOLD, problem=failure.reason)
        attempts = self.attempts + 1
        tried = replace(self, attempts=attempts, due_at=now, problem=failure.reason)
        if failure.outcome is AttemptOutcome.REFUSED or attempts > len(SCHEDULE):
            return replace(tried, state=OutboxState.FAILED)
        return replace(tried, due_at=now + wait_after(attempts))


def wait_after(attempts: int) -> timedelta:
    """Return how long an item waits after so many attempts in vain, from 1 to those of the schedule."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempts
    return timedelta(seconds=_WAIT(state))
