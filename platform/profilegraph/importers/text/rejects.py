"""The reject file: rows that could not be imported, unchanged, with the reasons.

It can be corrected and imported like any other file, with the same mapping. Writes start at a given
size, so that a repeated batch leaves every row in it exactly once.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from profilegraph.errors import Conflict, InvalidInput
from profilegraph.importers.text.rows import REJECT_COLUMNS, REJECTED_BYTES, REJECTED_ROW, SourceRow


class Rejected(NamedTuple):
    """A row that was not imported, and why."""

    row: SourceRow
    reason: str


def reject_path(source: Path, *, json: bool) -> Path:
    """Return the first of `x.rejected.csv`, `x.rejected-2.csv`, … that is free beside `source`."""
    stem = source.name.removesuffix(".gz").rsplit(".", 1)[0].partition(".rejected")[0]
    suffix = "jsonl" if json else "csv"
    path = source.with_name(f"{stem}.rejected.{suffix}")
    number = 1
    while path.exists():
        number += 1
        path = source.with_name(f"{stem}.rejected-{number}.{suffix}")
    return path


class RejectFile:
    """A reject file, always truncated to its size at the import's last commit."""

    def __init__(self, path: Path, columns: Sequence[str] = (), *, json: bool) -> None:
        """Set the columns of the rows; with `json`, rows are lines of JSON instead."""
        self.path = path
        self._json = json
        self._header = (*REJECT_COLUMNS, REJECTED_BYTES, *columns)

    def restore(self, size: int) -> None:
        """Truncate to the size at the last commit; raises Conflict if the file is shorter."""
        there = self.path.stat().st_size if self.path.exists() else 0
        if there < size:
            raise Conflict(
                f"the reject file {self.path} is gone or shorter than this import left it.",
                hint="Put it back, or import the whole file anew with --again.",
            )
        if there > size:
            self.write(size, b"")
        if there and not size:
            self.path.unlink()

    def rendered(self, rejected: Sequence[Rejected], size: int) -> bytes:
        """Return the bytes that append `rejected` to a file of `size` bytes."""
        if not rejected:
            return b""
        if self._json:
            return "".join(_json_lines(rejected)).encode()
        text = io.StringIO()
        writer = csv.writer(text)
        if size == 0:
            writer.writerow(self._header)
        for row, reason in rejected:
            writer.writerow((row.source, row.line, reason, row.raw.hex(), *row.original))
        # Spreadsheets take a file without the mark for one in the system's own encoding.
        return (codecs.BOM_UTF8 if size == 0 else b"") + text.getvalue().encode()

    def write(self, size: int, added: bytes) -> None:
        """Write `added` after the first `size` bytes, and sync it to disk.

        Raises InvalidInput if the file cannot be written.
        """
        try:
            with self.path.open("r+b" if self.path.exists() else "xb") as file:
                file.truncate(size)
                file.seek(size)
                file.write(added)
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise InvalidInput(
                f"the reject file {self.path} cannot be written: {fault.strerror}.",
                hint="Name another place with --reject.",
            ) from fault


def _json_lines(rejected: Sequence[Rejected]) -> Iterator[str]:
    for row, reason in rejected:
        values = dict(zip(REJECT_COLUMNS, (row.source, row.line, reason), strict=True))
        if row.raw:
            values[REJECTED_BYTES] = row.raw.hex()
        place = json.dumps(values, ensure_ascii=False)[:-1]
        yield f'{place}, "{REJECTED_ROW}": {_verbatim(row.original[0])}}}\n'


def _verbatim(line: str) -> str:
    """Return a line of JSON unchanged, or as a JSON string if it is not an object."""
    try:
        valid = isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        valid = False
    return line.strip() if valid else json.dumps(line, ensure_ascii=False)
