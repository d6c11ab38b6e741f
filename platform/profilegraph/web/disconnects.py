"""Ends responses whose client has disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from starlette.types import Receive


async def until_disconnected(response: Coroutine[None, None, None], receive: Receive) -> None:
    """Run a response to its end, or until the client disconnects; then it is cancelled."""
    sending = asyncio.create_task(response)
    going = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({sending, going}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        going.cancel()
        if not sending.done():
            sending.cancel()
        await asyncio.wait({sending, going})
    if not sending.cancelled():
        sending.result()


PAUSE_SECONDS = 0.1
"""After how long it is looked whether a client is still there: most answers are sooner."""


class ClientGone(Exception):
    """The client has disconnected, and the work for its answer was cancelled."""


@asynccontextmanager
async def ended_with_client(
    receive: Receive, may_end: Callable[[], bool], pause: float = PAUSE_SECONDS
) -> AsyncIterator[None]:
    """Cancel what is done meanwhile once the client has disconnected, and raise ClientGone.

    Nothing is cancelled unless `may_end` says so at that time.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  (a coroutine of a request runs in one)
    watching: list[asyncio.Task[None]] = []
    cancelled = False

    async def watch() -> None:
        nonlocal cancelled
        await _gone(receive)
        if may_end():
            cancelled = True
            task.cancel()

    timer = asyncio.get_running_loop().call_later(
        pause, lambda: watching.append(asyncio.create_task(watch()))
    )
    try:
        yield
    except asyncio.CancelledError:
        if cancelled and task.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        timer.cancel()
        for one in watching:
            one.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
