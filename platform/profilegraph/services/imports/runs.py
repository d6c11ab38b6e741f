"""A running import: writes batch after batch, each with a checkpoint in the same transaction.

While the database writes one batch, the next one is read and validated in a thread.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from profilegraph.domain.imports import Checkpoint
from profilegraph.errors import Conflict
from profilegraph.importers.records.batches import Batch
from profilegraph.importers.text.rejects import Rejected, RejectFile
from profilegraph.services.audit.entries import operator_entry
from profilegraph.services.imports.screening import Screen, as_it_is
from profilegraph.storage.imports import (
    ImportIdentity,
    advance_import,
    begin_import,
    find_import,
    finish_import,
)
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records.writing import Outcome, upsert_mixed

_COLLECT_AFTER = 200_000
"""The threshold of the garbage collector during an import."""


class ImportProgress(Protocol):
    """An observer of an import; `position` is in bytes of the file."""

    def scanned(self, position: int) -> None:
        """Handle that the first pass has reached `position`; called from another thread."""

    def decided(self, encoding: str, example: str) -> None:
        """Handle that the encoding is known, with an example of decoded text; called before any write."""

    def written(self, position: int, checkpoint: Checkpoint) -> None:
        """Handle that everything before `position` is committed."""


@dataclass(frozen=True)
class ImportReport:
    """The outcome of the rows of one file, over all runs that it took."""

    read: int
    written: int
    known: int
    """How many of the written rows, without a key of their own, existed before."""
    rejected: int
    reject_file: Path | None
    """None if no row was rejected."""
    read_before: int
    """Rows that earlier runs had committed."""
    finished_before: bool
    """Whether the import had been finished before."""
    read_otherwise: str | None = None
    """The other settings under which the same rows were written before; those records stay."""


async def start_import(
    database: Database,
    identity: ImportIdentity,
    rejects: Path,
    *,
    again: bool,
    now: datetime,
) -> Checkpoint:
    """Return the last checkpoint of an import, or its beginning if `again`.

    Raises Conflict if the reject file exists already.
    """
    database = database.patient
    found = await find_import(database, identity.key)
    if found is not None and not again:
        return found
    place = _free(rejects)
    return await begin_import(database, identity, str(place), again=again, now=now)


def _free(rejects: Path) -> Path:
    if rejects.exists():
        raise Conflict(
            f"the reject file {rejects} exists already, and may hold rows that are not imported yet.",
            hint="Import or remove it first, or name another file with --reject.",
        )
    return rejects.absolute()


async def run_import(
    database: Database,
    batches: Iterator[Batch],
    rejects: RejectFile,
    start: Checkpoint,
    now: datetime,
    progress: ImportProgress | None,
    screen: Screen = as_it_is,
) -> ImportReport:
    """Write all batches, mark the end of the import and return its report."""
    await asyncio.to_thread(rejects.restore, start.reject_size)
    database = database.patient
    with _rare_collections():
        end = await _Run(database, rejects, now, progress, screen).all(batches, start)
    await finish_import(database, end.key)
    return report(start, end)


def report(start: Checkpoint, end: Checkpoint) -> ImportReport:
    """Return the outcome of an import's rows between two checkpoints."""
    return ImportReport(
        read=end.read,
        written=end.written,
        known=end.known,
        rejected=end.rejected,
        reject_file=Path(end.reject_file) if end.rejected else None,
        read_before=start.read,
        finished_before=start.finished,
    )


class _Ahead:
    """Reads the next batch in a thread."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._task: asyncio.Task[Batch | None] | None = None

    def start(self) -> asyncio.Task[Batch | None]:
        """Start to read the next batch, unless that was started before, and return the task."""
        if self._task is None:
            self._task = asyncio.create_task(asyncio.to_thread(next, self._batches, None))
        return self._task

    async def take(self) -> Batch | None:
        """Return the next batch; None if there is none."""
        batch = await self.start()
        self._task = None
        return batch

    async def settle(self) -> None:
        """Wait for a running thread: it cannot be cancelled, and reads the file until it ends."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


@dataclass(frozen=True)
class _Run:
    """Writes batch after batch, reading one batch ahead."""

    database: Database
    rejects: RejectFile
    now: datetime
    progress: ImportProgress | None
    screen: Screen

    async def all(self, batches: Iterator[Batch], start: Checkpoint) -> Checkpoint:
        """Return the checkpoint after the last batch."""
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
            screened = await self.screen(transaction, batch)
            outcome = await upsert_mixed(transaction, screened.batch.records, self.now)
            rejected = _all_rejected(screened.batch, outcome)
            added = self.rejects.rendered(rejected, before.reject_size)
            after = replace(
                before,
                line=batch.last_line,
                read=before.read + batch.read,
                written=before.written + outcome.written,
                known=before.known + screened.known,
                rejected=before.rejected + len(rejected),
                reject_size=before.reject_size + len(added),
            )
            await advance_import(transaction, before, after)
            entry = operator_entry("ImportRecords", self.now, f"import:{before.key}")
            transaction.record(entry.about(transaction.touched.customers))
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
