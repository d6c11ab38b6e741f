"""Lets a command compare the index of the serving process with the graph."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from profilegraph.config import Settings
from profilegraph.errors import IndexUnable, NotFound
from profilegraph.services.cache.verification import Verification, verify_saved
from profilegraph.services.identity.keys import check_key, create_key, revoke_key
from profilegraph.services.platform import Platform

PATH = "/index/verification"
_CONNECT_SECONDS = 3.0
_SECONDS = 600.0
_SAVED = "The saved index"
_SERVED = "The index of the server at {}"


async def verify_all(platform: Platform, file: Path, now: datetime) -> dict[str, Verification]:
    """Return how each index on this machine compares with the graph, by display name.

    Raises NotFound if no server answers and no index is saved, and IndexUnable if the server does
    not report how its index compares.
    """
    found = {}
    served = await _verify_served(platform, now)
    if served is not None:
        found[_SERVED.format(_address(platform.settings))] = served
    try:
        found[_SAVED] = await verify_saved(platform, file)
    except NotFound:
        if served is None:
            raise
    return found


async def _verify_served(platform: Platform, now: datetime) -> Verification | None:
    """Return the server's result; None if no server answers."""
    address = _address(platform.settings)
    timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
    async with httpx.AsyncClient(trust_env=False, timeout=timeout) as client:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            await client.get(f"{address}/health")
            return await _request(client, platform, address, now)
    return None


async def _request(
    client: httpx.AsyncClient, platform: Platform, address: str, now: datetime
) -> Verification:
    until = now + timedelta(seconds=_SECONDS)
    secret = await create_key(platform.database, "index verify", now, until)
    try:
        answer = await client.post(
            f"{address}{PATH}", headers={"Authorization": f"Bearer {secret}"}
        )
    finally:
        key = await check_key(platform.database, secret, now)
        await revoke_key(platform.database, key.id, now)
    if answer.status_code != httpx.codes.OK:
        raise IndexUnable(
            f"the server did not say how its index compares: HTTP {answer.status_code}.",
            hint="It may serve another graph, or be of another version; its log says more.",
            where=address,
        )
    return Verification(**answer.json())


def _address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"
