"""Live segments followed over a socket, by a client of the sub-protocol graphql-transport-ws."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

import pytest
from pyroaring import BitMap
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from profilegraph.api.runtime.ids import encode_text
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.live import service as watching
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.live import read_keys
from profilegraph.storage.neo4j.database import Database
from profilegraph.web import service
from profilegraph.web.graphql import sockets
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.service import platform_app
from tests.support.following import FOLLOW, SAVE, TAG, WARM, enter, made_live, newest
from tests.support.serving import serving
from tests.support.taxonomies import lose


class Client:
    """One socket of a client."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, **message: Any) -> None:
        await self._socket.send(json.dumps(message))

    async def begin(self, **payload: Any) -> Self:
        await self.send(type="connection_init", payload=payload)
        assert await self.next() == {"type": "connection_ack"}
        return self

    async def ask(self, query: str, id_: str = "1", **variables: Any) -> None:
        await self.send(type="subscribe", id=id_, payload={"query": query, "variables": variables})

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self._socket.recv(), 30))
        return message

    async def closed(self) -> int:
        with pytest.raises(ConnectionClosed) as told:
            await self.next()
        assert told.value.rcvd is not None
        return told.value.rcvd.code


@pytest.fixture
async def address(api: Any) -> AsyncIterator[str]:
    async with serving(platform_app(api.platform, lambda: api.now)) as address:
        yield address.replace("http", "ws") + "/graphql"


@pytest.fixture
async def key(api: Any) -> str:
    return await create_key(api.platform.database, "Front end", datetime(2026, 1, 1, tzinfo=UTC))


@asynccontextmanager
async def opened(address: str, **options: Any) -> AsyncIterator[Client]:
    protocol = Subprotocol(sockets.PROTOCOL)
    async with connect(address, subprotocols=[protocol], proxy=None, **options) as socket:
        yield Client(socket)


@pytest.fixture
async def client(address: str, key: str) -> AsyncIterator[Client]:
    """A client that has said who it is."""
    async with opened(address) as client:
        yield await client.begin(Authorization=f"Bearer {key}")


@pytest.fixture
async def worker(api: Any) -> LiveWorker:
    return await made_live(api)


async def following(client: Client) -> None:
    """Return when the server has taken all messages so far."""
    await client.send(type="ping")
    assert await client.next() == {"type": "pong"}


async def test_who_enters_is_told_with_the_cause_as_it_happens(api, worker, client):
    await enter(api, worker, "before")
    await client.ask(FOLLOW, after=await newest(api))
    for key in ("a", "b"):
        await enter(api, worker, key)
        told = await client.next()
        assert (told["type"], told["id"]) == ("next", "1")
        move = told["payload"]["data"]["segmentMembership"]
        assert move.pop("cursor")
        assert move == {"customer": {"key": key}, "entered": True, "cause": "DATA_CHANGED"}
    await client.send(type="complete", id="1")
    await enter(api, worker, "c")
    await following(client)


async def test_whoever_comes_back_is_told_of_all_since_its_last_cursor(
    api, worker, client, address, key
):
    for one in ("a", "b", "c"):
        await enter(api, worker, one)
    history = await api(
        '{ segment(key: "s") { history(first: 3) { edges { node { customer { key } cursor } } } } }'
    )
    moves = [edge["node"] for edge in history["segment"]["history"]["edges"]]
    assert [move["customer"]["key"] for move in moves] == ["c", "b", "a"]
    await client.ask(FOLLOW, after=moves[2]["cursor"])
    found = [(await client.next())["payload"]["data"]["segmentMembership"] for _ in range(2)]
    assert [one["cursor"] for one in found] == [moves[1]["cursor"], moves[0]["cursor"]]


async def test_who_follows_a_segment_that_breaks_is_told_why_and_goes_on_when_it_is_mended(
    api, worker, client
):
    await enter(api, worker, "a")
    await client.ask(FOLLOW, after=encode_text("move:0.0"))
    last = (await client.next())["payload"]["data"]["segmentMembership"]["cursor"]
    before = await lose(api.platform, "temperature/warm")
    await worker.round(api.now)
    await told_that_it_is_broken(client)
    await client.ask(FOLLOW, after=last)
    await told_that_it_is_broken(client)
    await load_taxonomies(api.platform.database, before)
    await client.ask(FOLLOW, after=last)
    await enter(api, worker, "b")
    move = (await client.next())["payload"]["data"]["segmentMembership"]
    assert (move["customer"]["key"], move["entered"]) == ("b", True)


async def told_that_it_is_broken(client: Client) -> None:
    told = (await client.next())["payload"]
    [error] = told["errors"]
    assert error["message"].startswith("the segment 's' is broken: filter.tags: no ")
    assert error["extensions"]["code"] == "SEGMENT_BROKEN"
    assert error["extensions"]["hint"]
    assert await client.next() == {"id": "1", "type": "complete"}


NAMES = " ".join(f"n{place}: name" for place in range(28))
LARGE = f"""subscription($after: String) {{ segmentMembership(segment: "s", after: $after) {{
  customer {{ key {NAMES} }} }} }}"""


async def test_what_a_subscriber_does_not_read_is_not_read_for_it_either(
    api, worker, key, monkeypatch
):
    many, start = 150, encode_text("move:0.0")
    customers = [Customer(key=f"c{n:03}", name="客" * 500) for n in range(many)]
    tags = [Tagging(customer=one.key, tag="temperature/warm", since=api.now) for one in customers]
    await save(api.platform, [*customers, *tags], api.now)
    await worker.round(api.now)
    named: list[int] = []

    async def counted(database: Database, ordinals: BitMap) -> dict[int, str]:
        named.extend(ordinals)
        return await read_keys(database, ordinals)

    monkeypatch.setattr("profilegraph.services.live.service.read_keys", counted)
    app = platform_app(api.platform, lambda: api.now)
    # 40 KB a message: 6 MB for each of the two, of which the system keeps the least part.
    plain: dict[str, Any] = {"compression": None, "max_queue": 1}
    async with serving(app, send_buffer=65_536) as http:
        address = http.replace("http", "ws") + "/graphql"
        async with opened(address, **plain) as slow, opened(address, **plain) as quick:
            for one in (slow, quick):
                await one.begin(Authorization=f"Bearer {key}")
                await one.ask(LARGE, after=start)
            first = await customer_told(slow)
            told = [await customer_told(quick) for _ in range(many)]
            assert len(named) == many + watching._AT_ONCE
            assert [first] + [await customer_told(slow) for _ in range(many - 1)] == told
            assert told == [one.key for one in customers]


async def customer_told(client: Client) -> str:
    customer: dict[str, str] = (await client.next())["payload"]["data"]["segmentMembership"][
        "customer"
    ]
    return customer["key"]


async def test_a_key_in_the_header_of_the_handshake_will_do(address, key):
    headers = {"Authorization": f"Bearer {key}"}
    async with opened(address, additional_headers=headers) as client:
        await client.begin()


async def test_queries_and_mutations_are_answered_once(api, client):
    await client.ask("{ __typename }")
    told = await client.next()
    assert (told["id"], told["type"]) == ("1", "next")
    assert told["payload"]["data"] == {"__typename": "Query"}
    assert await client.next() == {"id": "1", "type": "complete"}
    await client.ask(SAVE, filter=WARM)
    assert (await client.next())["payload"]["data"] == {"saveSegment": {"key": "s"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { __typename } query b { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment f on Query { __typename }", "OPERATION_RESOLUTION_FAILURE"),
        (
            'subscription { a: segmentMembership(segment: "s") { at } b: segmentMembership(segment: "s") { at } }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{" + "a" * 100_001 + "}", "QUERY_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_run_is_an_error_with_a_code(client, query, code):
    await client.ask(query)
    told = await client.next()
    assert (told["type"], told["id"]) == ("error", "1")
    assert told["payload"][0]["extensions"]["code"] == code
    await following(client)


async def test_a_segment_that_is_not_live_cannot_be_followed(client):
    await client.ask(FOLLOW)
    told = (await client.next())["payload"]
    assert told["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert (await client.next())["type"] == "complete"


async def test_a_key_that_is_not_good_is_sent_away(address):
    async with opened(address) as client:
        await client.send(type="connection_init", payload={"Authorization": "Bearer pg_other"})
        assert await client.closed() == 4403
    async with opened(address) as client:
        await client.send(type="connection_init")
        assert await client.closed() == 4403


async def test_a_key_that_is_revoked_is_told_nothing_more(api, worker, key, monkeypatch):
    monkeypatch.setattr(service, "Authenticator", partial(Authenticator, seconds=0.0))
    await enter(api, worker, "first")
    app = platform_app(api.platform, lambda: api.now)
    async with serving(app) as http, opened(http.replace("http", "ws") + "/graphql") as client:
        await client.begin(Authorization=f"Bearer {key}")
        await client.ask(FOLLOW, after=await newest(api))
        [known] = await list_keys(api.platform.database)
        await revoke_key(api.platform.database, known.id, api.now)
        await enter(api, worker, "a")
        assert await client.closed() == 4403


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"type": "nonsense"}], 4400),
        (["no object"], 4400),
        ([{"type": "subscribe", "id": "1"}], 4400),
        ([{"type": "subscribe", "id": "1", "payload": {"query": 1}}], 4400),
        ([{"type": "connection_init"}], 4429),
    ],
)
async def test_a_client_that_breaks_the_protocol_is_sent_away(client, messages, code):
    for message in messages:
        await client._socket.send(json.dumps(message))
    assert await client.closed() == code


async def test_two_operations_have_different_ids(worker, client):
    await client.ask(FOLLOW)
    await client.ask(FOLLOW)
    assert await client.closed() == 4409


async def test_so_many_operations_run_at_once_and_no_more(worker, client, monkeypatch):
    monkeypatch.setattr(sockets, "MOST_OPERATIONS", 1)
    await client.ask(FOLLOW, "1")
    await client.ask(FOLLOW, "2")
    told = await client.next()
    assert (told["type"], told["id"]) == ("error", "2")
    assert told["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"


async def test_who_does_not_begin_is_sent_away(address, monkeypatch):
    async with opened(address) as client:
        await client.ask("{ __typename }")
        assert await client.closed() == 4401
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.01)
    async with opened(address) as client:
        assert await client.closed() == 4408


async def test_a_page_of_another_site_cannot_open_a_socket(address):
    with pytest.raises(InvalidStatus, match="403"):
        async with opened(address, origin="https://elsewhere.example"):
            pass
    async with opened(address, origin=address.replace("ws", "http").removesuffix("/graphql")):
        pass


async def test_a_page_of_a_site_that_is_named_can_open_a_socket(make_app):
    site = "https://crm.example.com"
    async with serving(make_app(origins=(site,))) as served:
        socket = served.replace("http", "ws") + "/graphql"
        async with opened(socket, origin=site):
            pass
        with pytest.raises(InvalidStatus, match="403"):
            async with opened(socket, origin="https://elsewhere.example"):
                pass


async def test_the_older_protocol_is_refused(address):
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(address, subprotocols=[Subprotocol("graphql-ws")], proxy=None):
            pass


async def test_a_subscription_over_http_says_where_it_belongs(api):
    error = await api.error(FOLLOW)
    assert "WebSocket" in error["message"]


async def test_a_serving_process_watches_by_itself(api, settings, server, key):
    database = await Database.connect(settings, server.uri, server.user, server.password)
    quick = settings.model_copy(update={"watch_seconds": 0.01})
    platform = Platform(quick, database, GraphCache(database), api.platform.host)
    app = platform_app(platform, lambda: api.now)
    await api(SAVE, filter=WARM)
    await api('mutation { setSegmentLive(key: "s") { key } }')
    start = encode_text("move:0.0")
    async with (
        app.router.lifespan_context(app),
        serving(app) as http,
        opened(http.replace("http", "ws") + "/graphql") as client,
    ):
        await client.begin(Authorization=f"Bearer {key}")
        await client.ask(FOLLOW, after=start)
        for one in ("a", "b"):
            await api(TAG, key=one)
            move = (await client.next())["payload"]["data"]["segmentMembership"]
            assert (move["customer"]["key"], move["entered"]) == (one, True)
