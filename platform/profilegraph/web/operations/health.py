"""Liveness and readiness of the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from profilegraph.errors import ProfilegraphError

Check = Callable[[], Awaitable[str]]
"""Returns the state of a part of the service, "ok" or what is impaired.

Raises a ProfilegraphError where the part is not usable and the service cannot do without.
"""
_log = structlog.get_logger()


async def health(_: Request) -> Response:
    """Return that the process responds; nothing else is checked, least of all the database."""
    return JSONResponse({"status": "alive"})


class Readiness:
    """Checks whether every part that the service needs is usable."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def __call__(self, _: Request) -> Response:
        """Return the state of each part; HTTP 503 with an error's code if one is not usable."""
        found = await asyncio.gather(*map(_state, self._checks, self._checks.values()))
        ready = all(usable for usable, _ in found)
        states = {name: state for name, (_, state) in zip(self._checks, found, strict=True)}
        body = {"status": "ready" if ready else "not ready", "checks": states}
        return JSONResponse(body, 200 if ready else 503)


async def _state(name: str, check: Check) -> tuple[bool, str]:
    try:
        return True, await check()
    except ProfilegraphError as error:
        # Who may ask needs no key, so the answer tells the code alone; the log has the sentence.
        _log.warning("not_ready", check=name, code=error.code, reason=str(error))
        return False, error.code
