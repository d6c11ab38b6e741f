"""Tables of text, row by row: CSV with any common delimiter, whitespace columns, JSON Lines.

An unreadable row is a row with a fault; it does not affect the rows after it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from profilegraph.domain.spreadsheets import GUARD, unescaped
from profilegraph.domain.texts import normal_text
from profilegraph.errors import InvalidInput
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.text.csv_records import (
    CsvRecord,
    LookAhead,
    by_delimiter,
    by_whitespace,
)
from profilegraph.importers.text.files import Line, Lines, SourceFile, opened
from profilegraph.importers.text.json_rows import json_row, json_rows
from profilegraph.importers.text.rows import (
    DAMAGED,
    REJECT_COLUMNS,
    REJECTED_BYTES,
    REJECTED_ROW,
    SourceRow,
    kept_bytes,
    read_anew,
)

_LONGEST_HEADER = 100_000
_DELIMITERS: Mapping[str | None, str] = {",": ",", ";": ";", "tab": "\t", "|": "|"}
_STATED = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
"""The first line that tells Excel the delimiter."""


@dataclass(frozen=True)
class SourceTable:
    """A table that is being read."""

    columns: tuple[str, ...]
    """Those of every row, empty where one has no name; in JSON Lines, those of the first one."""
    json: bool
    rejects: bool
    """Whether it is a reject file, whose rows have their original source."""
    rows: Iterator[SourceRow]
    lines: Lines


@contextmanager
def open_table(source: SourceFile, name: str, mapping: FileMapping) -> Iterator[SourceTable]:
    """Yield the table in a scanned file; `name` is the source name of its rows.

    Raises InvalidInput if the header is unusable.
    """
    with opened(source.path) as (raw, stream):
        lines = Lines(source, raw, stream)
        ahead = LookAhead(lines)
        stated = _stated_delimiter(ahead)
        first = ahead.first()
        if first is None:
            raise InvalidInput("the file holds no row.", where=str(source.path))
        beginning = "" if mapping.columns else first.text.lstrip()[:1]
        if beginning == "[":
            raise InvalidInput(
                "this is one JSON array.", where=str(source.path), hint="Write one object a line."
            )
        if beginning == "{":
            columns = tuple(json_row(first, name).values)
            rejects = REJECTED_ROW in first.text
            yield SourceTable(
                columns, True, rejects, json_rows(ahead, name, mapping.encoding), lines
            )
        else:
            header, records = _parted(source.path, ahead, first, mapping, stated)
            added = _added(header)
            columns = tuple(header[added:])
            origins = (
                _rejected(records, added, columns, mapping)
                if added
                else ((name, r.first, r) for r in records)
            )
            yield SourceTable(columns, False, bool(added), _text_rows(origins, columns), lines)


def _stated_delimiter(ahead: LookAhead) -> str | None:
    """Return the delimiter of a first line such as `sep=;`, and skip that line."""
    first = ahead.first()
    found = None if first is None else _STATED.fullmatch(first.text)
    if found is None:
        return None
    next(iter(ahead))
    return found[1]


def _added(header: Sequence[str]) -> int:
    """Return how many columns a reject file adds before the original ones; 0 for other files."""
    for columns in ((*REJECT_COLUMNS, REJECTED_BYTES), REJECT_COLUMNS):
        if tuple(header[: len(columns)]) == columns:
            return len(columns)
    return 0


def _text_rows(
    origins: Iterator[tuple[str, int, CsvRecord]], columns: tuple[str, ...]
) -> Iterator[SourceRow]:
    for source, line, record in origins:
        cells = record.cells
        if record.fault:
            yield SourceRow(source, line, record.last, {}, cells, record.fault, record.raw)
        elif any(cells):
            fault = _misplaced(cells, columns)
            values = {} if fault else _values(cells, columns)
            yield SourceRow(source, line, record.last, values, cells, fault)


def _values(cells: Sequence[str], columns: tuple[str, ...]) -> dict[str, str]:
    return {
        column: unescaped(cell) if cell[:1] == GUARD else cell
        for column, cell in zip(columns, cells, strict=False)
        if column
    }


def _misplaced(cells: Sequence[str], columns: tuple[str, ...]) -> str:
    """Return why cells do not match the columns; empty if they do.

    Spreadsheets append delimiters to a row for empty columns.
    """
    if len(cells) == len(columns) and "" not in columns:
        return ""
    for index, cell in enumerate(cells):
        if cell.strip() and (index >= len(columns) or not columns[index]):
            if index < len(columns):
                return f"column {index + 1} has no name in the header, and holds {cell!r}"
            return f"the row has {len(cells)} columns, and the table has {len(columns)}"
    if len(cells) < len(columns):
        return f"the row has {len(cells)} columns, and the table has {len(columns)}"
    return ""


def _rejected(
    records: Iterator[CsvRecord], added: int, columns: tuple[str, ...], mapping: FileMapping
) -> Iterator[tuple[str, int, CsvRecord]]:
    """Yield the rows of a reject file: the original source and line, and the original cells."""
    for record in records:
        source, line, *_ = *record.cells, "", ""
        cells = record.cells[added:]
        number = int(line) if line.isdecimal() else record.first
        if added > len(REJECT_COLUMNS) and len(record.cells) > len(REJECT_COLUMNS):
            raw = kept_bytes(record.cells[len(REJECT_COLUMNS)])
            yield source, number, _once_damaged(record._replace(cells=cells), raw, columns, mapping)
        else:
            yield source, number, record._replace(cells=cells)


def _once_damaged(
    record: CsvRecord, raw: bytes, columns: tuple[str, ...], mapping: FileMapping
) -> CsvRecord:
    """Return a rejected row decoded with the mapping's encoding, unless it was corrected."""
    if not raw or not any(DAMAGED in cell for cell in record.cells):
        return record
    text = read_anew(raw, mapping.encoding)
    if text is not None:
        lines = text.splitlines(keepends=True)
        for delimiter in _DELIMITERS.values():
            parted = list(csv.reader(lines, delimiter=delimiter))
            if len(parted) == 1 and len(parted[0]) == len(columns):
                return record._replace(cells=parted[0], fault="", raw=b"")
    return record._replace(raw=raw)


def _parted(
    path: Path, ahead: LookAhead, first: Line, mapping: FileMapping, stated: str | None
) -> tuple[Sequence[str], Iterator[CsvRecord]]:
    # A reject file describes itself, whatever its mapping says of the file that it came from.
    sniffed, rejects = _sniffed(first.text)
    delimiter = sniffed if rejects else _DELIMITERS.get(mapping.delimiter, stated or sniffed)
    parted = mapping.delimiter == "whitespace" and not rejects
    records = by_whitespace(ahead) if parted else by_delimiter(ahead, delimiter)
    if mapping.columns and not rejects:
        return mapping.columns, records
    header = next(records)
    if header.fault:
        place = f"{path}:{header.first}"
        raise InvalidInput(f"the header cannot be read: {header.fault}.", where=place)
    return _named(path, header), records


def _sniffed(header: str) -> tuple[str, bool]:
    """Return the delimiter with the most columns in a header, and whether it is a reject file."""
    text = header.splitlines()[0][:_LONGEST_HEADER]
    parted = {sign: next(csv.reader([text], delimiter=sign)) for sign in _DELIMITERS.values()}
    sign = max(parted, key=lambda sign: len(parted[sign]))
    return sign, bool(_added(parted[sign]))


def _named(path: Path, header: CsvRecord) -> list[str]:
    names = [normal_text(unescaped(cell)).strip() for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InvalidInput(
            f"the header names {', '.join(map(repr, twice))} twice.",
            where=f"{path}:{header.first}",
            hint="Rename one of the two columns.",
        )
    return names
