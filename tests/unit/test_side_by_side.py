"""Work side by side: what fails ends the rest, and nothing of it stays with the caller."""

import asyncio

import pytest

from profilegraph.errors import DatabaseUnavailable
from profilegraph.services.side_by_side import side_by_side


class Waiting:
    """Work that never ends by itself."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended = False

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True


async def test_what_fails_ends_the_others_and_leaves_no_cancellation_with_the_caller() -> None:
    other = Waiting()

    async def fails() -> None:
        await other.begun.wait()
        raise DatabaseUnavailable("nobody answers.")

    before = _cancellations()
    with pytest.raises(ExceptionGroup) as failed:
        await side_by_side([other(), fails()])
    assert failed.group_contains(DatabaseUnavailable)
    assert other.ended
    assert _cancellations() == before


async def test_whoever_is_cancelled_ends_the_work() -> None:
    work = Waiting()
    caller = asyncio.create_task(side_by_side([work()]))
    await work.begun.wait()
    caller.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    assert work.ended


def _cancellations() -> int:
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()
