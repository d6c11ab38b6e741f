"""Whatever is done to the audit log behind its back is found, and nothing else is."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditTargets
from profilegraph.services.audit.recording import append
from profilegraph.services.audit.sealing import seal_entries
from profilegraph.services.audit.verifying import verify_audit
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from tests.support.budgets import budget

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
texts = st.text(max_size=8).filter(lambda text: "\x00" not in text)
optional = st.none() | texts
built = st.builds(
    AuditEntry.of,
    st.sampled_from(AuditKind),
    texts,
    st.builds(AuditActor, texts, optional, optional, optional),
    st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)).map(lambda by: NOW + by),
    st.builds(
        AuditTargets,
        st.lists(texts, max_size=3).map(tuple) | st.just(tuple(f"c{n}" for n in range(120))),
        st.lists(texts, max_size=3).map(tuple),
    ),
    optional,
)
steps = st.lists(
    st.lists(st.lists(built, min_size=1, max_size=4), min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)
"""Rounds after each of which all is sealed; in a round, transactions with their entries."""
SEALED = "MATCH (e:AuditEntry) RETURN e.partition AS p, e.number AS n ORDER BY p, n"
DELETE = "MATCH (e:AuditEntry {partition: $p, number: $n}) DELETE e"
CHANGES = {
    "actor": "e.actor + '!'",
    "at": "e.at + duration('PT0.000001S')",
    "kind": "CASE e.kind WHEN 'EXPORT' THEN 'CHANGE' ELSE 'EXPORT' END",
    "customers": "['somebody else']",
    "targets": "coalesce(e.targets, []) + 'x'",
    "code": "coalesce(e.code, '') + 'x'",
    "operation": "7",
    "principal": "coalesce(e.principal, '') + 'x'",
    "digest": "null",
}


async def run(platform: Platform, query: str, **parameters: Any) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(query, parameters)

    await platform.database.write(work)


async def faults(platform: Platform) -> list[tuple[str, str]]:
    found = await verify_audit(platform.database, NOW)
    return [(one.kind.value, one.where) for one in found.faults]


async def write(platform: Platform, rounds: list[list[list[AuditEntry]]]) -> int:
    await run(platform, "MATCH (n:AuditEntry|AuditPartition|AuditSeal|AuditChain) DELETE n")
    for transactions in rounds:
        for some in transactions:
            await append(platform, *some)
        await seal_entries(platform.database, NOW)
    return sum(len(some) for transactions in rounds for some in transactions)


@settings(max_examples=budget(10, 100))
@given(rounds=steps)
async def test_a_log_that_nobody_touched_is_sound(
    platform: Platform, rounds: list[list[list[AuditEntry]]]
) -> None:
    count = await write(platform, rounds)
    found = await verify_audit(platform.database, NOW)
    assert (found.entries, found.faults) == (count, ())


@pytest.mark.parametrize("how", ["delete", "change", "swap", "truncate", "insert", "shift"])
@settings(max_examples=budget(8, 60))
@given(rounds=steps, chance=st.randoms(use_true_random=False))
async def test_tampering_is_found_and_named(
    platform: Platform, how: str, rounds: list[list[list[AuditEntry]]], chance: random.Random
) -> None:
    await write(platform, rounds)
    found = await platform.database.read(SEALED)
    places = [(row["p"], row["n"]) for row in found]
    p, n = chance.choice(places)
    here = f"{p}-{n}"
    match how:
        case "delete":
            await run(platform, DELETE, p=p, n=n)
            assert await faults(platform) == [("REMOVED", here)]
        case "change":
            name = chance.choice(sorted(CHANGES))
            query = (
                f"MATCH (e:AuditEntry {{partition: $p, number: $n}}) SET e.{name} = {CHANGES[name]}"
            )
            await run(platform, query, p=p, n=n)
            assert await faults(platform) == [("CHANGED", here)]
        case "swap":
            await swap(platform, places, chance)
        case "truncate":
            kept = [one for one in places if one < (p, n) or one[0] != p]
            await run(
                platform,
                "MATCH (e:AuditEntry {partition: $p}) WHERE e.number >= $n DELETE e",
                p=p,
                n=n,
            )
            gone = [("REMOVED", f"{one[0]}-{one[1]}") for one in places if one not in kept]
            assert sorted(await faults(platform)) == sorted(gone)
        case "insert":
            last = max(number for partition, number in places if partition == p)
            await run(platform, COPY, p=p, n=n, to=last + 1)
            assert await faults(platform) == [("INSERTED", f"{p}-{last + 1}")]
        case "shift":
            await shift(platform, places, (p, n))


COPY = """
MATCH (e:AuditEntry {partition: $p, number: $n})
CREATE (f:AuditEntry) SET f = e {.*, number: $to}
"""
MOVE = """
MATCH (e:AuditEntry {partition: $p, number: $n})
SET e.partition = $q, e.number = $m
"""


async def swap(platform: Platform, places: list[tuple[int, int]], chance: random.Random) -> None:
    """Exchange two entries; equal ones are not told apart, and nothing is lost by that."""
    (p, n), (q, m) = chance.choice(places), chance.choice(places)
    alike = await platform.database.read(
        "MATCH (e:AuditEntry {partition: $p, number: $n})"
        " MATCH (f:AuditEntry {partition: $q, number: $m})"
        " RETURN e {.*, partition: 0, number: 0} = f {.*, partition: 0, number: 0} AS alike",
        {"p": p, "n": n, "q": q, "m": m},
    )
    for move in ((p, n, 99, 0), (q, m, p, n), (99, 0, q, m)):
        if (p, n) != (q, m):
            await run(platform, MOVE, **dict(zip("pnqm", move, strict=True)))
    wanted = [] if alike[0]["alike"] else [("REORDERED", f"{p}-{n}"), ("REORDERED", f"{q}-{m}")]
    assert sorted(await faults(platform)) == sorted(wanted)


async def shift(platform: Platform, places: list[tuple[int, int]], at: tuple[int, int]) -> None:
    """Insert an entry between others, and move those after it."""
    p, n = at
    last = max(number for partition, number in places if partition == p)
    for number in range(last, n - 1, -1):
        await run(platform, MOVE, p=p, n=number, q=p, m=number + 1)
    await run(
        platform,
        "CREATE (:AuditEntry {partition: $p, number: $n, kind: 'CHANGE', operation: 'made up',"
        " at: datetime(), actor: 'nobody'})",
        p=p,
        n=n,
    )
    found = await faults(platform)
    assert ("CHANGED", f"{p}-{n}") in found
    assert ("INSERTED", f"{p}-{last + 1}") in found
