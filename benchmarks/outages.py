"""What becomes of questions and changes while the database is frozen or dead, or the server is killed.

`python -m benchmarks.outages` prints what was measured; `benchmarks.security` puts it into its table.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from benchmarks.attackers import Attacker
from benchmarks.http import operation
from benchmarks.hub import PATIENT, load
from benchmarks.index import wait_for_index
from benchmarks.neighbour import neighbour
from benchmarks.peers.cypher import open_driver
from benchmarks.peers.profilegraph import serving
from benchmarks.report import number
from benchmarks.server import temporary_server
from profilegraph.config import Settings
from profilegraph.embedded.server import RunningServer, status
from profilegraph.services.platform import Address

CUSTOMERS = 300
WRITERS = 4
WRITTEN = 200
"""Changes that are acknowledged before something is killed, if the machine is that fast."""
WRITE_SECONDS = 20.0
HEAL_SECONDS = 90.0
_PAUSE = 0.02
_PAGE = operation("{ customers(first: 20) { edges { node { key name tags { since } } } } }")
_RECORD = (
    "mutation ($k: String!, $c: String!) { recordEvents(idempotencyKey: $k, events: [{key: $k,"
    ' customer: $c, type: "seen", at: "2026-01-01T00:00:00Z"}]) { key } }'
)
_STORED = (
    "MATCH (:Customer)-[did:DID]->(e:Event) WHERE e.key STARTS WITH $prefix"
    " RETURN e.key AS key, count(did) AS times"
)


@dataclass(frozen=True)
class Outage:
    """A database that was frozen or killed, as its users saw it; times in seconds."""

    how: str
    read: tuple[str, float]
    """The code that answered a page, and after how long."""
    change: tuple[str, float]
    health: float
    """The longest /health meanwhile."""
    healed: float
    """From the return of the database until a page was answered."""
    attempts: dict[str, int]
    """How often pages were asked for until then, by what answered them."""

    def told(self) -> str:
        """Return it in words."""
        parts = [
            f"{what} `{code}` after {number(seconds)} s"
            for what, (code, seconds) in (("a page", self.read), ("a change", self.change))
        ]
        return (
            f"{self.how}: {', '.join(parts)}; /health at most {number(self.health * 1000)} ms;"
            f" healed {number(self.healed)} s after its return"
            f" ({', '.join(f'{count} {code}' for code, count in self.attempts.items())})"
        )


@dataclass
class Written:
    """What writers were told before, while and after something was killed."""

    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    """Sent without an answer, or answered by an error; sent again afterwards by the same key."""
    stored: dict[str, int] = field(default_factory=dict)
    """How often each change is in the graph."""

    def told(self, what: str) -> str:
        """Return it in words."""
        lost = len(self.acknowledged - self.stored.keys())
        doubled = sum(times > 1 for times in self.stored.values())
        text = (
            f"{what} killed: {len(self.acknowledged):,} acknowledged, {len(self.unknown)} sent again;"
            f" {lost} lost, {doubled} doubled"
        )
        return f"**{text}**" if lost or doubled else text


@dataclass(frozen=True)
class Small:
    """A small served graph."""

    settings: Settings
    database: RunningServer
    folder: Path
    key: str

    def attacker(self, port: int, number: int = 0) -> Attacker:
        """Return a client."""
        return Attacker(port, self.key, number)


@contextmanager
def small_graph() -> Iterator[Small]:
    """Yield a small graph on a database of its own, with the default settings of its server."""
    with temporary_server(**PATIENT) as (settings, server), tempfile.TemporaryDirectory() as folder:
        address = Address(server.uri, server.user, server.password)
        key, *_ = asyncio.run(load(settings, address, CUSTOMERS))
        yield Small(settings, server, Path(folder), key)


def outages(graph: Small) -> list[Outage]:
    """Freeze the database, then kill it; return what was seen of both."""
    with serving(graph.settings.home, graph.folder) as (port, _):
        wait_for_index(port, graph.key)
        return [_outage(graph, port, frozen=True), _outage(graph, port, frozen=False)]


def _started(graph: Small) -> None:
    """Wait until the server's supervisor has started a database that answers."""
    auth = (graph.database.user, graph.database.password)
    end = time.perf_counter() + HEAL_SECONDS
    while time.perf_counter() < end:
        try:
            with GraphDatabase.driver(graph.database.uri, auth=auth) as driver:
                driver.execute_query("MATCH (c:Customer) RETURN c.key LIMIT 1")
        except (DriverError, Neo4jError, OSError):
            time.sleep(_PAUSE)
        else:
            return


def _outage(graph: Small, port: int, *, frozen: bool) -> Outage:
    how = "frozen" if frozen else "killed"
    running = status(graph.settings)
    pid = graph.database.pid if running is None else running.pid
    clients = [graph.attacker(port, n) for n in range(2)]
    clients[0].send(_PAGE)
    with neighbour(port, graph.key) as watched, ThreadPoolExecutor(2) as pool:
        watched.begin()
        os.kill(pid, signal.SIGSTOP if frozen else signal.SIGKILL)
        asked: list[Future[None]] = [
            pool.submit(clients[0].send, _PAGE),
            pool.submit(clients[1].send, _event(f"{how}-0")),
        ]
        for one in asked:
            one.result()
        if frozen:
            os.kill(pid, signal.SIGCONT)
        else:
            _started(graph)
        back = time.perf_counter()
        attempts = _healed(graph, port)
        healed = time.perf_counter() - back
        met = watched.end()
    for client in clients:
        client.end()
    seen = [client.answers[-1] for client in clients]
    return Outage(how, seen[0], seen[1], max(met.healths), healed, attempts)


def _healed(graph: Small, port: int) -> dict[str, int]:
    """Ask for a page until it is answered; return what answered before, and how often."""
    client = graph.attacker(port)
    end = time.perf_counter() + HEAL_SECONDS
    while time.perf_counter() < end:
        client.send(_PAGE)
        if client.answers[-1][0] == "ok":
            break
        time.sleep(_PAUSE)
    client.end()
    return dict(Counter(code for code, _ in client.answers))


def killed_while_writing(graph: Small, *, database: bool) -> Written:
    """Kill the server, or the database, while four clients write; return what is left of it."""
    prefix = "database-" if database else "server-"
    written, over = Written(), threading.Event()
    with serving(graph.settings.home, graph.folder) as (port, pid):
        wait_for_index(port, graph.key)
        running = status(graph.settings)
        with ThreadPoolExecutor(WRITERS) as pool:
            work = [
                pool.submit(_write, graph.attacker(port, n), f"{prefix}{n}-", written, over)
                for n in range(WRITERS)
            ]
            end = time.perf_counter() + WRITE_SECONDS
            while len(written.acknowledged) < WRITTEN and time.perf_counter() < end:
                time.sleep(_PAUSE)
            os.kill(running.pid if database and running else pid, signal.SIGKILL)
            over.set()
            for one in work:
                one.result()
    with serving(graph.settings.home, graph.folder) as (port, _):
        wait_for_index(port, graph.key)
        client = graph.attacker(port)
        for key in sorted(written.unknown) + sorted(written.acknowledged)[:20]:
            client.send(_event(key))
            if client.answers[-1][0] == "ok":
                written.acknowledged.add(key)
        client.end()
    address = Address(graph.database.uri, graph.database.user, graph.database.password)
    with open_driver(address) as driver:
        rows, _, _ = driver.execute_query(_STORED, prefix=prefix)
    written.stored = {row["key"]: row["times"] for row in rows}
    return written


def _write(client: Attacker, prefix: str, written: Written, over: threading.Event) -> None:
    for number_ in range(1_000_000):
        key = f"{prefix}{number_}"
        client.send(_event(key))
        if client.answers[-1][0] == "ok":
            written.acknowledged.add(key)
        else:
            written.unknown.add(key)
        if over.is_set():
            break
    client.end()


def _event(key: str) -> bytes:
    return operation(_RECORD, {"k": key, "c": "c1"})


def told() -> tuple[str, str]:
    """Return what was seen of a slow or dead database, and of changes while something was killed."""
    with small_graph() as graph:
        seen = "; ".join(one.told() for one in outages(graph))
        changes = [
            killed_while_writing(graph, database=False).told("the server"),
            killed_while_writing(graph, database=True).told("the database"),
        ]
    return seen, "; ".join(changes)


def main() -> int:
    """Measure and print."""
    print("\n".join(told()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
