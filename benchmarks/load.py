"""Sixty-four clients at once on the demonstration's data, beside @neo4j/graphql under the same load.

`python -m benchmarks.load` loads the 23,570 customers of the demonstration, and both sides answer in
turns, a slice of time each: counts, pages and customers, and every twentieth request changes a customer.
Half of the clients see some customers alone: on our side by the rows of their keys, on the other by one
more condition.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from benchmarks.attackers import outcome_of
from benchmarks.dialects import Condition, Dialect, Ours, Theirs
from benchmarks.http import GraphQLClient, operation
from benchmarks.hub import PATIENT
from benchmarks.index import wait_for_index
from benchmarks.neighbour import percentile
from benchmarks.peers import NEO4J_GRAPHQL, OURS
from benchmarks.peers.neo4j_graphql import serving_neo4j_graphql
from benchmarks.peers.profilegraph import serving
from benchmarks.report import number, table
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.domain.access import Permission, RowAccess
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.services.access.roles import SaveRole, save_role
from profilegraph.services.identity.keys import create_key
from profilegraph.services.operations import demo
from profilegraph.services.platform import Address, open_platform

CLIENTS = 64
SLICES = 4
WRITES = 0.05
CHECKED = 16
RFM = tuple(
    f"{worth}_{need}"
    for worth in ("important", "general")
    for need in ("value", "develop", "keep", "win_back")
)
SCOPES = (RFM[:4], RFM[4:], RFM[:2], (RFM[0], RFM[7]))
"""The tags of which a client with narrowed rows sees the customers; the first half sees everyone."""
_GRANTED = (Permission.CUSTOMERS_READ, Permission.SEGMENTS_READ, Permission.CUSTOMERS_WRITE)


@dataclass
class Taken:
    """What one side's clients met."""

    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    """By kind of request."""
    failures: list[str] = field(default_factory=list)

    @property
    def every(self) -> list[float]:
        """Return the times of all requests."""
        return [one for times in self.times.values() for one in times]


@dataclass(frozen=True)
class Side:
    """One who is asked."""

    name: str
    port: int
    dialects: Sequence[Dialect]
    """For everyone, then for each of `SCOPES`."""
    keys: Sequence[str | None]
    """Of each client."""


class Connection:
    """One client's connection, with as little work for each request as can be."""

    def __init__(self, port: int, key: str | None) -> None:
        self._port = port
        authorization = "" if key is None else f"Authorization: Bearer {key}\r\n"
        self._head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{authorization}"
            "Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: "
        ).encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
        reader, writer = self._streams
        writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        return int(head[9:12]), await _body(reader, head)

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"transfer-encoding: chunked" not in head:
        length = head.split(b"content-length:")[1].split(b"\r\n")[0]
        return await reader.readexactly(int(length))
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


class Mix:
    """What one client asks, one request after the other, the same for both sides."""

    def __init__(self, client: int, customers: Sequence[str]) -> None:
        self._random = random.Random(client)
        self.place = scope_of(client)
        self.client = client
        self._customers = customers

    def next(self, dialect: Dialect) -> tuple[str, bytes]:
        """Return the kind of the next request and its body."""
        chance = self._random.random()
        if chance < WRITES:
            return "change", dialect.rename(self._one(), f"name {self._random.random():.6f}")
        if chance < 0.40:
            return "count", dialect.count(condition(self._random))
        if chance < 0.65:
            return "page", dialect.page(condition(self._random))
        return "customer", dialect.customer(self._one())

    def _one(self) -> str:
        return self._random.choice(self._customers)


def scope_of(client: int) -> int:
    """Return whom a client sees: every second one everyone, the others those of one of `SCOPES`."""
    return 0 if client % 2 == 0 else 1 + client // 2 % len(SCOPES)


def condition(chance: random.Random) -> Condition:
    """Return what is asked for once."""
    tags = chance.sample(RFM, chance.randint(1, 4))
    since = f"199{chance.choice('78')}-{chance.randint(1, 6):02}-{chance.randint(1, 28):02}"
    return Condition(tags, f"{since}T00:00:00Z")


async def load(settings: Settings, address: Address) -> Sequence[str]:
    """Write the demonstration's customers with their tags; return a key for each client."""
    now = datetime.now(UTC)
    async with open_platform(settings, address, now, patient=True) as ours:
        async for _ in demo.import_purchases(ours, now):
            pass
        totals = await demo.totals(ours)
        await demo.run_models(ours, totals.last)
        roles: list[Sequence[str]] = [()]
        for place, tags in enumerate(SCOPES):
            rows = {"tags": {"dimension": "rfm", "anyOf": list(tags)}}
            role = SaveRole(f"rows_{place}", _GRANTED, RowAccess.FILTER, rows)
            await save_role(ours, role, CommandContext(OPERATOR, now))
            roles.append((role.key,))
        return [
            await create_key(ours.database, f"client {n}", now, roles=roles[scope_of(n)])
            for n in range(CLIENTS)
        ]


def seen(port: int, keys: Sequence[str]) -> list[list[str]]:
    """Return which customers each client sees, a few hundred of them."""
    body = operation("{ customers(first: 500) { edges { node { key } } } }")
    found = []
    for key in keys:
        with GraphQLClient(port, key=key) as client:
            edges = client.send(body)["customers"]["edges"]
        found.append([edge["node"]["key"] for edge in edges])
    return found


def disagreements(sides: Sequence[Side]) -> list[str]:
    """Return the counts that the sides do not agree on."""
    found = []
    for number_ in range(CHECKED):
        place = scope_of(number_)
        asked = condition(random.Random(number_))
        counts = []
        for side in sides:
            with GraphQLClient(side.port, key=side.keys[number_]) as client:
                data = client.send(side.dialects[place].count(asked))
            counts.append(next(iter(next(iter(data.values())).values())))
        if len(set(counts)) > 1:
            found.append(f"{asked}: {counts}")
    return found


async def slice_of(side: Side, mixes: Sequence[Mix], seconds: float, taken: Taken) -> None:
    """Have all clients ask one side for so long."""
    began = time.perf_counter()
    await asyncio.gather(*(_ask(side, mix, began + seconds, taken) for mix in mixes))
    taken.seconds += time.perf_counter() - began


async def _ask(side: Side, mix: Mix, end: float, taken: Taken) -> None:
    connection = Connection(side.port, side.keys[mix.client])
    while (began := time.perf_counter()) < end:
        kind, body = mix.next(side.dialects[mix.place])
        try:
            outcome = outcome_of(*await connection.send(body))
        except (OSError, EOFError, asyncio.IncompleteReadError) as fault:
            outcome = type(fault).__name__
            connection = Connection(side.port, side.keys[mix.client])
        if outcome != "ok":
            taken.failures.append(f"{kind}: {outcome}")
        taken.times.setdefault(kind, []).append(time.perf_counter() - began)
    connection.close()


@contextmanager
def _sides() -> Iterator[tuple[list[Side], list[list[str]]]]:
    with (
        temporary_server(**PATIENT, currency="USD") as (settings, server),
        tempfile.TemporaryDirectory() as folder,
    ):
        address = Address(server.uri, server.user, server.password)
        keys = asyncio.run(load(settings, address))
        dollars = {"PROFILEGRAPH_CURRENCY": "USD"}
        with (
            serving(settings.home, Path(folder), dollars) as (ours, _),
            serving_neo4j_graphql(address, Path(folder)) as theirs,
        ):
            wait_for_index(ours, keys[0])
            peers = [Theirs(scope) for scope in (None, *SCOPES)]
            sides = [
                Side(OURS, ours, [Ours()] * len(peers), keys),
                Side(NEO4J_GRAPHQL, theirs, peers, [None] * len(keys)),
            ]
            yield sides, seen(ours, keys)


def measured(seconds: float) -> tuple[dict[str, Taken], list[str]]:
    """Return what each side's clients met in so many seconds, and what the sides disagree on."""
    with _sides() as (sides, customers):
        wrong = disagreements(sides)
        found = {side.name: Taken() for side in sides}
        mixes = {side.name: [Mix(n, customers[n]) for n in range(CLIENTS)] for side in sides}
        for turn in range(SLICES):
            for side in sides[:: 1 if turn % 2 == 0 else -1]:
                work = slice_of(side, mixes[side.name], seconds / SLICES, found[side.name])
                uvloop.run(work)
    return found, wrong


def rendered(found: dict[str, Taken]) -> str:
    """Return a table: all requests of each side, then each kind of them."""
    rows = []
    for name, taken in found.items():
        kinds = {"all": taken.every, **dict(sorted(taken.times.items()))}
        for kind, times in kinds.items():
            p50, p99 = (number(percentile(times, share) * 1000) for share in (0.5, 0.99))
            rate = number(len(times) / taken.seconds)
            failed = str(len(taken.failures)) if kind == "all" else ""
            rows.append([f"{name}, {kind}", rate, p50, p99, failed])
    return table(("", "requests a second", "p50, ms", "p99, ms", "errors"), rows)


def told(found: dict[str, Taken], wrong: Sequence[str]) -> str:
    """Return the figures that count, in words."""
    parts = [
        f"{name}: {number(len(taken.every) / taken.seconds)} requests a second,"
        f" p50 {number(percentile(taken.every, 0.5) * 1000)} ms,"
        f" p99 {number(percentile(taken.every, 0.99) * 1000)} ms, {len(taken.failures)} errors"
        for name, taken in found.items()
    ]
    return "; ".join([*parts, *(f"**the sides disagree: {one}**" for one in wrong)])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each side, all slices")
    options = parser.parse_args()
    found, wrong = measured(options.seconds)
    print(rendered(found), told(found, wrong), sep="\n\n")
    for name, taken in found.items():
        print(name, sorted(set(taken.failures)), file=sys.stderr)
    return 1 if wrong or any(taken.failures for taken in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
