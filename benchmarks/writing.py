"""Writes: how fast, by how many writers, and how soon an answer shows them."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from benchmarks.data import NOW, Customers, customer_key
from benchmarks.graph import TOUCHED
from benchmarks.http import GraphQLClient, operation
from profilegraph.domain.records.customers import Tagging
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform

WRITERS = (1, 4, 16)
RATE_SECONDS = 5.0
FRESH_WRITES = 200
FRESH_SECONDS = 30.0

TAG = (
    "mutation ($customer: String!, $tag: String!) {"
    " tagCustomers(customers: [$customer], tags: [{tag: $tag}]) { key } }"
)
DIMENSION, NAME = TOUCHED.split("/")
COUNT_TOUCHED = operation(
    "query ($filter: FilterInput!) { segmentPreview(filter: $filter) { count } }",
    {"filter": {"tags": {"dimension": DIMENSION, "anyOf": [NAME]}}},
)


@dataclass(frozen=True)
class Freshness:
    """How long after a commit was acknowledged an answer over HTTP showed it."""

    median_ms: float
    p99_ms: float
    stale: int
    """Answers that were asked for after the acknowledgement and did not show the write."""


async def freshness(platform: Platform, client: GraphQLClient, customers: Customers) -> Freshness:
    """Return how fresh answers are while another process, this one, writes."""
    before = _touched(client)
    times: list[float] = []
    stale = 0
    for number, customer in enumerate(_spread(customers, FRESH_WRITES), before + 1):
        tagging = Tagging(customer=customer_key(customer), tag=TOUCHED, since=NOW)
        await save(platform, [tagging], NOW)
        acknowledged = time.perf_counter()
        while _touched(client) != number:
            stale += 1
            if time.perf_counter() - acknowledged > FRESH_SECONDS:
                raise RuntimeError(f"no answer shows a write after {FRESH_SECONDS:.0f} s")
        times.append((time.perf_counter() - acknowledged) * 1_000)
    p99 = statistics.quantiles(times, n=100, method="inclusive")[98]
    return Freshness(statistics.median(times), p99, stale)


def write_rates(port: int, key: str, customers: Customers) -> dict[int, float]:
    """Return the writes a second of 1, 4 and 16 writers, each on a connection of its own."""
    turns = count()
    return {many: _rate(port, key, many, customers.size, turns) for many in WRITERS}


def _rate(port: int, key: str, writers: int, size: int, turns: Iterator[int]) -> float:
    end = time.perf_counter() + RATE_SECONDS
    began = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        jobs = [pool.submit(_write_until, end, port, key, size, turns) for _ in range(writers)]
        written = sum(job.result() for job in jobs)
    return written / (time.perf_counter() - began)


_LOCK = threading.Lock()


def _write_until(end: float, port: int, key: str, size: int, turns: Iterator[int]) -> int:
    written = 0
    with GraphQLClient(port, key=key) as client:
        while time.perf_counter() < end:
            with _LOCK:
                customer = next(turns) % size
            client.send(operation(TAG, {"customer": customer_key(customer), "tag": TOUCHED}))
            written += 1
    return written


def _touched(client: GraphQLClient) -> int:
    return int(client.send(COUNT_TOUCHED)["segmentPreview"]["count"])


def _spread(customers: Customers, many: int) -> Sequence[int]:
    step = max(1, customers.size // many)
    return range(0, customers.size, step)[:many]
