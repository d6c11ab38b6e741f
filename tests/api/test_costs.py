"""What a request costs is told and bounded before it runs, and what nobody waits for is ended."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pyroaring import BitMap

from profilegraph.api.live.changes import cursor as cursor_of
from profilegraph.domain.records.customers import Customer, Relation, RelationKind
from profilegraph.engines.bitmap import evaluator as to_bitmap
from profilegraph.engines.bitmap.interruption import check
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.customers.records import save
from profilegraph.services.evaluation import computing
from profilegraph.services.identity.keys import create_key
from profilegraph.services.limits.spending import BASE_POINTS
from profilegraph.services.limits.workers import Abandoned
from profilegraph.services.live.worker import LiveWorker
from profilegraph.services.platform import Platform
from profilegraph.storage.feed.change_feed import newest_offsets
from profilegraph.web.service import platform_app
from tests.support.serving import serving

COUNT = "query ($f: FilterInput!) { segmentPreview(filter: $f) { count } }"
EVERYONE: dict[str, Any] = {"all": []}


def related(steps: int) -> dict[str, Any]:
    return {"related": {"distance": steps, "where": EVERYONE}}


@pytest.fixture
async def indexed(api: Any) -> AsyncIterator[Platform]:
    """The platform with an index, of a hub with some subsidiaries."""
    keys = [f"c{number}" for number in range(40)]
    relations = [Relation(customer=one, other="c0", kind=RelationKind.PARENT) for one in keys[1:]]
    await save(api.platform, [*(Customer(key=one, name=one) for one in keys), *relations], api.now)
    cache = GraphCache(api.platform.database, 2**30)
    await cache.indexed()
    yield replace(api.platform, cache=cache)
    await cache.close()


@asynccontextmanager
async def served(api: Any, platform: Platform, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a platform with some other settings; yields a client with a key."""
    settings = platform.settings.model_copy(update=changed)
    app = platform_app(replace(platform, settings=settings), lambda: api.now)
    key = await create_key(platform.database, "front end", api.now)
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client,
    ):
        yield client


async def ask(client: httpx.AsyncClient, query: str, **variables: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, "variables": variables})


async def test_each_answer_says_what_it_cost_and_what_is_left(api: Any, indexed: Platform) -> None:
    async with served(api, indexed) as client:
        nothing = (await ask(client, "{ __typename }")).json()
        count = (await ask(client, COUNT, f=related(1))).json()
        far = (await ask(client, COUNT, f=related(5))).json()
        page = (await ask(client, "{ customers(first: 100) { edges { node { key } } } }")).json()
    assert count["data"] == far["data"] == {"segmentPreview": {"count": 40}}
    costs = [one["extensions"]["cost"] for one in (nothing, count, far, page)]
    prices = [one["price"] for one in costs]
    assert prices[0] == BASE_POINTS
    assert BASE_POINTS <= prices[1] < prices[2]
    assert prices[3] > prices[0]
    assert {one["maximum"] for one in costs} == {indexed.settings.request_points}
    left = [one["remaining"] for one in costs]
    assert left == sorted(left, reverse=True)
    assert left[0] - left[-1] >= sum(prices[1:]) - 0.1


async def test_what_costs_too_much_is_refused_before_it_is_begun(
    api: Any, indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated: list[object] = []
    members = to_bitmap.Evaluator._members

    def noting(self: Any, node: Any) -> BitMap:
        evaluated.append(node)
        return members(self, node)

    monkeypatch.setattr(to_bitmap.Evaluator, "_members", noting)
    async with served(api, indexed, request_points=BASE_POINTS + 0.03) as client:
        cheap = (await ask(client, COUNT, f=EVERYONE)).json()
        assert cheap["data"] == {"segmentPreview": {"count": 40}}
        evaluated.clear()
        [error] = (await ask(client, COUNT, f=related(5))).json()["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"
    assert "at most 1 are allowed" in error["message"]
    assert evaluated == []


async def test_a_long_answer_is_refused_before_a_resolver_runs(api: Any, indexed: Platform) -> None:
    page = "{ customers(first: 1000) { edges { node { key tags { since } } } } }"
    async with served(api, indexed, request_points=100) as client:
        response = await ask(client, page)
    assert response.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"
    assert "data" not in response.json()


async def test_a_key_that_has_used_up_its_minute_is_told_when_to_come_again(
    api: Any, indexed: Platform
) -> None:
    async with served(api, indexed, points_per_minute=3) as client:
        answers = [await ask(client, "{ __typename }") for _ in range(4)]
        other = await create_key(indexed.database, "another", api.now)
        headers = {"Authorization": f"Bearer {other}"}
        unharmed = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    [error] = answers[-1].json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert 1 <= error["extensions"]["retryAfter"] <= 60
    assert answers[-1].headers["Retry-After"] == str(error["extensions"]["retryAfter"])
    assert unharmed.json()["data"] == {"__typename": "Query"}


async def test_a_download_is_paid_for_by_the_same_key(api: Any, indexed: Platform) -> None:
    labels = {"zhCN": "全部", "en": "All"}
    await api(
        "mutation ($l: LabelsInput!, $f: FilterInput!) {"
        ' saveSegment(input: {key: "all", labels: $l, filter: $f}) { key } }',
        l=labels,
        f=EVERYONE,
    )
    async with served(api, indexed, points_per_minute=3) as client:
        files = [await client.get("/export/segments/all.csv") for _ in range(4)]
    assert files[0].status_code == 200
    assert files[0].text.count("\n") == 41
    assert files[-1].status_code == 429
    assert files[-1].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert 1 <= int(files[-1].headers["Retry-After"]) <= 60


async def test_a_question_of_the_graph_is_priced_by_its_size(api: Any, indexed: Platform) -> None:
    """There is no index of the past."""
    asked = "query ($f: FilterInput!) { segmentPreview(filter: $f, asOf: %s) { count } }"
    then = asked % json.dumps("2026-02-01T00:00:00Z")
    tags: dict[str, Any] = {"all": [{"people": {}}, {"opportunity": {}}]}
    plain = await GraphCache(indexed.database).sizes()
    assert (plain.customers, plain.nodes > 40) == (40, True)
    async with served(api, indexed) as client:
        small = (await ask(client, then, f=EVERYONE)).json()["extensions"]["cost"]["price"]
        large = (await ask(client, then, f=tags)).json()["extensions"]["cost"]["price"]
    async with served(api, indexed, request_points=small) as client:
        [error] = (await ask(client, then, f=tags)).json()["errors"]
    assert small < large
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"


class Endless:
    """Evaluates each filter for ever, as long as somebody waits."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.ended_by: list[BaseException] = []

    def __call__(self, _: object, __: object) -> BitMap:
        self.begun.set()
        try:
            while True:
                check()
        except BaseException as error:
            self.ended_by.append(error)
            self.ended.set()
            raise


async def asked_and_gone(client: httpx.AsyncClient, until: Callable[[], Any]) -> None:
    """Ask for a count on a connection of its own, and close it after something has happened."""
    place = urlsplit(str(client.base_url))
    body = json.dumps({"query": COUNT, "variables": {"f": related(2)}}).encode()
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: {client.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    assert await asyncio.to_thread(until)
    writer.close()
    await writer.wait_closed()
    assert not await reader.read()


async def test_what_is_computed_for_a_client_that_is_gone_is_ended(
    api: Any, indexed: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Endless()
    monkeypatch.setattr(to_bitmap.Evaluator, "_members", lambda one, node: endless(one, node))
    monkeypatch.setattr(computing, "LITTLE", 0)
    async with served(api, indexed) as client:
        await asked_and_gone(client, lambda: endless.begun.wait(30))
        assert await asyncio.to_thread(endless.ended.wait, 30)
        assert [type(one) for one in endless.ended_by] == [Abandoned]
        monkeypatch.undo()
        assert (await ask(client, COUNT, f=EVERYONE)).status_code == 200


async def test_many_objects_in_a_body_are_refused_before_they_are_read(
    api: Any, indexed: Platform
) -> None:
    body = b'{"query": "{ __typename }", "variables": {"x": [' + b"{}," * 50_000 + b"{}]}}"
    async with served(api, indexed) as client:
        headers = {"Content-Type": "application/json"}
        response = await client.post("/graphql", content=body, headers=headers)
    assert response.status_code == 400
    assert "more than 20,000 objects and lists" in response.json()["errors"][0]["message"]


async def test_the_events_of_a_subscription_are_paid_for_until_the_minute_is_used_up(
    api: Any, indexed: Platform
) -> None:
    follow = 'subscription ($a: String) { customerChanged(keys: ["c1"], after: $a) { customer { key } } }'
    worker = LiveWorker(indexed)
    await worker.round(api.now)
    before = cursor_of((await newest_offsets(indexed.database)).offsets.position)
    told: list[dict[str, Any]] = []
    async with served(api, indexed, points_per_minute=2) as client:
        headers = {"Accept": "text/event-stream"}
        body = {"query": follow, "variables": {"a": before}}
        async with client.stream("POST", "/graphql", json=body, headers=headers) as response:
            lines = response.aiter_lines()
            for number in range(5):
                await save(indexed, [Customer(key="c1", name=f"name {number}")], api.now)
                await worker.round(api.now)
                told.append(await next_result(lines))
                if "errors" in told[-1]:
                    break
    assert told[0]["data"] == {"customerChanged": {"customer": {"key": "c1"}}}
    assert told[-1]["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def next_result(lines: AsyncIterator[str]) -> dict[str, Any]:
    """Return the data of the next event that has some."""
    while not (line := await anext(lines)).startswith("data: {"):
        pass
    result: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return result
