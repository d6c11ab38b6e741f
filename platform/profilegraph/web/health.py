"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from profilegraph.errors import ProfilegraphError

Check = Callable[[], Awaitable[None]]
"""Raises a ProfilegraphError where a part that the service needs is not usable."""
_log = structlog.get_logger()


async def health(_: Request) -> Response:
    """Return that the process answers; nothing else is asked, the database least of all."""
    return JSONResponse({"status": "alive"})


class Readiness:
    """Answers whether every part that the service needs is usable."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def __call__(self, _: Request) -> Response:
        """Return each part's state, "ok" or an error's code; HTTP 503 unless all are ok."""
        states = dict(
            zip(
                self._checks,
                await asyncio.gather(*map(_state, self._checks, self._checks.values())),
                strict=True,
            )
        )
        ready = all(state == "ok" for state in states.values())
        body = {"status": "ready" if ready else "not ready", "checks": states}
        return JSONResponse(body, 200 if ready else 503)


async def _state(name: str, check: Check) -> str:
    try:
        await check()
    except ProfilegraphError as error:
        # Who may ask needs no key, so the answer tells the code alone; the log has the sentence.
        _log.warning("not_ready", check=name, code=error.code, reason=str(error))
        return error.code
    return "ok"
