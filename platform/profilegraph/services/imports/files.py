"""Imports files: tables of one kind of record, and files that a plugin's importer reads."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from profilegraph.domain.limits import BATCH_ROWS
from profilegraph.domain.records.kinds import RECORDS
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput, NotFound, PluginError
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker, PluginPart
from profilegraph.hooks.hosting.host import Host
from profilegraph.hooks.importers import Importer
from profilegraph.importers.records.batches import read_batches
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.content_keys import ContentKeys
from profilegraph.importers.records.items import UnreadableItem, item_batches
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.records.parsing import RecordReader, fitted
from profilegraph.importers.text.files import SourceFile, readable, scan
from profilegraph.importers.text.rejects import RejectFile, reject_path
from profilegraph.importers.text.tables import open_table
from profilegraph.importers.values.decimals import require_one_decimal_sign
from profilegraph.services.imports.runs import (
    ImportProgress,
    ImportReport,
    report,
    run_import,
    start_import,
)
from profilegraph.services.imports.screening import by_content, by_region
from profilegraph.storage.imports import ImportIdentity, read_otherwise, require_content_keys
from profilegraph.storage.neo4j.database import Database

__all__ = ["ImportJob", "ImportReport", "import_file", "import_with", "record_class"]


@dataclass(frozen=True)
class ImportJob:
    """What to import, and how."""

    kind: str
    """Plural name of the records' kind, such as `customers`, or the key of a plugin's importer."""
    path: Path
    mapping: FileMapping = FileMapping()  # noqa: RUF009 -- frozen
    source: str | None = None
    """The name of the file in rejected rows; by default its own name."""
    reject: Path | None = None
    """The path of the reject file; by default beside the file."""
    batch: int = BATCH_ROWS
    again: bool = False
    """Whether to start over an import that was finished or interrupted."""

    @property
    def name(self) -> str:
        """Return the name of the file in rejected rows."""
        return self.source or self.path.name

    def rejects(self, *, json: bool) -> Path:
        """Return the path of the reject file."""
        return self.reject or reject_path(self.path, json=json)


def record_kinds() -> tuple[str, ...]:
    """Return the names of the kinds of records that can be imported."""
    return tuple(RECORDS)


def record_class(kind: str) -> type[Record]:
    """Return the class of a kind's records; raises NotFound, which lists the kinds."""
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
    progress: ImportProgress | None = None,
) -> ImportReport:
    """Import the rows of a table that were not imported yet and return the report.

    Raises InvalidInput before anything is written if the file or its columns cannot be used,
    Conflict if a reject file of another import would be overwritten. After any other failure,
    committed rows stay, and the same call continues after them.
    """
    kind = record_class(job.kind)
    source = await _scanned(job, conventions.phone_region, progress)
    with open_table(source, job.name, job.mapping) as table, closing(ContentKeys()) as keys:
        reader = RecordReader(kind, job.mapping, table, conventions, keys)
        await asyncio.to_thread(
            require_one_decimal_sign, source, job.name, job.mapping, reader.signs_open
        )
        if reader.keyless:
            await require_content_keys(database, job.kind)
        how = f"{job.mapping.digest}\n{reader.read_as}"
        identity = _identity(job, source.sha256, how, conventions)
        otherwise = await read_otherwise(database, identity)
        rejects = job.rejects(json=table.json)
        start = await start_import(database, identity, rejects, again=job.again, now=now)
        if start.finished:
            return report(start, start)
        file = RejectFile(Path(start.reject_file), table.columns, json=table.json)
        batches = read_batches(table, reader, size=job.batch, after=start.line)
        screen = by_content(kind, rejects=table.rejects)
        if reader.region_source is not None:
            screen = by_region(reader.region_source, conventions)
        done = await run_import(database, batches, file, start, now, progress, screen)
        return replace(done, read_otherwise=otherwise)


async def import_with(
    database: Database,
    host: Host,
    job: ImportJob,
    options: BaseModel,
    conventions: Conventions,
    now: datetime,
    progress: ImportProgress | None = None,
) -> ImportReport:
    """Import what a plugin's importer reads in a file and return the report, like `import_file`.

    Raises NotFound if there is no such importer, PluginError, which names the plugin, if it fails.
    """
    importer = host.importers.get(job.kind)
    content = await asyncio.to_thread(_fingerprint, job.path)
    # A later version of the plugin may read other records: what it read by then is read anew.
    version = host.importers.owners[job.kind].version
    how = f"{version}\n{options.model_dump_json()}\n{conventions.read_as}"
    identity = _identity(job, content, how, conventions)
    otherwise = await read_otherwise(database, identity)
    rejects = job.rejects(json=True)
    start = await start_import(database, identity, rejects, again=job.again, now=now)
    if start.finished:
        return report(start, start)
    reading = _Reading(importer, host.importers.part(job.kind), host.guard)
    batches = item_batches(
        reading.items(job.path, options, conventions),
        job.name,
        lambda record: fitted(record, conventions),
        size=job.batch,
        after=start.line,
    )
    file = RejectFile(Path(start.reject_file), json=True)
    done = await run_import(database, batches, file, start, now, progress)
    return replace(done, read_otherwise=otherwise)


@dataclass(frozen=True)
class _Reading:
    """A running importer; its exceptions are attributed to the plugin."""

    importer: Importer[Any]
    part: PluginPart
    guard: CircuitBreaker

    def items(
        self, path: Path, options: BaseModel, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        """Yield what the importer reads; raises InvalidInput from it unchanged, else PluginError."""
        try:
            for item in self.importer.read(path, options, conventions):
                _require_item(item)
                yield item
        except InvalidInput:
            raise
        except Exception as error:
            raise self.guard.failed(self.part, error) from error


def _require_item(item: object) -> None:
    if not isinstance(item, UnreadableItem) and type(item) not in RECORDS.values():
        raise PluginError(f"it yields {item!r}, which is no record.")


async def _scanned(job: ImportJob, region: str, progress: ImportProgress | None) -> SourceFile:
    tell = progress.scanned if progress is not None else lambda _: None
    source = await asyncio.to_thread(
        scan, job.path, encoding=job.mapping.encoding, region=region, progress=tell
    )
    if progress is not None:
        progress.decided(source.encoding, source.example)
    return source


def _fingerprint(path: Path) -> str:
    with readable(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _identity(job: ImportJob, content: str, how: str, conventions: Conventions) -> ImportIdentity:
    parts = [job.kind, content, how]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return ImportIdentity(key, job.kind, job.name, content, conventions.read_as)
