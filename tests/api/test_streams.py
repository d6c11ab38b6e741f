"""Live segments followed by server-sent events, as the protocol of graphql-sse says."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pyroaring import BitMap

from profilegraph.api.runtime.ids import encode_text
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.live import service as watching
from profilegraph.services.live.worker import LiveWorker
from profilegraph.storage.live import read_keys
from profilegraph.storage.neo4j.database import Database
from profilegraph.web import service
from profilegraph.web.graphql import sockets, streams
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.service import platform_app
from tests.api.test_subscriptions import Client, opened
from tests.support.following import FOLLOW, enter
from tests.support.serving import serving

START = encode_text("move:0.0")
COMPLETE = ("complete", None)
NAMES = " ".join(f"n{place}: name" for place in range(28))
# 40 KB an event: 6 MB for 150, of which the system keeps the least part.
LARGE = f"""subscription($after: String) {{ segmentMembership(segment: "s", after: $after) {{
  customer {{ key {NAMES} }} }} }}"""


class Stream:
    """One event stream of a client."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """Return the next event: its name and its data; of a heartbeat, the name is empty."""
        name, data = "", ""
        async with asyncio.timeout(30):
            while line := await anext(self._lines):
                field, _, value = line.partition(":")
                name, data = (value[1:], data) if field == "event" else (name, data)
                data = value[1:] if field == "data" else data
        return name, json.loads(data) if data else None

    async def move(self) -> str:
        """Return the customer of the next event."""
        name, data = await self.next()
        assert (name, "errors" in data) == ("next", False), data
        customer: str = data["data"]["segmentMembership"]["customer"]["key"]
        return customer

    async def ended(self) -> bool:
        """Return whether the stream is over."""
        async with asyncio.timeout(30):
            return await anext(self._lines, None) is None


@asynccontextmanager
async def stream(
    address: str, key: str, asked: str | dict[str, Any] = FOLLOW, **variables: Any
) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    body = {"query": asked, "variables": variables} if isinstance(asked, str) else asked
    async with (
        httpx.AsyncClient(timeout=30, trust_env=False) as client,
        client.stream("POST", f"{address}/graphql", json=body, headers=headers) as response,
    ):
        yield Stream(response)


async def test_who_enters_is_told_as_it_happens(api, worker, address, key):
    async with stream(address, key, after=START) as followed:
        headers = followed.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert headers["x-content-type-options"] == "nosniff"
        for one in ("a", "b"):
            await enter(api, worker, one)
            assert await followed.move() == one


async def test_a_query_is_one_event_and_complete(address, key):
    async with stream(address, key, "{ __typename }") as asked:
        name, result = await asked.next()
        assert (name, result["data"]) == ("next", {"__typename": "Query"})
        assert await asked.next() == COMPLETE
        assert await asked.ended()


async def test_a_query_that_cannot_be_run_is_told_of_by_an_event(address, key):
    async with stream(address, key, "subscription { nothing }") as asked:
        assert asked.response.status_code == 200
        name, data = await asked.next()
        assert (name, data["errors"][0]["extensions"]["code"]) == (
            "next",
            "GRAPHQL_VALIDATION_FAILED",
        )
        assert await asked.next() == COMPLETE


async def test_a_request_that_is_refused_is_no_stream(address):
    async with stream(address, "pg_other") as refused:
        assert refused.response.status_code == 401
        assert refused.response.headers["content-type"] == "application/json; charset=utf-8"
        await refused.response.aread()
        assert refused.response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_quiet_stream_has_heartbeats(api, worker, address, key, monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)
    async with stream(address, key, after=START) as followed:
        assert [await followed.next() for _ in range(2)] == [("", None)] * 2
        await enter(api, worker, "a")
        while (event := await followed.next()) == ("", None):
            pass
        assert event[1]["data"]["segmentMembership"]["customer"]["key"] == "a"


async def test_a_quiet_stream_ends_when_its_key_does(api, worker, key, monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(service, "Authenticator", partial(Authenticator, seconds=0.0))
    async with (
        serving(platform_app(api.platform, lambda: api.now)) as address,
        stream(address, key) as followed,
    ):
        assert await followed.next() == ("", None)
        [known] = await list_keys(api.platform.database)
        await revoke_key(api.platform.database, known.id, api.now)
        while (event := await followed.next()) == ("", None):
            pass
        assert event[1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await followed.next() == COMPLETE
        assert await followed.ended()


async def test_a_quiet_socket_ends_when_its_key_does(api, worker, key, monkeypatch):
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(service, "Authenticator", partial(Authenticator, seconds=0.0))
    async with (
        serving(platform_app(api.platform, lambda: api.now)) as address,
        opened(address.replace("http", "ws") + "/graphql") as client,
    ):
        await client.begin(Authorization=f"Bearer {key}")
        await client.ask(FOLLOW)
        [known] = await list_keys(api.platform.database)
        await revoke_key(api.platform.database, known.id, api.now)
        assert await client.closed() == 4403


async def test_a_server_that_shuts_down_ends_its_streams(api, worker, key):
    app = platform_app(api.platform, lambda: api.now)
    async with serving(app) as address, stream(address, key, after=START) as followed:
        await enter(api, worker, "a")
        assert await followed.move() == "a"
        app.state.closing.set()
        assert await followed.ended()  # not completed, so that clients try again


async def enter_many(api: Any, worker: LiveWorker, many: int) -> list[Customer]:
    customers = [Customer(key=f"c{n:03}", name="客" * 500) for n in range(many)]
    tags = [Tagging(customer=one.key, tag="temperature/warm", since=api.now) for one in customers]
    await save(api.platform, [*customers, *tags], api.now)
    await worker.round(api.now)
    return customers


async def test_what_a_client_does_not_read_is_not_read_for_it_either(api, worker, key, monkeypatch):
    many = 150
    customers = await enter_many(api, worker, many)
    named: list[int] = []

    async def counted(database: Database, ordinals: BitMap) -> dict[int, str]:
        named.extend(ordinals)
        return await read_keys(database, ordinals)

    monkeypatch.setattr("profilegraph.services.live.service.read_keys", counted)
    app = platform_app(api.platform, lambda: api.now)
    async with (
        serving(app, send_buffer=65_536) as address,
        stream(address, key, LARGE, after=START) as slow,
        stream(address, key, LARGE, after=START) as quick,
    ):
        first = await slow.move()
        told = [await quick.move() for _ in range(many)]
        assert len(named) == many + watching._AT_ONCE
        assert [first] + [await slow.move() for _ in range(many - 1)] == told
        assert told == [one.key for one in customers]


async def test_a_client_that_takes_nothing_for_long_is_cut_off(api, worker, key, monkeypatch):
    monkeypatch.setattr(streams, "SEND_SECONDS", 0.01)
    await enter_many(api, worker, 150)
    cut_off = asyncio.Event()
    monkeypatch.setattr(streams, "_log", SimpleNamespace(warning=lambda *_, **__: cut_off.set()))
    app = platform_app(api.platform, lambda: api.now)
    async with (
        serving(app, send_buffer=65_536) as address,
        stream(address, key, LARGE, after=START) as slow,
    ):
        await asyncio.wait_for(cut_off.wait(), 30)
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await slow.response.aread()


@pytest.fixture
async def narrow(api: Any) -> AsyncIterator[str]:
    """A served platform where a key may have two subscriptions open."""
    settings = api.platform.settings.model_copy(update={"subscriptions": 2})
    platform = replace(api.platform, settings=settings)
    async with serving(platform_app(platform, lambda: api.now)) as address:
        yield address


async def test_a_key_has_so_many_subscriptions_open_over_all_transports(api, worker, key, narrow):
    await enter(api, worker, "a")
    other = await create_key(api.platform.database, "Other", datetime(2026, 1, 1, tzinfo=UTC))
    async with opened(narrow.replace("http", "ws") + "/graphql") as client:
        await client.begin(Authorization=f"Bearer {key}")
        await client.ask(FOLLOW, "1", after=START)
        assert (await client.next())["type"] == "next"
        async with stream(narrow, key, after=START) as second:
            assert await second.move() == "a"
            await refused(client, narrow, key)
            async with stream(narrow, other, after=START) as others:
                assert await others.move() == "a"
            async with stream(narrow, key, "{ __typename }") as asked:
                assert (await asked.next())[1]["data"] == {"__typename": "Query"}
            await client.send(type="complete", id="1")
            async with asyncio.timeout(30):
                while "errors" in await first_data(narrow, key):
                    pass  # the server has not taken the message yet


async def first_data(address: str, key: str) -> Any:
    async with stream(address, key, after=START) as followed:
        return (await followed.next())[1]


async def refused(client: Client, address: str, key: str) -> None:
    """A further subscription is refused, whichever way it comes."""
    await client.ask(FOLLOW, "2")
    told = await client.next()
    assert (told["type"], told["id"]) == ("error", "2")
    async with stream(address, key) as third:
        errors = [told["payload"][0], (await third.next())[1]["errors"][0]]
        assert await third.next() == COMPLETE
    for error in errors:
        assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        assert error["extensions"]["hint"]
