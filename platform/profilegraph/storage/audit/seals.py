"""Seals over blocks of entries: written under the chain's lock, which no writer of entries takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from profilegraph.domain.audit import (
    MISSING,
    PARTITIONS,
    AuditChain,
    AuditPosition,
    AuditSeal,
    StoredAuditEntry,
)
from profilegraph.storage.audit.appending import stored_entry
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.neo4j.rows import RunQuery
from profilegraph.storage.statements import statement

Ranges = Sequence[tuple[int, int, int]]
"""Numbers by partition: after one number, up to another."""
_LOCK = """
MERGE (c:AuditChain {key: 'audit'})
SET c.key = c.key
RETURN properties(c) AS chain
"""
_CHAIN = "MATCH (c:AuditChain {key: 'audit'}) RETURN properties(c) AS chain"
_LASTS = "MATCH (p:AuditPartition) RETURN p.number AS partition, p.last AS last"
_WAIT = "MATCH (p:AuditPartition) WHERE p.number IN $partitions SET p.number = p.number"


async def read_chain(database: Database) -> AuditChain:
    """Return the ends of the chain of seals."""
    rows = await database.read(_CHAIN)
    return _chain(rows[0]["chain"]) if rows else AuditChain()


async def lock_chain(transaction: Transaction) -> AuditChain:
    """Return the ends of the chain, which nobody else can move until the commit."""
    [row] = await transaction.run(_LOCK)
    return _chain(row["chain"])


async def read_lasts(database: Database) -> Mapping[int, int]:
    """Return the last number of each partition that has one."""
    return {row["partition"]: row["last"] for row in await database.read(_LASTS)}


async def wait_for_entries(database: Database, partitions: Sequence[int]) -> None:
    """Wait until the transactions that append to some partitions have committed."""

    async def wait(transaction: Transaction) -> None:
        await transaction.run(_WAIT, {"partitions": list(partitions)})

    await database.write(wait)


async def read_entries(database: Database, ranges: Ranges) -> Sequence[dict[str, Any]]:
    """Return the properties of the entries in some ranges, by partition and number."""
    rows = await database.read(statement("read_entries"), {"ranges": [list(one) for one in ranges]})
    return [row["entry"] for row in rows]


async def read_digests(
    database: Database, ranges: Ranges
) -> tuple[Mapping[AuditPosition, bytes], datetime | None]:
    """Return the digests of the entries in some ranges as they were written, and the newest moment."""
    rows = await database.read(statement("read_digests"), {"ranges": [list(one) for one in ranges]})
    found = {
        AuditPosition(row["partition"], number): bytes(digest)
        for row in rows
        for number, digest in row["digests"]
        if isinstance(digest, bytes | bytearray) and len(digest) == len(MISSING)
    }
    moments = [row["newest"] for row in rows if isinstance(row["newest"], datetime)]
    return found, max(moments, default=None)


async def read_strays(database: Database, chain: AuditChain, most: int) -> Sequence[AuditPosition]:
    """Return positions of entries where none was written: before the cut, or after the last number."""
    rows = await database.read(
        statement("stray_entries"),
        {
            "cut": list(chain.cut_ends),
            "ends": list(chain.ends),
            "partitions": PARTITIONS,
            "most": most,
        },
    )
    return [AuditPosition(row["partition"], row["number"]) for row in rows]


async def save_seal(transaction: Transaction, seal: AuditSeal) -> None:
    """Append a seal to the chain; its lock has to be held."""
    await transaction.run(
        statement("save_seal"),
        {
            "number": seal.number,
            "hash": seal.hash,
            "previous": seal.previous,
            "at": seal.at,
            "starts": list(seal.starts),
            "ends": list(seal.ends),
            "digests": seal.digests,
        },
    )


async def read_seals(
    run_query: RunQuery, after: int, up_to: int
) -> Sequence[tuple[AuditSeal, str]]:
    """Return the seals after one number up to another, each with the stored hash."""
    rows = await run_query(statement("read_seals"), {"after": after, "upTo": up_to})
    return [(_seal(row["seal"]), row["seal"]["hash"]) for row in rows]


async def read_last_before(
    transaction: Transaction, after: int, up_to: int, before: datetime
) -> int | None:
    """Return the last seal made before a moment, after one number up to another; None if none was."""
    asked = {"after": after, "upTo": up_to, "before": before}
    rows = await transaction.run(statement("last_seal_before"), asked)
    number: int | None = rows[0]["number"]
    return number


async def cut_chain(transaction: Transaction, chain: AuditChain, last: AuditSeal) -> int:
    """Delete the seals up to one, and their entries; return the number of deleted entries."""
    ranges = [
        [partition, start, end]
        for partition, (start, end) in enumerate(zip(chain.cut_ends, last.ends, strict=True))
        if end > start
    ]
    [row] = await transaction.run(
        statement("cut_audit"),
        {
            "ranges": ranges,
            "after": chain.cut_number,
            "number": last.number,
            "hash": last.hash,
            "ends": list(last.ends),
        },
    )
    deleted: int = row["deleted"]
    return deleted


def read_entry(row: dict[str, Any]) -> StoredAuditEntry | None:
    """Return the entry of a node's properties; None if they are not as they were written."""
    try:
        found = stored_entry(row)
        same = found.entry.digest == row["digest"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return found if same else None


def _chain(row: dict[str, Any]) -> AuditChain:
    usual = AuditChain()
    return AuditChain(
        row.get("number", usual.number),
        row.get("hash", usual.hash),
        tuple(row.get("ends", usual.ends)),
        row.get("cutNumber", usual.cut_number),
        row.get("cutHash", usual.cut_hash),
        tuple(row.get("cutEnds", usual.cut_ends)),
    )


def _seal(row: dict[str, Any]) -> AuditSeal:
    return AuditSeal(
        row["number"],
        row["previous"],
        row["at"],
        tuple(row["starts"]),
        tuple(row["ends"]),
        bytes(row["digests"]),
    )
