"""What becomes of an item of the outbox after each attempt."""

from __future__ import annotations

import pytest

from profilegraph.domain.outbox import (
    HOLD,
    SCHEDULE,
    AttemptOutcome,
    FailedAttempt,
    OutboxItem,
    OutboxState,
)
from tests.conftest import NOW

ITEM = OutboxItem(
    kind="webhook", key="h", state=OutboxState.WAITING, due_at=NOW, turn=1, attempted_at=NOW
)  # fmt: skip


def test_an_item_in_vain_waits_by_the_schedule_and_is_given_up_at_its_end() -> None:
    item = ITEM
    for attempts, wait in enumerate(SCHEDULE, start=1):
        item = item.not_sent(FailedAttempt("away"), NOW)
        assert (item.state, item.attempts, item.due_at) == (
            OutboxState.WAITING, attempts, NOW + wait,
        )  # fmt: skip
    item = item.not_sent(FailedAttempt("still away"), NOW)
    assert (item.given_up, item.problem) == (True, "still away")


def test_an_item_that_is_refused_is_given_up_at_once() -> None:
    item = ITEM.not_sent(FailedAttempt("gone", AttemptOutcome.REFUSED), NOW)
    assert (item.given_up, item.attempts, item.problem) == (True, 1, "gone")


@pytest.mark.parametrize("times", [1, 2 * len(SCHEDULE)])
def test_an_item_that_could_not_be_tried_is_held_however_often(times: int) -> None:
    item = ITEM
    for _ in range(times):
        item = item.not_sent(FailedAttempt("set aside", AttemptOutcome.HELD), NOW)
    assert (item.state, item.attempts, item.due_at) == (OutboxState.WAITING, 0, NOW + HOLD)
    assert item.problem == "set aside"


def test_an_item_that_was_taken_has_no_problem_any_more() -> None:
    item = ITEM.not_sent(FailedAttempt("away"), NOW).sent(NOW)
    assert (item.state, item.problem, item.attempts) == (OutboxState.SENT, None, 2)
    assert item.delivered_at == NOW
