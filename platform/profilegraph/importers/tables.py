"""Tables of text, row by row: CSV with any usual delimiter, columns by whitespace, JSON Lines.

A row that cannot be read is a row with a fault; it never takes the rows behind it along.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from profilegraph.errors import InvalidInput
from profilegraph.importers.files import Line, Lines, SourceFile, opened
from profilegraph.importers.mapping import FileMapping
from profilegraph.importers.parting import LookAhead, Record, by_delimiter, by_whitespace

# What a reject file adds to the original columns; such a file can be imported like any other.
REJECT_COLUMNS = ("rejected_source", "rejected_line", "rejected_reason")
REJECTED_ROW = "rejected_row"
"""In a reject file of JSON Lines, the original row: an object, or a text where it was none."""

_LONGEST_HEADER = 100_000
_DELIMITERS: Mapping[str | None, str] = {",": ",", ";": ";", "tab": "\t", "|": "|"}


class Row(NamedTuple):
    """One row: where it stands, its values by column, and its text as it was written."""

    source: str
    line: int
    last_line: int
    values: Mapping[str, Any]
    original: Sequence[str]
    """The cells of a table, or the one line of a JSON document."""
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A table that is being read."""

    columns: tuple[str, ...]
    """Those of every row; in JSON Lines, those of the first one."""
    json: bool
    rejects: bool
    """Whether it is a reject file, whose rows say where they came from at first."""
    rows: Iterator[Row]
    lines: Lines


@contextmanager
def open_table(source: SourceFile, name: str, mapping: FileMapping) -> Iterator[Table]:
    """Yield the table in a scanned file; `name` is what its rows call their source.

    Raises InvalidInput where the header is unusable.
    """
    with opened(source.path) as (raw, stream):
        lines = Lines(source, raw, stream)
        ahead = LookAhead(lines)
        first = ahead.first()
        if first is None:
            raise InvalidInput("the file holds no row.", where=str(source.path))
        beginning = "" if mapping.columns else first.text.lstrip()[:1]
        if beginning == "[":
            raise InvalidInput(
                "this is one JSON array.", where=str(source.path), hint="Write one object a line."
            )
        if beginning == "{":
            columns = tuple(_json_row(first, name).values)
            rejects = REJECTED_ROW in first.text
            yield Table(columns, True, rejects, _json_rows(ahead, name), lines)
        else:
            header, records = _parted(source.path, ahead, first, mapping)
            rejects = tuple(header[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS
            columns = tuple(header[len(REJECT_COLUMNS) :] if rejects else header)
            origins = _rejected(records) if rejects else ((name, r.first, r) for r in records)
            yield Table(columns, False, rejects, _text_rows(origins, columns), lines)


def _json_rows(ahead: LookAhead, name: str) -> Iterator[Row]:
    return (_json_row(line, name) for line in ahead if line.text.strip())


def _json_row(line: Line, name: str) -> Row:
    text = line.text.rstrip("\r\n")
    if line.fault:
        return Row(name, line.number, line.number, {}, (text,), line.fault)
    source, number = name, line.number
    try:
        values = _parsed(text)
        if REJECTED_ROW in values:
            source, number, text = _origin(values, source, number)
            values = _parsed(text)
    except ValueError as fault:
        return Row(source, number, line.number, {}, (text,), str(fault))
    return Row(source, number, line.number, _flat(values), (text,))


def _text_rows(
    origins: Iterator[tuple[str, int, Record]], columns: tuple[str, ...]
) -> Iterator[Row]:
    for source, line, record in origins:
        cells = record.cells
        if record.fault:
            yield Row(source, line, record.last, {}, cells, record.fault)
        elif len(cells) != len(columns):
            fault = f"the row has {len(cells)} columns, and the table has {len(columns)}"
            yield Row(source, line, record.last, {}, cells, fault)
        else:
            yield Row(source, line, record.last, dict(zip(columns, cells, strict=True)), cells)


def _rejected(records: Iterator[Record]) -> Iterator[tuple[str, int, Record]]:
    """Yield what a reject file says of each row: its first source and line, and its own cells."""
    for record in records:
        source, line, *_ = *record.cells, "", ""
        cells = record.cells[len(REJECT_COLUMNS) :]
        number = int(line) if line.isdecimal() else record.first
        yield source, number, record._replace(cells=cells)


def _parted(
    path: Path, ahead: LookAhead, first: Line, mapping: FileMapping
) -> tuple[Sequence[str], Iterator[Record]]:
    # A reject file describes itself, whatever its mapping says of the file that it came from.
    sniffed, rejects = _sniffed(first.text)
    delimiter = sniffed if rejects else _DELIMITERS.get(mapping.delimiter, sniffed)
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
    """Return the sign that makes the most columns of a header, and whether a reject file has it."""
    text = header.splitlines()[0][:_LONGEST_HEADER]
    parted = {sign: next(csv.reader([text], delimiter=sign)) for sign in _DELIMITERS.values()}
    sign = max(parted, key=lambda sign: len(parted[sign]))
    return sign, tuple(parted[sign][: len(REJECT_COLUMNS)]) == REJECT_COLUMNS


def _named(path: Path, header: Record) -> list[str]:
    names = [cell.strip() or f"column {index}" for index, cell in enumerate(header.cells, start=1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(
            f"the header names {', '.join(map(repr, twice))} twice.",
            where=f"{path}:{header.first}",
            hint="Rename one of the two columns.",
        )
    return names


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        raise ValueError(f"not valid JSON: {fault.msg} at character {fault.pos + 1}") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("the line is not one JSON object")  # noqa: TRY004 -- the input's fault
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": item for inner, item in value.items()})
        else:
            flat[key] = value
    return flat


def _origin(rejected: dict[str, Any], source: str, number: int) -> tuple[str, int, str]:
    name, line, row = (
        rejected.get(key) for key in ("rejected_source", "rejected_line", REJECTED_ROW)
    )
    text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False, default=str)
    return (
        name if isinstance(name, str) else source,
        line if isinstance(line, int) else number,
        text,
    )
