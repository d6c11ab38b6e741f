"""The index of the running server, as its metrics tell of it, and what it is compared with."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import ProxyHandler, Request, build_opener

from neo4j import Driver
from prometheus_client.parser import text_string_to_metric_families
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

READY_SECONDS = 600
STATE = "profilegraph_index_state"
PART_BYTES = "profilegraph_index_part_bytes"
ANSWERS, BY_CYPHER = "profilegraph_answers_total", {"engine": "cypher"}
FINAL = frozenset({"ready", "failed", "too large", "off"})
"""States that do not change until somebody does something."""
ALL_TAGGINGS = "MATCH (c:Customer)-[:TAGGED]->(g:Tag) RETURN c.ordinal, g.key"


@dataclass(frozen=True)
class IndexMetrics:
    """What the server says of its index."""

    state: str
    build_seconds: float
    bytes: int
    parts: Mapping[str, int]
    """The same bytes by what they hold: taggings, events, or customers with all else."""
    cypher_answers: int
    """Questions that the index did not answer."""


def wait_for_index(port: int, key: str) -> IndexMetrics:
    """Return what the server says once the index is ready, or never will be."""
    waiting = Retrying(
        retry=retry_if_result(lambda found: found.state not in FINAL),
        stop=stop_after_delay(READY_SECONDS),
        wait=wait_fixed(0.1),
    )
    try:
        return waiting(metrics, port, key)
    except RetryError as fault:
        raise RuntimeError(f"the index is not ready after {READY_SECONDS} s") from fault


def metrics(port: int, key: str) -> IndexMetrics:
    """Return what the server says of its index now."""
    opener = build_opener(ProxyHandler({}))
    asked = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {key}"})
    with opener.open(asked, timeout=10) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    samples = [sample for family in families for sample in family.samples]
    values = {sample.name: sample.value for sample in samples if not sample.labels}
    return IndexMetrics(
        next(one.labels[STATE] for one in samples if one.name == STATE and one.value),
        values["profilegraph_index_build_seconds"],
        int(values["profilegraph_index_bytes"]),
        {one.labels["part"]: int(one.value) for one in samples if one.name == PART_BYTES},
        sum(int(one.value) for one in samples if one.name == ANSWERS and one.labels == BY_CYPHER),
    )


def read_taggings(driver: Driver) -> float:
    """Return the seconds in which one query reads all taggings, and nothing is made of them."""
    began = time.perf_counter()
    with driver.session(fetch_size=10_000) as session:
        for _ in session.run(ALL_TAGGINGS):
            pass
    return time.perf_counter() - began
