"""The index of a process that serves, held against the graph; and its figures."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import httpx

from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import Employee
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.server_index import verify_all
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key, list_keys
from profilegraph.services.platform import Platform
from profilegraph.web.service import platform_app
from tests.conftest import NOW
from tests.support.serving import serving

PLENTY = 2**30
WARMED = (
    "MATCH (c:Customer {key: 'b'}), (g:Tag {key: 'temperature/warm'})"
    " CREATE (c)-[:TAGGED {since: datetime('2026-01-01'), source: 'MANUAL', confidence: 1.0,"
    " weight: 1.0, weekdays: []}]->(g)"
)
COOLED = "MATCH (:Customer {key: 'b'})-[t:TAGGED]->() DELETE t"


async def test_verify_asks_the_process_that_serves_for_what_it_answers_from(
    platform: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "index.npz"
    await save(platform, [Customer(key=key) for key in "abc"], NOW)
    serving_platform = replace(platform, cache=GraphCache(platform.database, PLENTY, file))
    await serving_platform.cache.indexed()
    async with serving(platform_app(serving_platform, lambda: NOW)) as address:
        port = int(address.rpartition(":")[2])
        settings = platform.settings.model_copy(update={"host": "127.0.0.1", "port": port})
        asked = replace(platform, settings=settings)
        served = f"The index of the server at {address}"
        sound = await verify_all(asked, file, NOW)
        assert {name: one.differing for name, one in sound.items()} == {
            served: 0,
            "The saved index": 0,
        }
        older = Path(shutil.copy(file, tmp_path / "older.npz"))
        # Whoever serves read what was written behind its back; it was taken away again since.
        await platform.database.define(WARMED)
        await save(platform, [Customer(key="b", name="B")], NOW)
        await serving_platform.cache.indexed()
        await platform.database.define(COOLED)
        found = await verify_all(asked, older, NOW)
    assert (found[served].differing, found[served].keys) == (1, ["b"])
    assert found["The saved index"].differing == 0
    await serving_platform.cache.close()
    keys = await list_keys(platform.database)
    assert [key.revoked_at for key in keys] == [NOW, NOW]  # each check's key ends with it


async def test_only_an_administrator_has_the_index_of_a_server_checked(platform: Platform) -> None:
    await save(platform, [Employee(key="e", name="E")], NOW)
    secret = await create_key(platform.database, "e", NOW, employee="e")
    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx.ASGITransport(platform_app(platform, lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        refused = await client.post("/index/verification", headers=headers)
        unknown = await client.post("/index/verification")
        figures = await client.get("/metrics")
    assert [one.status_code for one in (refused, unknown, figures)] == [403, 401, 401]
