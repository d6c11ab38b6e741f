"""Files into the graph: batch by batch, each with how far the import has come.

While the database writes one batch, the next one is read and checked in a thread.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from profilegraph.domain.values import Record
from profilegraph.errors import Conflict, NotFound
from profilegraph.importers.batches import Batch, read_batches
from profilegraph.importers.binding import Conventions
from profilegraph.importers.files import SourceFile, scan
from profilegraph.importers.mapping import FileMapping
from profilegraph.importers.records import RecordReader
from profilegraph.importers.rejects import Rejected, RejectFile, reject_path
from profilegraph.importers.tables import Table, open_table
from profilegraph.storage.database import Database, Transaction
from profilegraph.storage.imports import (
    Checkpoint,
    ImportIdentity,
    advance_import,
    begin_import,
    find_import,
    finish_import,
)
from profilegraph.storage.upserts import RECORDS
from profilegraph.storage.writing import Outcome, upsert

BATCH_ROWS = 5_000
_COLLECT_AFTER = 200_000
"""Objects made and not freed, before the garbage collector looks for circles during an import."""


class Progress(Protocol):
    """Whoever wants to know how far an import has come; `position` is in bytes of the file."""

    def scanned(self, position: int) -> None:
        """Take note that the first pass has come to `position`; called from another thread."""

    def written(self, position: int, checkpoint: Checkpoint) -> None:
        """Take note that everything before `position` is committed."""


@dataclass(frozen=True)
class ImportJob:
    """What is to be imported, and how."""

    kind: str
    """Plural name of the records' kind, such as `customers`."""
    path: Path
    mapping: FileMapping = FileMapping()  # noqa: RUF009 -- frozen
    source: str | None = None
    """What the rows' keys and rejects call the file; its name if left out."""
    reject: Path | None = None
    """Where rejected rows go; beside the file if left out."""
    batch: int = BATCH_ROWS
    again: bool = False
    """Whether to begin anew what was finished or interrupted."""


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows of one file, over all runs that it took."""

    read: int
    written: int
    rejected: int
    reject_file: Path | None
    """None where no row was rejected."""
    read_before: int
    """Rows that earlier runs had committed."""
    finished_before: bool
    """Whether there was nothing left to do."""


def record_class(kind: str) -> type[Record]:
    """Return the class of a kind's records; raises NotFound that lists the kinds."""
    if kind not in RECORDS:
        raise NotFound(
            f"no kind of record is called {kind!r}.", hint=f"Known: {', '.join(RECORDS)}."
        )
    return RECORDS[kind]


async def import_file(
    database: Database,
    job: ImportJob,
    conventions: Conventions,
    now: datetime,
    progress: Progress | None = None,
) -> ImportReport:
    """Return what became of the rows of a file, after importing those that were not yet.

    Raises InvalidInput before anything is written where the file or its columns cannot be used,
    Conflict where a reject file of another import would be overwritten.
    Any other failure leaves what is committed; the same call then goes on behind it.
    """
    kind = record_class(job.kind)
    source = await _scanned(job, progress)
    name = job.source or job.path.name
    with open_table(source, name, job.mapping) as table:
        reader = RecordReader(kind, job.mapping, table, conventions)
        identity = _identity(job, source, name, keyed=reader.keyed_by_place and not table.rejects)
        start = await _start(database, job, identity, table, now)
        if start.finished:
            return _report(start, start)
        rejects = RejectFile(Path(start.reject_file), table)
        await asyncio.to_thread(rejects.restore, start.reject_size)
        batches = read_batches(table, reader, size=job.batch, after=start.line)
        with _rare_collections():
            end = await _Run(database, rejects, now, progress).all(batches, start)
    await finish_import(database, end.key)
    return _report(start, end)


async def _scanned(job: ImportJob, progress: Progress | None) -> SourceFile:
    tell = progress.scanned if progress is not None else lambda _: None
    return await asyncio.to_thread(scan, job.path, encoding=job.mapping.encoding, progress=tell)


def _identity(job: ImportJob, source: SourceFile, name: str, *, keyed: bool) -> ImportIdentity:
    parts = [job.kind, source.sha256, job.mapping.digest, *([name] if keyed else [])]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return ImportIdentity(key, job.kind, name, source.sha256, keyed)


async def _start(
    database: Database, job: ImportJob, identity: ImportIdentity, table: Table, now: datetime
) -> Checkpoint:
    found = await find_import(database, identity.key)
    if found is not None and not job.again:
        return found
    path = job.reject or reject_path(job.path, json=table.json)
    if path.exists():
        raise Conflict(
            f"the reject file {path} exists already, and may hold rows that are not imported yet.",
            hint="Import or remove it first, or name another file with --reject.",
        )
    return await begin_import(database, identity, str(path.absolute()), again=job.again, now=now)


class _Ahead:
    """The next batch, read in a thread."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._task: asyncio.Task[Batch | None] | None = None

    def start(self) -> asyncio.Task[Batch | None]:
        """Return the reading of the next batch, begun now unless it was before."""
        if self._task is None:
            self._task = asyncio.create_task(asyncio.to_thread(next, self._batches, None))
        return self._task

    async def take(self) -> Batch | None:
        """Return the next batch; None where there is none."""
        batch = await self.start()
        self._task = None
        return batch

    async def settle(self) -> None:
        """Wait for a thread under way: it cannot be cancelled, and reads the file until it ends."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


@dataclass(frozen=True)
class _Run:
    """Writes batch after batch, reading ahead by one."""

    database: Database
    rejects: RejectFile
    now: datetime
    progress: Progress | None

    async def all(self, batches: Iterator[Batch], start: Checkpoint) -> Checkpoint:
        """Return the checkpoint behind the last batch."""
        checkpoint = start
        ahead = _Ahead(batches)
        try:
            while batch := await ahead.take():
                checkpoint = await self._write(batch, checkpoint, ahead)
                if self.progress is not None:
                    self.progress.written(batch.position, checkpoint)
        finally:
            await ahead.settle()
        return checkpoint

    async def _write(self, batch: Batch, before: Checkpoint, ahead: _Ahead) -> Checkpoint:
        async def work(transaction: Transaction) -> Checkpoint:
            # Reading begins when this batch is on its way and only the database has work to do:
            # earlier, the two would take turns with the interpreter.
            ahead.start()
            outcome = await upsert(transaction, batch.records, self.now)
            rejected = _all_rejected(batch, outcome)
            added = self.rejects.rendered(rejected, before.reject_size)
            after = replace(
                before,
                line=batch.last_line,
                read=before.read + batch.read,
                written=before.written + outcome.written,
                rejected=before.rejected + len(rejected),
                reject_size=before.reject_size + len(added),
            )
            await advance_import(transaction, before, after)
            # On disk before the commit, at the size that the commit records: a crash on either
            # side of it, or a second attempt, leaves each row in the file once.
            if added:
                await asyncio.to_thread(self.rejects.write, before.reject_size, added)
            return after

        return await self.database.write(work)


@contextmanager
def _rare_collections() -> Iterator[None]:
    # Rows and records hold no circles and are freed by their reference counts. Looking for
    # circles among them at the usual pace takes a third of an import's time.
    usual = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _all_rejected(batch: Batch, outcome: Outcome) -> list[Rejected]:
    refused = [Rejected(batch.rows[one.index], one.reason) for one in outcome.refused]
    return sorted([*batch.rejected, *refused], key=lambda rejected: rejected.row.last_line)


def _report(start: Checkpoint, end: Checkpoint) -> ImportReport:
    return ImportReport(
        read=end.read,
        written=end.written,
        rejected=end.rejected,
        reject_file=Path(end.reject_file) if end.rejected else None,
        read_before=start.read,
        finished_before=start.finished,
    )
