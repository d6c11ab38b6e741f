"""Who may use the API: keys that are good, and no longer."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.web.service import platform_app

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def status(platform, secret: str, now: datetime = NOW) -> int:
    transport = httpx.ASGITransport(platform_app(platform, lambda: now))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        headers = {"Authorization": f"Bearer {secret}"}
        response = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    return response.status_code


async def test_a_key_is_good_until_it_expires(platform):
    secret = await create_key(platform.database, "Ann", NOW, NOW + timedelta(days=1))
    assert await status(platform, secret) == 200
    assert await status(platform, secret, NOW + timedelta(days=1)) == 401


async def test_a_key_is_good_until_it_is_revoked(platform):
    secret = await create_key(platform.database, "Ann", NOW)
    assert await status(platform, secret) == 200
    (key,) = await list_keys(platform.database)
    await revoke_key(platform.database, key.id, NOW)
    assert await status(platform, secret) == 401


@pytest.mark.parametrize("wrong", ["", "pg_", "pg_" + "0" * 64, "Ann"])
async def test_anything_else_is_no_key(platform, wrong):
    await create_key(platform.database, "Ann", NOW)
    assert await status(platform, wrong) == 401


async def test_the_platform_is_ready_while_its_database_answers(platform):
    transport = httpx.ASGITransport(platform_app(platform, lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        ready = await client.get("/ready")
    assert ready.json() == {
        "status": "ready",
        "checks": {"database": "ok", "plugins": "ok", "index": "off", "routines": "ok"},
    }
