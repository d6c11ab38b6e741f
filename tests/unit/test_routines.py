"""What a process does in the background goes on whatever it raises, and tells what failed."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from profilegraph.errors import DatabaseUnavailable
from profilegraph.services.operations.limiter import Limiter
from profilegraph.services.operations.metrics import Metrics
from profilegraph.services.operations.routines import MOST_ITEMS, ItemsInProgress, Routine, Routines
from tests.conftest import NOW


def cancelled() -> Exception | asyncio.CancelledError:
    return asyncio.CancelledError("what it waited for")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (lambda: DatabaseUnavailable("nobody answers."), "DATABASE_UNAVAILABLE"),
        (lambda: KeyError("13800138000"), "KeyError"),
        (lambda: OSError(28, "No space left on device"), "OSError"),
        (lambda: ExceptionGroup("two", [KeyError(), ValueError()]), "KeyError, ValueError"),
        (lambda: UnicodeError("label too long"), "UnicodeError"),
        (cancelled, "Interrupted"),
    ],
)
async def test_a_round_that_raises_anything_is_followed_by_the_next(
    failure: Callable[[], BaseException], reason: str
) -> None:
    moments = [NOW + timedelta(minutes=number) for number in range(3)]
    clock, seen, done = iter(moments), list[datetime](), asyncio.Event()
    routines = Routines()
    told: list[str] = []

    async def round_(now: datetime) -> None:
        seen.append(now)
        if len(seen) == 1:
            raise failure()
        if len(seen) == 2:
            told.append(routines.summary())
        if len(seen) == 3:
            done.set()
            await asyncio.Event().wait()

    with capture_logs() as logs:
        routine = Routine("testing", round_, lambda: next(clock), 0.0, routines)
        routine.start()
        await asyncio.wait_for(done.wait(), 10)
        await routine.close()
    assert seen == moments
    assert [(one["event"], one["routine"]) for one in logs] == [("routine_failed", "testing")]
    assert told == [f"testing failed once ({reason})"]
    assert routines.summary() == "ok"
    assert routines["testing"].failures == 1


async def test_one_item_that_fails_is_set_aside_and_the_others_are_done() -> None:
    now = [0.0]
    routines, done = Routines(lambda: now[0]), list[str]()
    going = ItemsInProgress("testing", routines)

    async def work(item: str, fails: bool) -> None:
        if fails:
            raise KeyError(item)
        done.append(item)

    for item in "abc":
        going.begin(item, lambda item=item: work(item, item == "b"))  # type: ignore[misc]
    await going.settled()
    assert done == ["a", "c"]
    assert routines.items_set_aside("testing") == {"b": "KeyError"}
    assert routines.summary() == "testing set 1 aside (KeyError)"
    going.begin("b", lambda: work("b", False))
    await going.settled()
    assert routines.summary() == "ok"
    going.begin("gone", lambda: work("gone", True))
    await going.settled()
    now[0] = 601.0
    assert routines.summary() == "ok"


def test_of_too_many_items_that_are_set_aside_the_oldest_are_forgotten() -> None:
    routines = Routines(lambda: 0.0)
    for number in range(MOST_ITEMS + 1):
        routines.set_aside("testing", str(number), KeyError())
    aside = routines.items_set_aside("testing")
    assert (len(aside), "0" in aside, str(MOST_ITEMS) in aside) == (MOST_ITEMS, False, True)


async def test_metrics_count_what_routines_fail_at() -> None:
    metrics, routines = Metrics(), Routines()
    metrics.watch_routines(routines)
    routines.failed("testing", KeyError())
    routines.set_aside("testing", "s", KeyError())
    figures = metrics.text().decode()
    for name in ("failures_total", "failing", "set_aside_total"):
        assert f'profilegraph_routine_{name}{{routine="testing"}} 1.0' in figures


async def test_what_is_slow_for_one_holds_up_nobody_else() -> None:
    limiter, forever, done = Limiter(overall=3, each=1), asyncio.Event(), list[str]()

    async def work(receiver: str, wait: asyncio.Event | None) -> None:
        async with limiter.slot(receiver):
            if wait is not None:
                await wait.wait()
            done.append(receiver)

    slow = [asyncio.create_task(work("slow", forever)) for _ in range(9)]
    await asyncio.gather(*(work(f"quick {one}", None) for one in range(9)))
    assert len(done) == 9
    forever.set()
    await asyncio.gather(*slow)
    assert done.count("slow") == 9
    assert limiter._lanes == {}
