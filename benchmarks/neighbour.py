"""Somebody who goes on with plain work while others attack, in a process of its own.

It asks one count and /health at a steady pace. How long an answer took is counted from the moment at
which it was due, so that a server that stands still is not asked less.
"""

from __future__ import annotations

import math
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import Connection

from benchmarks.http import operation

COUNTS_A_SECOND = 25.0
HEALTHS_A_SECOND = 50.0
TIMEOUT = 30.0
COUNT = operation(
    "query ($filter: FilterInput!) { segmentPreview(filter: $filter) { count } }",
    {"filter": {"tags": {"dimension": "one", "anyOf": ["t1"]}}},
)


@dataclass
class Meanwhile:
    """What the neighbour met during a slice of time."""

    counts: list[float] = field(default_factory=list)
    """Seconds from the moment that each count was due until it was answered."""
    healths: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What was answered instead of a count, or of the 200 of /health."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that is not below `share` of all; NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


class Neighbour:
    """The process, told when to begin and asked what it met."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def begin(self) -> None:
        """Begin a slice of time."""
        self._pipe.send(True)

    def end(self) -> Meanwhile:
        """End it; return what the neighbour met."""
        self._pipe.send(True)
        found: Meanwhile = self._pipe.recv()
        return found


@contextmanager
def neighbour(port: int, key: str, count: bytes = COUNT) -> Iterator[Neighbour]:
    """Yield the process; it ends afterwards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(theirs, port, key, count), daemon=True)
    process.start()
    try:
        yield Neighbour(ours)
    finally:
        ours.send(None)
        process.join(TIMEOUT)
        process.kill()


def _live(pipe: Connection, port: int, key: str, count: bytes) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    while pipe.recv() is not None:
        over, met = threading.Event(), Meanwhile()
        asked = _Pace("POST", "/graphql", count, headers, COUNTS_A_SECOND)
        health = _Pace("GET", "/health", b"", {}, HEALTHS_A_SECOND)
        threads = [
            threading.Thread(target=one.run, args=(port, over, times, met.failures))
            for one, times in ((asked, met.counts), (health, met.healths))
        ]
        for thread in threads:
            thread.start()
        again = pipe.recv()
        over.set()
        for thread in threads:
            thread.join()
        if again is None:
            return
        pipe.send(met)


@dataclass(frozen=True)
class _Pace:
    """A request that is sent so many times a second, whatever becomes of the one before."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    rate: float

    def run(
        self, port: int, over: threading.Event, times: list[float], failures: list[str]
    ) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        due = time.perf_counter()
        while not over.wait(max(0.0, due - time.perf_counter())):
            try:
                connection.request(self.method, self.path, self.body, self.headers)
                response = connection.getresponse()
                text = response.read()
            except (OSError, HTTPException) as fault:
                connection.close()
                failures.append(f"{self.path}: {type(fault).__name__}")
            else:
                if response.status != 200 or b'"errors"' in text:
                    failures.append(f"{self.path}: {response.status} {text[:200]!r}")
            times.append(time.perf_counter() - due)
            due += 1 / self.rate
        connection.close()
