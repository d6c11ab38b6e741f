"""Seals entries block by block, so that none can be removed, changed or moved unnoticed.

Writers of entries never wait for it. Whoever comes next seals what is not sealed yet: a routine of
every serving process, a command at its end, and every verification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from profilegraph.domain.audit import MISSING, PARTITIONS, AuditChain, AuditSeal, positions_between
from profilegraph.storage.audit.seals import (
    Ranges,
    lock_chain,
    read_chain,
    read_digests,
    read_lasts,
    save_seal,
    wait_for_entries,
)
from profilegraph.storage.neo4j.database import Database, Transaction

SEALING = "audit"
"""The name of the routine."""
SEAL_SECONDS = 2.0
"""The pause between rounds of the routine."""
MOST_SEALED = 1_000
"""Most entries of one block."""
_FIRST = datetime.min.replace(tzinfo=UTC)


async def seal_entries(
    database: Database, now: datetime, on_seal: Callable[[AuditSeal], None] | None = None
) -> int:
    """Seal all entries that were committed before, and return their number.

    `on_seal` is called with each new seal. A seal is as old as the newest of its entries, so that none is deleted before its time.
    """
    sealed = 0
    while True:
        chain = await read_chain(database)
        ends = _block(chain.ends, await read_lasts(database))
        if ends == chain.ends:
            return sealed
        digests, newest = await _digests(database, chain.ends, ends)
        at = max(now, newest)
        seal = AuditSeal(chain.number + 1, chain.hash, at, chain.ends, ends, b"".join(digests))
        if await database.write(partial(_append, seal=seal, chain=chain)):
            sealed += len(digests)
            if on_seal is not None:
                on_seal(seal)


def _block(starts: Sequence[int], lasts: Mapping[int, int]) -> tuple[int, ...]:
    """Return the ends of the next block: as much as fits of each partition in turn."""
    left, ends = MOST_SEALED, []
    for partition, start in enumerate(starts):
        count = min(max(lasts.get(partition, 0) - start, 0), left)
        left -= count
        ends.append(start + count)
    return tuple(ends)


async def _digests(
    database: Database, starts: Sequence[int], ends: Sequence[int]
) -> tuple[Sequence[bytes], datetime]:
    """Return the digest of each entry of a block, and the newest moment of one.

    The digest of an entry that was removed before is `MISSING`.
    """
    positions = positions_between(starts, ends)
    ranges = ranges_of(starts, ends)
    known, newest = await read_digests(database, ranges)
    if len(known) < len(positions):
        # A commit becomes visible piece by piece; it is over once its lock is free.
        await wait_for_entries(database, range(PARTITIONS))
        known, newest = await read_digests(database, ranges)
    return [known.get(position, MISSING) for position in positions], newest or _FIRST


def ranges_of(starts: Sequence[int], ends: Sequence[int]) -> Ranges:
    """Return the ranges of numbers of a block, by partition."""
    return [
        (partition, start, end)
        for partition, (start, end) in enumerate(zip(starts, ends, strict=True))
        if end > start
    ]


async def _append(transaction: Transaction, seal: AuditSeal, chain: AuditChain) -> bool:
    """Append a seal unless another process has appended one; return whether it did."""
    at = await lock_chain(transaction)
    if (at.number, at.hash) != (chain.number, chain.hash):
        return False
    await save_seal(transaction, seal)
    return True
