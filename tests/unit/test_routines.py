"""What a serving process does in the background goes on after failures that are expected."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from profilegraph.errors import DatabaseUnavailable
from profilegraph.services.live.routine import Routine
from tests.conftest import NOW


async def test_a_round_that_fails_is_logged_and_followed_by_the_next() -> None:
    moments = [NOW + timedelta(minutes=number) for number in range(3)]
    clock = iter(moments)
    seen = []
    done = asyncio.Event()

    async def round_(now: object) -> None:
        seen.append(now)
        if len(seen) == 1:
            raise DatabaseUnavailable("nobody answers.")
        if len(seen) == 3:
            done.set()
            await asyncio.Event().wait()

    with capture_logs() as logs:
        routine = Routine("testing", round_, lambda: next(clock), 0.0)
        routine.start()
        await asyncio.wait_for(done.wait(), 10)
        await routine.close()
    assert seen == moments
    [entry] = logs
    assert (entry["event"], entry["work"]) == ("round_failed", "testing")


async def test_a_bug_ends_the_work_and_is_logged() -> None:
    ended = asyncio.Event()

    async def round_(_: object) -> None:
        ended.set()
        raise ZeroDivisionError

    with capture_logs() as logs:
        routine = Routine("testing", round_, lambda: NOW, 0.0)
        routine.start()
        await asyncio.wait_for(ended.wait(), 10)
        await routine.close()
    assert [(entry["event"], entry["work"]) for entry in logs] == [("bug", "testing")]
