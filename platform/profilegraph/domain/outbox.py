"""The outbox: the state machine of its items, and the schedule of attempts.

WAITING ── sent ───────────────────────────────▶ SENT
   │  ▲                                           │
   │  └── failed: retried by the schedule         └── something new to send ──▶ WAITING
   │      held: retried a minute later, not counted
   └───── refused, or the schedule is over ─────▶ FAILED ── requested again ──▶ WAITING
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
"""The wait after each failed attempt; after one more failure an item is given up."""
HOLD = timedelta(minutes=1)
"""The wait of an item whose attempt was held."""
_WAIT = wait_chain(*map(wait_fixed, SCHEDULE))


class OutboxState(StrEnum):
    """The state of something that is sent, such as a delivery."""

    WAITING = "WAITING"
    """To be sent, being sent, or to be sent again."""
    SENT = "SENT"
    """Nothing of it is left to send."""
    FAILED = "FAILED"
    """Given up; requested again, it waits again."""


class AttemptOutcome(StrEnum):
    """How an attempt failed, which decides on the next one."""

    FAILED = "FAILED"
    """The receiver did not take it; it may later."""
    REFUSED = "REFUSED"
    """The receiver will never take it."""
    HELD = "HELD"
    """It was not attempted: what sends it is set aside."""


@dataclass(frozen=True)
class FailedAttempt:
    """A failed attempt, with the reason."""

    reason: str
    outcome: AttemptOutcome = AttemptOutcome.FAILED


@dataclass(frozen=True, kw_only=True)
class OutboxItem:
    """Something to send, of any kind, and its state."""

    kind: str
    key: str
    """Unique within its kind."""
    state: OutboxState
    due_at: datetime
    """The moment of the next attempt."""
    attempts: int = 0
    """Attempts of what it sends now, since it was last requested."""
    turn: int = 0
    """The number of its leases, as a fencing token: an older turn cannot settle it."""
    attempted_at: datetime | None = None
    """When the last attempt started."""
    delivered_at: datetime | None = None
    """When an attempt last succeeded."""
    problem: str | None = None
    """Why the last attempt failed; None if it succeeded."""

    @property
    def given_up(self) -> bool:
        """Return whether it is not sent unless it is requested again."""
        return self.state is OutboxState.FAILED

    def sent(self, now: datetime) -> Self:
        """Return the item after a successful attempt."""
        return replace(
            self,
            state=OutboxState.SENT,
            attempts=self.attempts + 1,
            due_at=now,
            delivered_at=now,
            problem=None,
        )

    def not_sent(self, failure: FailedAttempt, now: datetime) -> Self:
        """Return the item after a failed attempt."""
        if failure.outcome is AttemptOutcome.HELD:
            return replace(self, due_at=now + HOLD, problem=failure.reason)
        attempts = self.attempts + 1
        tried = replace(self, attempts=attempts, due_at=now, problem=failure.reason)
        if failure.outcome is AttemptOutcome.REFUSED or attempts > len(SCHEDULE):
            return replace(tried, state=OutboxState.FAILED)
        return replace(tried, due_at=now + wait_after(attempts))


def wait_after(attempts: int) -> timedelta:
    """Return the wait after a number of failed attempts, from 1 on."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempts
    return timedelta(seconds=_WAIT(state))
