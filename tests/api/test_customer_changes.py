"""Watched customers followed over a socket: what is written of them, and of nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from profilegraph.api.live.changes import cursor as cursor_of
from profilegraph.api.runtime.ids import decode_text, encode_text
from profilegraph.language.nodes import Tags
from profilegraph.services.identity.keys import create_key
from profilegraph.services.live.customer_changes import customer_changes
from profilegraph.services.live.recent_changes import RecentChanges
from profilegraph.services.live.worker import LiveWorker
from profilegraph.storage.feed.change_feed import CommittedChange, newest_offsets
from profilegraph.storage.feed.follower import FeedChanges
from profilegraph.web.service import platform_app
from tests.api.test_subscriptions import Client, following, opened
from tests.support.following import TAG, WARM
from tests.support.serving import serving

WATCH = """
subscription($keys: [String!]!, $filter: FilterInput, $after: String) {
  customerChanged(keys: $keys, filter: $filter, after: $after) {
    customer { key name tags { tag { key } } } cursor
  }
}
"""
NAME = "mutation($key: String!, $name: String) { saveCustomer(input: {key: $key, name: $name}) { key } }"
UNTAG = 'mutation($key: String!) { untagCustomers(customers: [$key], tags: ["temperature/warm"]) { key } }'
WRITES = [
    NAME,
    TAG,
    """mutation($key: String!) { recordEvents(events: [{key: $key, customer: $key, type: "visit_page",
      at: "2026-02-20T09:00:00Z", content: "pricing"}]) { key } }""",
    """mutation($key: String!) { saveDecisionMaker(input: {key: $key, customer: $key, name: "李",
      role: DECIDER}) { key } }""",
    'mutation($key: String!) { saveDepartment(input: {key: $key, customer: $key, name: "IT"}) { key } }',
]


@pytest.fixture
async def worker(api: Any) -> LiveWorker:
    """What finds changes, of none of which it has been told yet."""
    worker = LiveWorker(api.platform)
    await worker.round(api.now)
    return worker


@pytest.fixture
async def client(api: Any) -> AsyncIterator[Client]:
    key = await create_key(api.platform.database, "Front end", datetime(2026, 1, 1, tzinfo=UTC))
    async with (
        serving(platform_app(api.platform, lambda: api.now)) as http,
        opened(http.replace("http", "ws") + "/graphql") as client,
    ):
        yield await client.begin(Authorization=f"Bearer {key}")


async def start(api: Any, worker: LiveWorker) -> str:
    """Return the cursor of the last change of all."""
    await write(api, worker, NAME, key="a", name="A")
    return cursor_of((await newest_offsets(api.platform.database)).offsets.position)


async def drained(client: Client) -> None:
    """Take all messages up to the answer to a ping."""
    await client.send(type="ping")
    while (await client.next())["type"] != "pong":
        pass


def change(message: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"]["customerChanged"]
    return found


async def write(api: Any, worker: LiveWorker, mutation: str, **variables: Any) -> None:
    await api(mutation, **variables)
    await worker.round(api.now)


async def test_whatever_is_written_of_a_watched_customer_is_told_as_it_happens(api, worker, client):
    cursor = await start(api, worker)
    await client.ask(WATCH, keys=["a", "b"], after=cursor)
    await drained(client)
    for mutation in WRITES:
        await write(api, worker, mutation, key="other")
        await write(api, worker, mutation, key="a")
        told = change(await client.next())
        assert told["customer"]["key"] == "a"
    await write(api, worker, UNTAG, key="a")
    assert change(await client.next())["customer"]["tags"] == []
    await following(client)


async def test_without_a_cursor_what_happens_from_now_on_is_told(api, worker, client):
    await write(api, worker, NAME, key="a", name="before")
    await client.ask(WATCH, keys=["a"])
    told = asyncio.create_task(client.next())
    while not told.done():  # it is not known when the server begins to watch
        await write(api, worker, NAME, key="a", name="after")
    assert change(await told)["customer"]["name"] == "after"


async def test_who_comes_back_is_told_of_all_since_its_last_cursor_and_of_nothing_before(
    api, worker, client
):
    cursor = await start(api, worker)
    await write(api, worker, NAME, key="b", name="before")
    await client.ask(WATCH, "1", keys=["b"], after=cursor)
    seen = change(await client.next())
    assert seen["customer"]["name"] == "before"
    await client.send(type="complete", id="1")
    await write(api, worker, NAME, key="c", name="meanwhile")
    await client.ask(WATCH, "2", keys=["b", "c"], after=seen["cursor"])
    assert change(await client.next())["customer"]["name"] == "meanwhile"
    await following(client)


async def test_changes_that_come_together_are_each_told_and_none_is_lost_between_two_of_them(
    api, worker, client
):
    cursor = await start(api, worker)
    both = """mutation { a: saveCustomer(input: {key: "a"}) { key } b: saveCustomer(input: {key: "b"}) { key }
      c: saveCustomer(input: {key: "b", name: "again"}) { key } }"""
    await write(api, worker, both)
    await client.ask(WATCH, "1", keys=["b", "a"], after=cursor)
    first, second = change(await client.next()), change(await client.next())
    assert (first["customer"]["key"], second["customer"]["key"]) == ("b", "a")
    await client.ask(WATCH, "2", keys=["b", "a"], after=first["cursor"])
    assert [change(await client.next())["customer"]["key"] for _ in range(2)] == ["b", "a"]
    await client.ask(WATCH, "3", keys=["b", "a"], after=second["cursor"])
    await following(client)


async def test_a_customer_is_told_of_that_did_not_exist_when_it_was_watched(api, worker, client):
    cursor = await start(api, worker)
    await client.ask(WATCH, keys=["new"], after=cursor)
    await drained(client)
    await write(api, worker, NAME, key="new", name="New")
    assert change(await client.next())["customer"]["name"] == "New"


async def test_with_a_filter_only_who_matches_is_told_of(api, worker, client):
    cursor = await start(api, worker)
    await client.ask(WATCH, keys=["a", "b"], filter=WARM, after=cursor)
    await write(api, worker, NAME, key="a", name="cold")
    await write(api, worker, TAG, key="b")
    assert change(await client.next())["customer"]["key"] == "b"


async def test_who_matched_before_a_change_and_not_after_it_is_not_told_of(api, worker):
    begin = (await newest_offsets(api.platform.database)).offsets.position
    warm = Tags("temperature", any_of=("warm",))
    changes = customer_changes(api.platform, ["a", "b"], begin, lambda: api.now, warm)
    async with aclosing(changes):
        for leaving, entering in (("a", "b"), ("b", "a")):
            await write(api, worker, TAG, key=leaving)
            await write(api, worker, UNTAG, key=leaving)
            await write(api, worker, TAG, key=entering)
            told = await asyncio.wait_for(anext(changes), 30)
            assert told.customer == entering


async def test_where_the_feeds_do_not_reach_back_all_watched_customers_are_told_of(
    api, worker, client
):
    cursor = await start(api, worker)
    await write(api, worker, NAME, key="b", name="B")
    _, numbers = decode_text(cursor).split(",", 1)
    replaced = encode_text(f"change:{'0' * 16},{numbers}")
    await client.ask(WATCH, "1", keys=["b", "nobody", "a"], after=replaced)
    told = [change(await client.next()) for _ in range(2)]
    assert [one["customer"]["key"] for one in told] == ["b", "a"]
    await client.ask(WATCH, "2", keys=["b", "nobody", "a"], after=told[0]["cursor"])
    assert [change(await client.next())["customer"]["key"] for _ in range(2)] == ["b", "a"]
    await client.ask(WATCH, "3", keys=["b", "nobody", "a"], after=told[1]["cursor"])
    await following(client)


@pytest.mark.parametrize("kept", [0, 1])
async def test_who_is_behind_what_the_process_keeps_misses_nothing(api, worker, kept):
    narrow = replace(api.platform, recent_changes=RecentChanges(kept))
    watching = LiveWorker(narrow)
    changes = customer_changes(narrow, ["a", "b"], None, lambda: api.now)
    async with aclosing(changes):
        told = asyncio.create_task(anext(changes))
        while not told.done():
            await write(api, watching, NAME, key="a", name="A")
        for key in ("b", "other", "other", "other"):
            await write(api, watching, NAME, key=key, name="B")
        customers = {(await told).customer}
        while "b" not in customers:  # the last write of `a` may be told once more
            customers.add((await asyncio.wait_for(anext(changes), 30)).customer)
        assert customers == {"a", "b"}


@pytest.mark.parametrize(
    ("variables", "code", "where"),
    [
        ({"keys": []}, "INVALID_INPUT", "keys"),
        ({"keys": [f"c{n}" for n in range(101)]}, "INVALID_INPUT", "keys"),
        ({"keys": [" "]}, "INVALID_INPUT", "keys"),
        ({"keys": ["a"], "after": encode_text("move:1.0")}, "INVALID_INPUT", "after"),
        ({"keys": ["a"], "after": "?"}, "INVALID_INPUT", "after"),
        (
            {"keys": ["a"], "filter": {"tags": {"dimension": "none", "anyOf": ["x"]}}},
            "INVALID_FILTER",
            None,
        ),
    ],
)
async def test_what_cannot_be_watched_is_refused(worker, client, variables, code, where):
    await client.ask(WATCH, **variables)
    [error] = (await client.next())["payload"]["errors"]
    assert error["extensions"]["code"] == code
    assert where is None or error["extensions"]["where"] == where


def found(*customers: int) -> FeedChanges:
    """Return what a poll finds that finds one change."""
    change = CommittedChange(0, 1, customers, frozenset())
    return FeedChanges(None, (change,))  # type: ignore[arg-type]  # nobody looks


def test_recent_changes_are_those_after_a_count_while_they_are_kept():
    recent = RecentChanges(kept=2)
    one, two, three = found(1), found(2), found(3)
    waiting = recent.signal.next_event()
    recent.add(FeedChanges(None))  # type: ignore[arg-type]  # it has found nothing
    assert (recent.count, waiting.is_set()) == (0, False)
    recent.add(one)
    assert (recent.since(0), recent.since(1), waiting.is_set()) == ((one,), (), True)
    recent.add(two)
    recent.add(three)
    assert (recent.since(1), recent.since(3)) == ((two, three), ())
    assert recent.since(0) is None
