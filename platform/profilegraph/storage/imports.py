"""Checkpoints of imports: one node per import, written with every batch of its rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from profilegraph.domain.imports import Checkpoint
from profilegraph.errors import Conflict
from profilegraph.storage.neo4j.database import Database, Transaction

_BEGIN = """
MERGE (i:Import {key: $key})
SET i.kind = $kind, i.source = $source, i.content = $content, i.readAs = $read_as
FOREACH (_ IN CASE WHEN i.at IS NULL OR $again THEN [1] ELSE [] END |
  SET i.at = $now, i.line = 0, i.read = 0, i.written = 0, i.known = 0, i.rejected = 0, i.rejectSize = 0,
      i.rejectFile = $reject_file, i.finished = false)
RETURN properties(i) AS found
"""
_FIND = "MATCH (i:Import {key: $key}) RETURN properties(i) AS found"
# Builds before 0.1.0 made the keys of such rows of the file's name and their line.
_KEYED_BY_LINE = """
MATCH (i:Import {kind: $kind, keyedByPlace: true})
RETURN i.source AS source LIMIT 1
"""
_READ_OTHERWISE = """
MATCH (i:Import {kind: $kind, content: $content})
WHERE i.key <> $key AND i.written > 0 AND i.readAs <> $read_as
RETURN i.readAs AS read_as ORDER BY i.at DESC LIMIT 1
"""
_ADVANCE = """
MATCH (i:Import {key: $key}) WHERE i.line = $from
SET i.line = $line, i.read = $read, i.written = $written, i.known = $known,
    i.rejected = $rejected, i.rejectSize = $rejectSize
RETURN i.line AS line
"""
_FINISH = "MATCH (i:Import {key: $key}) SET i.finished = true"


@dataclass(frozen=True)
class ImportIdentity:
    """The identity of an import: its key, derived from everything that decides what is written."""

    key: str
    kind: str
    source: str
    content: str
    read_as: str
    """The deployment's settings for the values, for people."""


async def find_import(database: Database, key: str) -> Checkpoint | None:
    """Return the checkpoint of an import; None if it never began."""
    rows = await database.read(_FIND, {"key": key})
    return _checkpoint(rows[0]["found"]) if rows else None


async def read_otherwise(database: Database, identity: ImportIdentity) -> str | None:
    """Return the other settings under which the same rows were written before; None if there are none."""
    rows = await database.read(_READ_OTHERWISE, asdict(identity))
    return rows[0]["read_as"] if rows else None


async def require_content_keys(database: Database, kind: str) -> None:
    """Raise Conflict if rows of a kind have keys made of file and line."""
    rows = await database.read(_KEYED_BY_LINE, {"kind": kind})
    if rows:
        raise Conflict(
            f"the {kind} of {rows[0]['source']!r} were imported by a build before 0.1.0, with their"
            " lines as their keys: rows that come again would be doubled.",
            hint=f"Import the {kind} into an empty graph, or give every row a `key` of its own.",
        )


async def begin_import(
    database: Database, identity: ImportIdentity, reject_file: str, *, again: bool, now: datetime
) -> Checkpoint:
    """Return the checkpoint from which an import resumes: its last one, or none if `again`."""
    run = {"reject_file": reject_file, "again": again, "now": now}

    async def work(transaction: Transaction) -> Checkpoint:
        rows = await transaction.run(_BEGIN, asdict(identity) | run)
        return _checkpoint(rows[0]["found"])

    return await database.write(work)


async def advance_import(transaction: Transaction, before: Checkpoint, after: Checkpoint) -> None:
    """Advance an import's checkpoint; raises Conflict if another process has advanced it."""
    rows = await transaction.run(
        _ADVANCE,
        {
            "key": before.key,
            "from": before.line,
            "line": after.line,
            "read": after.read,
            "written": after.written,
            "known": after.known,
            "rejected": after.rejected,
            "rejectSize": after.reject_size,
        },
    )
    if not rows:
        raise Conflict(
            "another process is importing the same file, or the settings of the graph were changed.",
            hint="Wait until it has finished, and give the same command again.",
        )


async def finish_import(database: Database, key: str) -> None:
    """Mark an import as finished."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(_FINISH, {"key": key})

    await database.write(work)


def _checkpoint(found: dict[str, Any]) -> Checkpoint:
    return Checkpoint(
        key=found["key"],
        line=found["line"],
        read=found["read"],
        written=found["written"],
        known=found.get("known", 0),
        rejected=found["rejected"],
        reject_file=found["rejectFile"],
        reject_size=found["rejectSize"],
        finished=found["finished"],
    )
