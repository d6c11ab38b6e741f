"""A connection of an attacker, and what it does beside sending one request after the other."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import socket
import struct
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import Any, TypeAlias

from benchmarks.http import operation
from benchmarks.hub import TAGS

PATIENCE = 15.0
"""Seconds after which an attacker gives an answer up."""
WATCHED = 100
SUBSCRIPTIONS = 8
"""Of each of the eight connections: 64 in all, which is what one key may have open."""
LEAVING_SECONDS = 0.02
DRIPPING = 60
"""Connections that each of the eight holds open, with a head that is never complete."""
_CODE = re.compile(rb'"code":\s*"([A-Z_]+)"')
_PRICE = re.compile(rb'"cost":\s*\{"price":\s*([0-9.]+)')
_CHANGED = (
    "subscription ($keys: [String!]!) { customerChanged(keys: $keys) { customer {"
    " key name tags { tag { key label } since } events(first: 20) { type at } } } }"
)
_TAG = (
    "mutation ($c: [String!]!, $t: String!) { tagCustomers(customers: $c, tags: [{tag: $t}])"
    " { key } }"
)


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
        self.price: float | None = None
        """Of the newest answer that says it."""
        self._connection: HTTPConnection | None = None

    def send(self, body: bytes, method: str = "POST", path: str = "/graphql") -> None:
        """Send one request and read its answer; a connection that the server closes is opened anew."""
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        began = time.perf_counter()
        try:
            self._connection.request(method, path, body, self.headers)
            response = self._connection.getresponse()
            text = response.read()
            outcome = outcome_of(response.status, text)
            self.price = price_of(text)
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


def outcome_of(status: int, body: bytes) -> str:
    """Return the code of the first error of an answer, `ok`, or the status."""
    if b'"errors"' in body and (found := _CODE.search(body)):
        return found[1].decode()
    return "ok" if status == 200 else str(status)


def price_of(body: bytes) -> float | None:
    """Return the points that an answer says it cost."""
    found = _PRICE.search(body)
    return float(found[1]) if found else None


def posting(body: Callable[[int], bytes]) -> Act:
    """Return what sends a request that is made for each turn."""

    def act(attacker: Attacker) -> None:
        attacker.turn += 1
        attacker.send(body(attacker.turn))

    return act


def leaving(body: Callable[[int], bytes]) -> Act:
    """Return what sends a request that is made for each turn, and hangs up before the answer."""

    def act(attacker: Attacker) -> None:
        attacker.turn += 1
        asked = body(attacker.turn)
        with attacker.opened() as connection:
            connection.sendall(
                attacker.head("POST /graphql", **{"Content-Length": str(len(asked))})
            )
            connection.sendall(asked)
            time.sleep(LEAVING_SECONDS)
        attacker.answers.append(("left", LEAVING_SECONDS))

    return act


def with_bad_keys(attacker: Attacker) -> None:
    """Ask with a key that nobody has, another each time."""
    attacker.headers["Authorization"] = f"Bearer pg_{secrets.token_urlsafe(32)}"
    attacker.send(operation("{ __typename }"))


def dripping(attacker: Attacker) -> None:
    """Hold as many connections as are allowed, each a byte further in its head every second."""
    if len(attacker.held) < DRIPPING:
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
