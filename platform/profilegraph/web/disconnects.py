"""Ends responses whose client has disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

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


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
