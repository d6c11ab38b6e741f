"""Cuts a table into batches of records; at most one batch is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from profilegraph.domain.values import Record
from profilegraph.importers.records.parsing import RecordReader
from profilegraph.importers.text.rejects import Rejected
from profilegraph.importers.text.rows import SourceRow
from profilegraph.importers.text.tables import SourceTable

MOST_CHARACTERS = 8_000_000
"""The most characters of a batch, whatever its number of rows."""


@dataclass
class Batch:
    """Consecutive rows."""

    records: list[Record] = field(default_factory=list)
    rows: list[SourceRow] = field(default_factory=list)
    """The row of each record."""
    rejected: list[Rejected] = field(default_factory=list)
    last_line: int = 0
    position: int = 0
    """The position in the file, in bytes, after the batch."""

    @property
    def read(self) -> int:
        """Return the number of rows read for the batch."""
        return len(self.rows) + len(self.rejected)


def read_batches(
    table: SourceTable, reader: RecordReader, *, size: int, after: int
) -> Iterator[Batch]:
    """Yield the rows after line `after`, in batches of at most `size`."""
    batch = Batch()
    characters = 0
    for row in table.rows:
        if row.last_line <= after:
            reader.pass_over(row)
            continue
        _add(batch, row, reader)
        characters += sum(map(len, row.original))
        if batch.read >= size or characters >= MOST_CHARACTERS:
            batch.position = table.lines.position
            yield batch
            batch, characters = Batch(), 0
    if batch.read:
        batch.position = table.lines.position
        yield batch


def _add(batch: Batch, row: SourceRow, reader: RecordReader) -> None:
    batch.last_line = row.last_line
    if row.fault:
        batch.rejected.append(Rejected(row, row.fault))
        return
    try:
        record = reader.read(row)
    except ValueError as fault:
        batch.rejected.append(Rejected(row, str(fault)))
    else:
        batch.records.append(record)
        batch.rows.append(row)
