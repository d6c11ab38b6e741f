"""How far each import has come: one node an import, written with every batch of its rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from profilegraph.errors import Conflict
from profilegraph.storage.database import Database, Transaction

_BEGIN = """
MERGE (i:Import {key: $key})
SET i.kind = $kind, i.source = $source, i.content = $content, i.keyedByPlace = $keyed_by_place
FOREACH (_ IN CASE WHEN i.at IS NULL OR $again THEN [1] ELSE [] END |
  SET i.at = $now, i.line = 0, i.read = 0, i.written = 0, i.rejected = 0, i.rejectSize = 0,
      i.rejectFile = $reject_file, i.finished = false)
RETURN properties(i) AS found
"""
_FIND = "MATCH (i:Import {key: $key}) RETURN properties(i) AS found"
_SAME_SOURCE = """
MATCH (i:Import {kind: $kind, source: $source, keyedByPlace: true})
WHERE i.content <> $content
RETURN i.key AS key LIMIT 1
"""
_ADVANCE = """
MATCH (i:Import {key: $key}) WHERE i.line = $from
SET i.line = $line, i.read = $read, i.written = $written, i.rejected = $rejected,
    i.rejectSize = $rejectSize
RETURN i.line AS line
"""
_FINISH = "MATCH (i:Import {key: $key}) SET i.finished = true"


@dataclass(frozen=True)
class Checkpoint:
    """What an import has committed: rows by their fate, and its reject file's bytes."""

    key: str
    line: int
    read: int
    written: int
    rejected: int
    reject_file: str
    reject_size: int
    finished: bool


@dataclass(frozen=True)
class ImportIdentity:
    """What makes an import the same one: its key, made of kind, content and mapping."""

    key: str
    kind: str
    source: str
    content: str
    keyed_by_place: bool
    """Whether source and line number are the records' keys."""


async def find_import(database: Database, key: str) -> Checkpoint | None:
    """Return how far an import has come; None where it never began."""
    rows = await database.read(_FIND, {"key": key})
    return _checkpoint(rows[0]["found"]) if rows else None


async def begin_import(
    database: Database, identity: ImportIdentity, reject_file: str, *, again: bool, now: datetime
) -> Checkpoint:
    """Return the checkpoint from which the import goes on: its last one, or none if `again`.

    Raises Conflict where other rows have the same keys by place already, unless `again`.
    """
    run = {"reject_file": reject_file, "again": again, "now": now}
    parameters = asdict(identity) | run

    async def work(transaction: Transaction) -> Checkpoint:
        overwrites = identity.keyed_by_place and not again
        if overwrites and await transaction.run(_SAME_SOURCE, parameters):
            raise Conflict(
                f"other {identity.kind} came from a source {identity.source!r} before, and the rows"
                " have no key of their own: these would overwrite those.",
                hint="Give new rows a --source of their own; use --again for corrected ones.",
            )
        rows = await transaction.run(_BEGIN, parameters)
        return _checkpoint(rows[0]["found"])

    return await database.write(work)


async def advance_import(transaction: Transaction, before: Checkpoint, after: Checkpoint) -> None:
    """Move an import's checkpoint; raises Conflict where another process has moved it."""
    rows = await transaction.run(
        _ADVANCE,
        {
            "key": before.key,
            "from": before.line,
            "line": after.line,
            "read": after.read,
            "written": after.written,
            "rejected": after.rejected,
            "rejectSize": after.reject_size,
        },
    )
    if not rows:
        raise Conflict(
            "another process is importing the same file.", hint="Wait until it has finished."
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
        rejected=found["rejected"],
        reject_file=found["rejectFile"],
        reject_size=found["rejectSize"],
        finished=found["finished"],
    )
