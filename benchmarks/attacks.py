"""What an attacker with a valid key, or with none, sends again and again."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import combinations
from typing import Any, TypeAlias

from benchmarks.http import operation
from benchmarks.hub import DIMENSIONS, KINDS, TAGS

PATIENCE = 15.0
"""Seconds after which an attacker gives an answer up."""
WATCHED = 100
SUBSCRIPTIONS = 8
"""Of each of the eight connections: 64 in all, which is what one key may have open."""
_CODE = re.compile(rb'"code":\s*"([A-Z_]+)"')
_PREVIEW = "query ($f: FilterInput!) { segmentPreview(filter: $f) { %s } }"
_PAST = "query ($f: FilterInput!, $at: DateTime) { segmentPreview(filter: $f, asOf: $at) { %s } }"
_OVERLAP = "segmentOverlap(filters: $f) { union }"
_CHANGED = (
    "subscription ($keys: [String!]!) { customerChanged(keys: $keys) { customer {"
    " key name tags { tag { key label } since } events(first: 20) { type at } } } }"
)
_TAG = (
    "mutation ($c: [String!]!, $t: String!) { tagCustomers(customers: $c, tags: [{tag: $t}])"
    " { key } }"
)
_EVERYONE: dict[str, Any] = {"all": []}


class Attacker:
    """One connection of a flood, and what became of all that it sent."""

    def __init__(self, port: int, key: str, number: int) -> None:
        self.port = port
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        self.number = number
        self.turn = number * 100_000
        """Never the same for two requests of a flood, so that no answer is remembered."""
        self.answers: list[tuple[str, float]] = []
        """A code, or the status of what has none, and how many seconds it took."""
        self.held: list[socket.socket] = []
        """Connections that stay open until the flood is over."""
        self._connection: HTTPConnection | None = None

    def send(self, body: bytes, method: str = "POST", path: str = "/graphql") -> None:
        """Send one request and read its answer; a connection that the server closes is opened anew."""
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        began = time.perf_counter()
        try:
            self._connection.request(method, path, body, self.headers)
            response = self._connection.getresponse()
            outcome = outcome_of(response.status, response.read())
        except (OSError, HTTPException) as fault:
            self.close()
            outcome = type(fault).__name__
        self.answers.append((outcome, time.perf_counter() - began))

    def close(self) -> None:
        """Close the connection of requests."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def end(self) -> None:
        """Close everything."""
        self.close()
        for one in self.held:
            one.close()

    def opened(self) -> socket.socket:
        """Return a new connection with as small a buffer for what it receives as the system allows."""
        found = socket.socket()
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        found.settimeout(PATIENCE)
        found.connect(("127.0.0.1", self.port))
        return found

    def head(self, request: str, **more: str) -> bytes:
        """Return the head of a request that is written by hand."""
        headers = {"Host": f"127.0.0.1:{self.port}", **self.headers, **more}
        lines = [f"{request} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode()


Act: TypeAlias = Callable[[Attacker], None]


@dataclass(frozen=True)
class Flood:
    """What each connection does until the time is up."""

    name: str
    act: Act
    large: bool = field(default=False, kw_only=True)
    """Whether it is also tried on a hub of 50,000."""
    once: bool = field(default=False, kw_only=True)
    """Whether it is only measured alone: another one floods with what takes as much or more."""
    alone: bool = field(default=True, kw_only=True)
    """Whether what it takes alone can be measured: it is one request and its answer."""


def outcome_of(status: int, body: bytes) -> str:
    """Return the code of the first error of an answer, `ok`, or the status."""
    if b'"errors"' in body and (found := _CODE.search(body)):
        return found[1].decode()
    return "ok" if status == 200 else str(status)


def posting(body: Callable[[int], bytes]) -> Act:
    """Return what sends a request that is made for each turn."""

    def act(attacker: Attacker) -> None:
        attacker.turn += 1
        attacker.send(body(attacker.turn))

    return act


def floods() -> Iterator[Flood]:
    """Yield all floods, plain work as the first, for a measure of what eight connections take."""
    yield Flood("plain counts", posting(lambda n: operation(_PREVIEW % "count", {"f": _tag(n)})))
    yield from _filters()
    yield from _multiplying()
    yield from _large()
    yield Flood("subscriptions on WebSockets that are never read", stalled_sockets, alone=False)
    yield Flood("subscriptions on event streams that are never read", stalled_streams, alone=False)
    yield Flood("100 sequences, and gone after 20 ms", leaving, alone=False)
    yield Flood("keys that nobody has", with_bad_keys)
    yield Flood("connections that send one byte at a time", dripping, alone=False)


def _filters() -> Iterator[Flood]:
    def preview(fields: str, make: Callable[[int], Any]) -> Act:
        return posting(lambda n: operation(_PREVIEW % fields, {"f": make(n)}))

    yield Flood("100 sequences", preview("count", sequences))
    yield Flood("waterfall of 100 sequences", preview("waterfall { total }", sequences))
    yield Flood("related, distance 5, at least 1 to 5", preview("count", related), large=True)
    yield Flood("related in related, 6 levels", preview("count", nested), large=True)
    near = {"related": {"distance": 2, "where": _EVERYONE, "atLeast": 2_999}}
    yield Flood("related, distance 2, at least 2999", preview("count", lambda _: near), once=True)
    texts = {"attribute": {"key": "slogan", "text": {"in": [f"text {n}" for n in range(1_000)]}}}
    yield Flood("one of 1,000 texts", preview("count", lambda _: texts), once=True)

    def overlaps(n: int) -> bytes:
        three = [sequences(n + 1_000 * part) for part in range(3)]
        twice = f"query ($f: [FilterInput!]) {{ a: {_OVERLAP} b: {_OVERLAP} }}"
        return operation(twice, {"f": three})

    yield Flood("2 overlaps of 3 × 100 sequences", posting(overlaps))

    def past(n: int) -> bytes:
        at = f"2026-02-01T00:00:00.{n % 1_000_000:06}Z"
        return operation(_PAST % "count", {"f": sequences(n, 30), "at": at})

    yield Flood("30 sequences as of a past moment", posting(past))


def _multiplying() -> Iterator[Flood]:
    aliases = " ".join(f"a{number}: filter" for number in range(30))
    told = f"breakdown {{ buckets {{ {aliases} }} }}"
    few = {"all": [{"not": _tag(n)} for n in range(3)]}
    long = {"all": [{"any": [_tag(n)] * 1} for n in range(90)]}
    wide = {"all": [{"tags": {"dimension": "one", "anyOf": ["t1"] * 200}}] * 90}
    for name, f in (("100 KB filter", wide), ("long filter", long), ("short filter", few)):
        body = operation(_PREVIEW % told, {"f": f})
        yield Flood(f"a {name}, told 30 times a bucket", posting(lambda _, body=body: body))  # type: ignore[misc]
    levels = ", ".join(f'{{dimension: "{one}"}}' for one in DIMENSIONS)
    tree = f"split(levels: [{levels}]) {{ total {_splits(len(DIMENSIONS))} }}"
    yield Flood(
        f"split by {TAGS}⁴ tags", posting(lambda n: operation(_PREVIEW % tree, {"f": _tag(n)}))
    )
    every = "".join(
        f'c{n}: crossTable(rows: "{rows}", columns: "{columns}")'
        " { rows { count cells { count } } } "
        for n, (rows, columns) in enumerate(combinations(DIMENSIONS, 2))
    )
    yield Flood("cross tables of all dimensions", posting(lambda _: operation(f"{{ {every} }}")))
    nested_lists = "key"
    for _ in range(2):
        nested_lists = f"key relations {{ customer {{ {nested_lists} }} }}"
    hub = f'{{ customer(key: "c0") {{ {nested_lists} }} }}'
    yield Flood("relations of relations of the hub", posting(lambda _: operation(hub)))
    thousand = "key events(first: 1000) { person { department { decisionMakers { key } } } }"
    multiplied = f"{{ customers(first: 1000) {{ edges {{ node {{ {thousand} }} }} }} }}"
    yield Flood("1,000 events of 1,000 customers", posting(lambda _: operation(multiplied)))
    deep = "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }"
    yield Flood("introspection, nested", posting(lambda _: operation(deep)))
    full = "{ __schema { types { name description fields { name description args { name"
    full += " description type { name ofType { name } } } } inputFields { name description } } } }"
    yield Flood("introspection of everything", posting(lambda _: operation(full)))
    bomb = "{ ...F0 } " + "".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(90)
    )
    bomb += "fragment F90 on Query { __typename }"
    yield Flood("a bomb of 90 fragments", posting(lambda _: operation(bomb)))
    pairs = "{ viewer { " + "employee { key } " * 480 + "} }"
    yield Flood("one field 480 times", posting(lambda _: operation(pairs)), once=True)
    spreads = "".join(f"...F{n} " for n in range(200))
    fragments = "".join(f"fragment F{n} on Viewer {{ name }}" for n in range(200))
    spread = operation("{ viewer { " + spreads + "} }" + fragments)
    yield Flood("200 fragments", posting(lambda _: spread), once=True)
    named = "".join(f"query Q{n} {{ ...F }} " for n in range(200))
    many = operation(named + "fragment F on Query { viewer { name } }")
    yield Flood("200 operations", posting(lambda _: many), once=True)


def _splits(levels: int) -> str:
    inside = ""
    for _ in range(levels):
        inside = f"branches {{ count {inside} }}"
    return inside


def _large() -> Iterator[Flood]:
    many = operation(_PREVIEW % "count", {"f": {"all": [_tag(1)] * 9_000}})
    yield Flood("9,000 conditions", posting(lambda _: many))
    heap = operation("{ __typename }", {"heap": list(range(130_000))})
    yield Flood("1 MB of variables", posting(lambda _: heap))
    objects = operation("{ __typename }", {"heap": [[{}]] * 170_000})
    yield Flood("1 MB of empty objects", posting(lambda _: objects))
    page = "{ customers(first: 1000) { edges { node { key name createdAt tags { since } } } } }"
    yield Flood("the largest page", posting(lambda _: operation(page)))

    def sorted_page(n: int) -> bytes:
        query = (
            "query ($s: String, $n: Int!) { customers(first: $n, search: $s,"
            ' orderBy: {attribute: "slogan"}) { totalCount edges { node { key events { at } } } } }'
        )
        return operation(query, {"s": "c", "n": 400 + n % 9})

    yield Flood("a sorted page with events", posting(sorted_page))


def sequences(turn: int, many: int = 100) -> dict[str, Any]:
    """Return a filter of sequences that no other turn has."""
    return {
        "any": [
            {
                "sequence": {
                    "first": {"type": KINDS[0]},
                    "then": {"type": KINDS[1]},
                    "withinDays": 1 + (turn * many + number) % 3_000,
                }
            }
            for number in range(many)
        ]
    }


def related(turn: int) -> dict[str, Any]:
    """Return a filter of all that is related to each customer, five times counted."""
    leaves = [
        {"related": {"distance": 5, "atLeast": number + turn % 97, "where": _tag(turn + number)}}
        for number in range(1, 6)
    ]
    return {"any": leaves}


def nested(turn: int) -> dict[str, Any]:
    """Return a filter of what is related to what is related, six levels deep."""
    found: dict[str, Any] = _tag(turn)
    for _ in range(6):
        found = {"related": {"distance": 5, "where": found}}
    return found


def _tag(turn: int) -> dict[str, Any]:
    dimension = DIMENSIONS[turn // TAGS % len(DIMENSIONS)]
    return {"tags": {"dimension": dimension, "anyOf": [f"t{turn % TAGS}"]}}


def leaving(attacker: Attacker) -> None:
    """Ask something heavy and hang up before the answer."""
    attacker.turn += 1
    body = operation(_PREVIEW % "count", {"f": sequences(attacker.turn)})
    with attacker.opened() as connection:
        connection.sendall(attacker.head("POST /graphql", **{"Content-Length": str(len(body))}))
        connection.sendall(body)
        time.sleep(0.02)
    attacker.answers.append(("left", 0.02))


def with_bad_keys(attacker: Attacker) -> None:
    """Ask with a key that nobody has, another each time."""
    attacker.headers["Authorization"] = f"Bearer pg_{secrets.token_urlsafe(32)}"
    attacker.send(operation("{ __typename }"))


def dripping(attacker: Attacker) -> None:
    """Hold as many connections as are allowed, each a byte further in its head every second."""
    if len(attacker.held) < 60:
        connection = attacker.opened()
        connection.sendall(b"POST /graphql HTTP/1.1\r\nX: ")
        attacker.held.append(connection)
        return
    for one in attacker.held:
        try:
            one.send(b"x")
            attacker.answers.append(("held", 0.0))
        except OSError as fault:
            attacker.answers.append((type(fault).__name__, 0.0))
    time.sleep(1)


def stalled_streams(attacker: Attacker) -> None:
    """Subscribe by event streams that are never read, then change what they tell of."""
    if attacker.held:
        return _change(attacker)
    body = operation(_CHANGED, {"keys": _watched()})
    more = {"Content-Length": str(len(body)), "Accept": "text/event-stream"}
    for _ in range(SUBSCRIPTIONS):
        connection = attacker.opened()
        connection.sendall(attacker.head("POST /graphql", **more) + body)
        attacker.held.append(connection)
    return None


def stalled_sockets(attacker: Attacker) -> None:
    """Subscribe on a WebSocket that is never read, then change what it tells of."""
    if attacker.held:
        return _change(attacker)
    connection = attacker.opened()
    handshake = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "graphql-transport-ws",
    }
    connection.sendall(attacker.head("GET /graphql", **handshake))
    answer = connection.recv(4_096)
    attacker.answers.append(("open" if b" 101 " in answer else answer[9:12].decode(), 0.0))
    connection.sendall(frame({"type": "connection_init"}))
    payload = {"query": _CHANGED, "variables": {"keys": _watched()}}
    for number in range(SUBSCRIPTIONS):
        connection.sendall(frame({"type": "subscribe", "id": str(number), "payload": payload}))
    attacker.held.append(connection)
    return None


def frame(message: dict[str, Any]) -> bytes:
    """Return a message as a masked text frame of a WebSocket."""
    text = json.dumps(message).encode()
    length = (
        bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
    )
    return b"\x81" + length + bytes(4) + text  # masked by zeros


def _watched() -> list[str]:
    return [f"c{number}" for number in range(1, WATCHED + 1)]


def _change(attacker: Attacker) -> None:
    attacker.turn += 1
    tag = f"one/t{attacker.turn % TAGS}"
    attacker.send(operation(_TAG, {"c": _watched(), "t": tag}))
