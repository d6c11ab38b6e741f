"""Tables as files: CSV, JSON Lines and workbooks, made while the rows are read."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import TypeAlias

from profilegraph.domain.spreadsheets import escaped
from profilegraph.errors import NotFound
from profilegraph.services.exports.cells import Cell, CellStyle, LabelledValue, Plain
from profilegraph.services.exports.tables import ExportTable
from profilegraph.services.exports.workbooks import as_workbook

Write: TypeAlias = Callable[[ExportTable, CellStyle], AsyncGenerator[bytes, None]]


@dataclass(frozen=True)
class FileFormat:
    """A kind of file: how its names end, how written, and whether people or programs read it."""

    ending: str
    media_type: str
    write: Write
    for_people: bool


async def as_csv(table: ExportTable, style: CellStyle) -> AsyncGenerator[bytes, None]:
    """Yield CSV in UTF-8 (RFC 4180), the header with the first page of rows.

    Texts are quoted, and none begins as a formula does.
    """
    text = StringIO()
    write = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    text.write("\ufeff" if style.bom else "")
    heads = [one.labels.text(style.locale) if style.labels else one.name for one in table.columns]
    write.writerow(map(escaped, heads))
    async with aclosing(table.pages) as pages:
        async for page in pages:
            write.writerows(
                [_in_csv(style.flat(column.value(row))) for column in table.columns] for row in page
            )
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()


def _in_csv(value: Plain) -> str | float:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case str():
            return escaped(value)
        case _:
            return value


async def as_json_lines(table: ExportTable, style: CellStyle) -> AsyncGenerator[bytes, None]:
    """Yield one JSON object a row, by the columns' names: numbers, booleans, lists, null as such."""
    async with aclosing(table.pages) as pages:
        async for page in pages:
            objects = (
                {one.name: _in_json(one.value(row), style) for one in table.columns} for row in page
            )
            lines = (json.dumps(one, ensure_ascii=False, allow_nan=False) for one in objects)
            yield "".join(f"{line}\n" for line in lines).encode()


def _in_json(cell: Cell, style: CellStyle) -> object:
    match cell:
        case tuple():
            return [style.text(one) for one in cell]
        case LabelledValue():
            return style.text(cell)
        case date():
            return cell.isoformat()
        case _:
            return cell


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = (
    FileFormat("csv", "text/csv; charset=utf-8", as_csv, for_people=True),
    FileFormat("xlsx", _WORKBOOK, as_workbook, for_people=True),
    FileFormat("jsonl", "application/jsonl; charset=utf-8", as_json_lines, for_people=False),
)


def form_of(ending: str) -> FileFormat:
    """Return the kind of file whose names end so; raises NotFound."""
    for form in FORMS:
        if form.ending == ending:
            return form
    known = ", ".join(form.ending for form in FORMS)
    raise NotFound(f"there is no export as {ending!r}.", hint=f"There are {known}.")
