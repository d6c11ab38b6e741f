"""A live segment over all customers: how soon its followers hear of one changed customer."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.data import NOW, Customers, customer_key
from benchmarks.graph import INSIDE, OUTSIDE, REVENUE
from benchmarks.http import GraphQLClient, operation
from profilegraph.api.runtime.ids import encode_text
from profilegraph.domain.records.customers import Tagging
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform

PAUSE = "0.01"
"""Seconds between a serving process's looks at what changed; by default 1, which would hide the rest."""
SEGMENT = "bench_live"
MUCH = 1_000
"""Who has more revenue is a member: about half of all customers."""
MOVED = 24
"""Customers of whom each enters and leaves once."""
WARM = 8
"""Moves that are not counted: until the segment is followed, and Neo4j has compiled what is asked."""
HEARD_SECONDS = 60.0

DIMENSION, NAME = INSIDE.split("/")
FILTER = {
    "any": [
        {"attribute": {"key": REVENUE, "number": {"gt": MUCH}}},
        {"tags": {"dimension": DIMENSION, "anyOf": [NAME]}},
    ]
}
SAVE = operation(
    "mutation ($key: String!, $filter: FilterInput!) {"
    ' saveSegment(input: {key: $key, labels: {zhCN: "活动人群", en: "Live"}, filter: $filter,'
    ' note: ""}) { key }'
    " setSegmentLive(key: $key, onChange: true, schedule: null) { live { size } } }",
    {"key": SEGMENT, "filter": FILTER},
)
DELETE = operation("mutation ($key: String!) { deleteSegment(key: $key) }", {"key": SEGMENT})
FOLLOW = (
    "subscription ($key: String!, $after: String!) {"
    " segmentMembership(segment: $key, after: $after) { customer { key } entered } }"
)
BEGINNING = encode_text("move:0.0")

Move = tuple[str, bool]
"""A customer's key, and whether it entered."""


async def change_ms(platform: Platform, port: int, key: str, customers: Customers) -> float:
    """Return the milliseconds from a commit's acknowledgement until a follower hears of it, the median.

    This process writes, one customer's tag at a time; the server, whose PROFILEGRAPH_WATCH_SECONDS
    is `PAUSE`, evaluates and tells. Raises RuntimeError where what it tells is wrong.
    """
    with GraphQLClient(port, key=key) as client:
        size = client.send(SAVE)["setSegmentLive"]["live"]["size"]
        members = int((customers.revenue > MUCH).sum())
        if size != members:
            raise RuntimeError(f"the live segment has {size} members instead of {members}")
        try:
            async with _following(port, key) as socket:
                times = [await _heard_ms(platform, socket, move) for move in _moves(customers)]
        finally:
            client.send(DELETE)
    return statistics.median(times[WARM:])


def _moves(customers: Customers) -> Iterator[Move]:
    outside = (customers.revenue <= MUCH).nonzero()[0]
    step = max(1, len(outside) // MOVED)
    for number in outside[::step][:MOVED].tolist():
        yield customer_key(number), True
        yield customer_key(number), False


async def _heard_ms(platform: Platform, socket: ClientConnection, move: Move) -> float:
    customer, entered = move
    # Each word is later than the one before it, which it then takes the place of.
    since = NOW if entered else NOW + timedelta(minutes=1)
    tagging = Tagging(customer=customer, tag=INSIDE if entered else OUTSIDE, since=since)
    await save(platform, [tagging], since)
    acknowledged = time.perf_counter()
    told = (await _received(socket))["payload"]["data"]["segmentMembership"]
    taken = (time.perf_counter() - acknowledged) * 1_000
    if told != {"customer": {"key": customer}, "entered": entered}:
        raise RuntimeError(f"the live segment told of {told} instead of {move}")
    return taken


@asynccontextmanager
async def _following(port: int, key: str) -> AsyncIterator[ClientConnection]:
    """Yield a socket that tells of each move, by the sub-protocol graphql-transport-ws."""
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers={"Authorization": f"Bearer {key}"},
        proxy=None,
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await _received(socket)
        asked = {"query": FOLLOW, "variables": {"key": SEGMENT, "after": BEGINNING}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
        yield socket


async def _received(socket: ClientConnection) -> Any:
    async with asyncio.timeout(HEARD_SECONDS):
        message = json.loads(await socket.recv())
    if message["type"] not in ("connection_ack", "next"):
        raise RuntimeError(f"the subscription failed: {message}")
    return message
